import pytest

from traderai_assets.domain.errors import WriteConflict

BTC = "binance.BTC-USDT.5m"
ETH = "binance.ETH-USDT.5m"


@pytest.mark.parametrize("stored_before", [True, False])
def test_a_run_whose_partition_was_replaced_meanwhile_is_refused_and_told_by_whom(
    lake, bars, month_of_bars, publish, stored_before
):
    if stored_before:
        publish(lake, "2026-03", month_of_bars("2026-03"))
    stale = lake.snapshot(bars)
    publish(lake, "2026-03", month_of_bars("2026-03", rows=7), run="winner")
    with pytest.raises(WriteConflict, match=r"BTC-USDT.5m 2026-03 .* run winner .* run loser"):
        publish(lake, "2026-03", month_of_bars("2026-03", rows=9), run="loser", snapshot=stale)
    assert lake.snapshot(bars).summary(BTC, "2026-03").rows == 7


def test_a_refused_run_stays_refused_however_often_it_tries(lake, bars, month_of_bars, publish):
    stale = lake.snapshot(bars)
    publish(lake, "2026-03", month_of_bars("2026-03", rows=7), run="winner")
    for _ in range(3):
        with pytest.raises(WriteConflict):
            publish(lake, "2026-03", month_of_bars("2026-03", rows=9), snapshot=stale)
    publish(lake, "2026-04", month_of_bars("2026-04"), snapshot=stale)
    with pytest.raises(WriteConflict):
        publish(lake, "2026-03", month_of_bars("2026-03", rows=9), snapshot=stale)


def test_a_removal_by_another_run_is_a_conflict_too(lake, bars, month_of_bars, publish):
    publish(lake, "2026-03", month_of_bars("2026-03"))
    stale = lake.snapshot(bars)
    publish(lake, "2026-03", month_of_bars("2026-03", rows=0), run="remover")
    with pytest.raises(WriteConflict, match="run remover"):
        publish(lake, "2026-03", month_of_bars("2026-03", rows=9), snapshot=stale)
    assert lake.snapshot(bars).markets() == []


def test_one_taken_partition_stops_the_whole_commit(lake, bars, month_of_bars, publish):
    stale = lake.snapshot(bars)
    publish(lake, "2026-03", month_of_bars("2026-03"), run="winner")
    frames = {(BTC, m): month_of_bars(m, rows=2) for m in ("2026-02", "2026-03", "2026-04")}
    with pytest.raises(WriteConflict, match=r"partitions binance.BTC-USDT.5m 2026-03 of"):
        stale.publish(frames, run_id="loser", code_version="1")
    assert lake.snapshot(bars).content_hashes(BTC).keys() == {"2026-03"}


def test_writers_of_other_partitions_pass(lake, bars, month_of_bars, publish):
    snapshots = [lake.snapshot(bars) for _ in range(3)]
    places = [(BTC, "2026-03"), (ETH, "2026-03"), (BTC, "2026-04")]
    for snapshot, (market, month) in zip(snapshots, places, strict=True):
        publish(lake, month, month_of_bars(month), market=market, snapshot=snapshot)
    now = lake.snapshot(bars)
    assert [len(now.read(market, [month])) for market, month in places] == [6, 6, 6]


def test_a_commit_of_ours_does_not_hide_one_of_theirs_that_went_before(
    lake, bars, month_of_bars, publish
):
    ours = lake.snapshot(bars)
    publish(lake, "2026-03", month_of_bars("2026-03", rows=7), run="winner")
    publish(lake, "2026-04", month_of_bars("2026-04"), snapshot=ours)
    with pytest.raises(WriteConflict, match="run winner"):
        publish(lake, "2026-03", month_of_bars("2026-03", rows=9), run="loser", snapshot=ours)


def test_a_conflict_between_the_last_look_and_the_commit_is_seen_by_delta(
    lake, bars, month_of_bars, publish, monkeypatch
):
    from resources.lake import publishing

    stale = lake.snapshot(bars)
    encode = publishing.to_arrow  # type: ignore[attr-defined]

    def overtaken(*arguments):
        monkeypatch.undo()
        publish(lake, "2026-03", month_of_bars("2026-03", rows=7), run="winner")
        return encode(*arguments)

    monkeypatch.setattr(publishing, "to_arrow", overtaken)
    with pytest.raises(WriteConflict, match="run winner"):
        publish(lake, "2026-03", month_of_bars("2026-03", rows=9), run="loser", snapshot=stale)
    assert lake.snapshot(bars).summary(BTC, "2026-03").rows == 7


def test_page_after_page_is_published_from_one_snapshot_while_others_write_elsewhere(
    lake, bars, month_of_bars, publish
):
    ours = lake.snapshot(bars)
    for rows in range(1, 6):
        publish(lake, "2026-03", month_of_bars("2026-03", rows=rows), snapshot=ours)
        publish(lake, "2026-03", month_of_bars("2026-03", rows=rows), market=ETH, run="other")
    assert lake.snapshot(bars).summary(BTC, "2026-03").rows == 5
    publish(lake, "2026-03", month_of_bars("2026-03", rows=9), run="intruder")
    with pytest.raises(WriteConflict, match="run intruder"):
        publish(lake, "2026-03", month_of_bars("2026-03", rows=6), snapshot=ours)


def test_even_rows_that_did_not_change_are_refused_if_the_partition_was_taken(
    lake, bars, month_of_bars, publish
):
    publish(lake, "2026-03", month_of_bars("2026-03"))
    zombie = lake.snapshot(bars)
    publish(lake, "2026-03", month_of_bars("2026-03", rows=7), run="successor")
    with pytest.raises(WriteConflict, match="run successor"):
        publish(lake, "2026-03", month_of_bars("2026-03"), run="zombie", snapshot=zombie)


def test_an_earlier_version_may_be_read_and_not_written_over_what_came_after(
    lake, bars, month_of_bars, publish
):
    publish(lake, "2026-03", month_of_bars("2026-03"))
    publish(lake, "2026-03", month_of_bars("2026-03", rows=7), run="run-2")
    earlier = lake.snapshot(bars, version=1)
    with pytest.raises(WriteConflict, match="run run-2"):
        publish(lake, "2026-03", month_of_bars("2026-03", rows=9), snapshot=earlier)
