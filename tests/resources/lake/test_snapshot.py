from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from pandera.pandas import Column

from traderai_assets.domain.content_hash import EMPTY_HASH, content_hash
from traderai_assets.domain.errors import InvalidMarket, InvalidMonth, InvalidRows, LakeError
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.schemas.tables import Table

BTC = "binance.BTC-USDT.5m"
ETH = "binance.ETH-USDT.5m"
# A symbol whose key holds every kind of character that an encoded symbol can hold.
ODD = "okx.A~c3~89-USDT_USDT+26A.1h"


def test_rows_come_back_as_they_were_published(lake, bars, month_of_bars, publish):
    frame = month_of_bars("2026-03")
    publish(lake, "2026-03", frame.iloc[::-1])
    read = lake.snapshot(bars).read(BTC, ["2026-03"])
    pd.testing.assert_frame_equal(read, frame)


def test_several_months_are_read_in_order_and_absent_ones_add_nothing(
    lake, bars, month_of_bars, publish
):
    for month in ("2026-03", "2026-01"):
        publish(lake, month, month_of_bars(month))
    months = ["2026-03", "2026-02", "2026-01", "2026-03"]
    read = lake.snapshot(bars).read(BTC, months)
    assert read["open_time"].is_monotonic_increasing
    assert len(read) == 12


def test_a_partition_nobody_wrote_is_empty_and_so_is_one_that_was_emptied(
    lake, bars, month_of_bars, publish
):
    publish(lake, "2026-03", month_of_bars("2026-03"))
    emptied = publish(lake, "2026-03", month_of_bars("2026-03", rows=0), run="run-2")
    assert emptied.changed == ((BTC, "2026-03"),)
    snapshot = lake.snapshot(bars)
    for month in ("2026-03", "2026-04"):
        assert snapshot.content_hash(BTC, month) == EMPTY_HASH
        assert snapshot.summary(BTC, month).rows == 0
        assert snapshot.read(BTC, [month]).dtypes.astype(str).to_dict() == bars.dtypes
    assert snapshot.markets() == []
    assert snapshot.content_hashes(BTC) == {}


def test_summaries_are_told_without_a_data_file(lake, bars, month_of_bars, publish, tmp_path):
    publish(lake, "2026-03", month_of_bars("2026-03"))
    for file in tmp_path.rglob("*.parquet"):
        file.unlink()
    summary = lake.snapshot(bars).summary(BTC, "2026-03")
    start = datetime(2026, 3, 1, tzinfo=UTC)
    assert (summary.rows, summary.first, summary.last) == (6, start, start + timedelta(minutes=25))
    expected = content_hash("bars", BTC, "2026-03", month_of_bars("2026-03"))
    assert summary.content_hash == expected
    assert lake.snapshot(bars).content_hashes(BTC) == {"2026-03": expected}


def test_markets_do_not_mix_whatever_their_names(lake, bars, month_of_bars):
    frames = {
        (market, "2026-03"): month_of_bars("2026-03", first_close=10.0 * number)
        for number, market in enumerate((BTC, ETH, ODD), start=1)
    }
    lake.snapshot(bars).publish(frames, run_id="r", code_version="1")
    snapshot = lake.snapshot(bars)
    assert snapshot.markets() == sorted([BTC, ETH, ODD])
    for (market, month), frame in frames.items():
        pd.testing.assert_frame_equal(snapshot.read(market, [month]), frame)


def test_one_commit_holds_all_that_changed_and_nothing_else(lake, bars, month_of_bars):
    frames = {(BTC, m): month_of_bars(m) for m in ("2026-01", "2026-02", "2026-03")}
    first = lake.snapshot(bars).publish(frames, run_id="run-1", code_version="1")
    assert first.version == 1
    frames[BTC, "2026-02"] = month_of_bars("2026-02", first_close=5.0)
    second = lake.snapshot(bars).publish(frames, run_id="run-2", code_version="1")
    assert (second.version, second.changed) == (2, ((BTC, "2026-02"),))
    assert set(second.summaries) == set(frames)
    assert [entry.run_id for entry in lake.history(bars, BTC, "2026-01")] == ["run-1"]


def test_publishing_the_same_rows_again_commits_nothing(lake, bars, month_of_bars, publish):
    publish(lake, "2026-03", month_of_bars("2026-03"))
    again = publish(lake, "2026-03", month_of_bars("2026-03"), run="run-2")
    assert (again.version, again.changed, again.healed) == (1, (), ())
    assert again.summaries[BTC, "2026-03"].rows == 6
    assert lake.snapshot(bars).version == 1


