import errno
import json
import os
from pathlib import Path

import pytest

from resources.lake.checkpoints import CHECKPOINT_WEIGHT
from traderai_assets.domain.errors import LakeError, WriteConflict

BTC = "binance.BTC-USDT.5m"
ETH = "binance.ETH-USDT.5m"


def log_entry(tmp_path, version):
    path = tmp_path / "lake" / "bars" / "_delta_log" / f"{version:020d}.json"
    first_line = path.read_text().splitlines()[0]
    return json.loads(json.loads(first_line)["commitInfo"]["traderai"])


def test_a_commit_tells_who_made_what_from_which_inputs(lake, bars, month_of_bars, tmp_path):
    published = lake.snapshot(bars).publish(
        {(BTC, "2026-03"): month_of_bars("2026-03")},
        run_id="run-1",
        code_version="7",
        inputs={(BTC, "2026-03"): {"trades": "ab" * 16}},
    )
    told = log_entry(tmp_path, published.version)
    assert (told["run_id"], told["code_version"]) == ("run-1", "7")
    assert told["partitions"] == [
        {
            "market": BTC,
            "month": "2026-03",
            "rows": 6,
            "first": "2026-03-01T00:00:00+00:00",
            "last": "2026-03-01T00:25:00+00:00",
            "content_hash": published.summaries[BTC, "2026-03"].content_hash,
            "inputs": {"trades": "ab" * 16},
        }
    ]
    (latest,) = lake.history(bars, BTC, "2026-03")
    assert latest.inputs == {"trades": "ab" * 16}
    assert latest.summary == published.summaries[BTC, "2026-03"]


def test_history_is_newest_first_and_may_be_cut_short(lake, bars, month_of_bars, publish):
    for number in range(1, 4):
        frame = month_of_bars("2026-03", rows=number)
        publish(lake, "2026-03", frame, run=f"run-{number}")
    publish(lake, "2026-04", month_of_bars("2026-04"), run="other")
    history = lake.history(bars, BTC, "2026-03")
    assert [entry.run_id for entry in history] == ["run-3", "run-2", "run-1"]
    assert [entry.summary.rows for entry in history] == [3, 2, 1]
    assert [entry.version for entry in lake.history(bars, BTC, "2026-03", limit=1)] == [3]


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
    encode = publishing.to_arrow

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


def test_a_long_log_is_folded_into_checkpoints_that_the_next_commits_seal(
    lake, bars, month_of_bars, publish, tmp_path
):
    snapshot = lake.snapshot(bars)
    commits = CHECKPOINT_WEIGHT // 11 + 2
    for number in range(1, commits + 1):
        publish(lake, "2026-03", month_of_bars("2026-03", first_close=number), snapshot=snapshot)
    (checkpoint,) = (tmp_path / "lake" / "bars" / "_delta_log").glob("*.checkpoint.parquet")
    folded = int(checkpoint.name.partition(".")[0])
    assert log_entry(tmp_path, folded)["checkpoint"] is None
    version, digest = log_entry(tmp_path, folded + 1)["checkpoint"]
    assert (version, len(digest)) == (folded, 32)
    assert lake.snapshot(bars).read(BTC, ["2026-03"])["close"].iloc[0] == commits


def test_a_full_disk_is_told_with_the_partition_and_leaves_the_old_version(
    lake, bars, month_of_bars, publish, monkeypatch
):
    import deltalake

    publish(lake, "2026-03", month_of_bars("2026-03"))
    snapshot = lake.snapshot(bars)

    def full(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(deltalake, "write_deltalake", full)
    with pytest.raises(LakeError, match=r"BTC-USDT.5m 2026-03 .*No space left.*untouched"):
        publish(lake, "2026-03", month_of_bars("2026-03", rows=9), snapshot=snapshot)
    assert len(lake.snapshot(bars).read(BTC, ["2026-03"])) == 6


def test_a_publication_that_could_not_be_flushed_to_the_disk_is_no_success(
    lake, bars, month_of_bars, publish, monkeypatch
):
    snapshot = lake.snapshot(bars)

    def failing(_):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(LakeError, match=r"publishing .* Input/output error"):
        publish(lake, "2026-03", month_of_bars("2026-03"), snapshot=snapshot)


def test_everything_a_publication_wrote_is_flushed_before_it_returns(
    lake, bars, month_of_bars, publish, monkeypatch, tmp_path
):
    snapshot, flushed = lake.snapshot(bars), set()
    flush = os.fsync

    def watched(descriptor):
        flushed.add(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        flush(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    publish(lake, "2026-03", month_of_bars("2026-03"), snapshot=snapshot)
    table = tmp_path / "lake" / "bars"
    (data,) = table.rglob("*.parquet")
    written = {data, *data.parents[:4], table / "_delta_log" / f"{1:020d}.json"}
    assert {str(path) for path in written} <= flushed