def test_a_frame_that_breaks_its_schema_stops_the_whole_publication(lake, bars, month_of_bars):
    broken = month_of_bars("2026-02").assign(close=-1.0)
    frames = {(BTC, "2026-01"): month_of_bars("2026-01"), (BTC, "2026-02"): broken}
    with pytest.raises(InvalidRows, match=r"bars, column close: -1\.0"):
        lake.snapshot(bars).publish(frames, run_id="r", code_version="1")
    assert lake.snapshot(bars).markets() == []


@pytest.mark.parametrize("market", ["BTC/USDT", "binance.BTC-USDT.5m' OR '1'='1", "../../x", ""])
def test_a_market_that_is_no_key_gets_through_no_door(lake, bars, month_of_bars, market):
    snapshot = lake.snapshot(bars)
    doors = [
        lambda: snapshot.read(market, ["2026-03"]),
        lambda: snapshot.summary(market, "2026-03"),
        lambda: snapshot.content_hash(market, "2026-03"),
        lambda: lake.history(bars, market, "2026-03"),
        lambda: snapshot.publish(
            {(market, "2026-03"): month_of_bars("2026-03")}, run_id="r", code_version="1"
        ),
    ]
    for door in doors:
        with pytest.raises(InvalidMarket):
            door()


def test_a_month_that_is_no_key_gets_through_no_door(lake, bars, month_of_bars, publish):
    with pytest.raises(InvalidMonth):
        lake.snapshot(bars).read(BTC, ["2026-03", "2026-03') OR ('1'='1"])
    with pytest.raises(InvalidMonth):
        publish(lake, "all", month_of_bars("2026-03"))


def test_values_open_the_same_doors_as_text_and_are_not_read_again(
    lake, bars, month_of_bars, publish, monkeypatch
):
    publish(lake, "2026-02", month_of_bars("2026-02"))
    publish(lake, "2026-03", month_of_bars("2026-03"))
    snapshot, months = lake.snapshot(bars), [Month(2026, 2), Month(2026, 3)]
    by_text = snapshot.read(BTC, ["2026-02", "2026-03"])
    content_hash = snapshot.content_hash(BTC, "2026-03")
    market = Market.parse(BTC)
    for kind in (Market, Month):
        monkeypatch.setattr(kind, "parse", None)
    pd.testing.assert_frame_equal(snapshot.read(market, months), by_text)
    assert snapshot.content_hash(market, months[1]) == content_hash
    assert len(lake.history(bars, market, months[1])) == 1
    assert len(lake.read_content(bars, market, months[0], EMPTY_HASH)) == 0
    assert snapshot.summary(market, months[1]).content_hash == content_hash


def test_the_last_time_and_month_of_a_market_are_told_without_reading_rows(
    lake, bars, month_of_bars, publish
):
    for month in ("2026-03", "2025-12", "2026-01"):
        publish(lake, month, month_of_bars(month))
    publish(lake, "2026-04", month_of_bars("2026-04"), market=ETH)
    snapshot = lake.snapshot(bars)
    assert snapshot.last_month(BTC) == Month(2026, 3)
    newest = month_of_bars("2026-03")["open_time"].iloc[-1].to_pydatetime()
    assert snapshot.last(BTC) == snapshot.last(Market.parse(BTC)) == newest
    assert snapshot.last("binance.SOL-USDT.5m") is None
    assert snapshot.last_month("binance.SOL-USDT.5m") is None


def test_a_snapshot_does_not_move_under_its_reader(lake, bars, month_of_bars, publish):
    publish(lake, "2026-03", month_of_bars("2026-03"))
    before = lake.snapshot(bars)
    publish(lake, "2026-03", month_of_bars("2026-03", first_close=50.0), run="run-2")
    assert before.read(BTC, ["2026-03"])["close"].iloc[0] == 1.0
    assert lake.snapshot(bars).read(BTC, ["2026-03"])["close"].iloc[0] == 50.0


def test_a_run_reads_what_it_published_itself(lake, bars, month_of_bars, publish):
    snapshot = lake.snapshot(bars)
    for rows in (1, 2, 3):
        published = publish(lake, "2026-03", month_of_bars("2026-03", rows=rows), snapshot=snapshot)
        assert published.version == rows
        assert len(snapshot.read(BTC, ["2026-03"])) == rows
        assert snapshot.summary(BTC, "2026-03") == published.summaries[BTC, "2026-03"]
    publish(lake, "2026-03", month_of_bars("2026-03", rows=0), snapshot=snapshot)
    assert snapshot.markets() == []


def test_a_column_that_must_not_be_null_asks_for_the_partition_to_be_made_again(
    lake, bars, month_of_bars, publish
):
    publish(lake, "2026-03", month_of_bars("2026-03"))
    wider = Table("bars", bars.schema.add_columns({"vwap": Column(float)}))
    with pytest.raises(LakeError, match=r"before column vwap was declared.*materialize"):
        lake.snapshot(wider).read(BTC, ["2026-03"])
