import os
import threading
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from pandera.pandas import Column, DataFrameSchema

from resources.lake.resource import LakeResource
from traderai_assets.domain.content_hash import EMPTY_HASH, content_hash
from traderai_assets.domain.errors import InvalidMarket, InvalidMonth, InvalidRows, LakeError
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


def test_every_dtype_of_a_table_survives_storage(lake):
    columns = {
        "open_time": Column(pd.DatetimeTZDtype("ms", "UTC")),
        "side": Column("int8"),
        "count": Column("int32"),
        "serial": Column("int64"),
        "live": Column(bool),
        "barrier": Column(str, nullable=True),
        "ended": Column(pd.DatetimeTZDtype("ms", "UTC"), nullable=True),
        "model": Column(object, nullable=True),
    }
    table = Table("everything", DataFrameSchema(columns))
    times = pd.to_datetime(["2026-03-01 00:00:00.001", "2026-03-31 23:59:59.999"], utc=True)
    frame = pd.DataFrame(
        {
            "open_time": times.as_unit("ms"),
            "side": np.array([-1, 127], dtype="int8"),
            "count": np.array([-(2**31), 2**31 - 1], dtype="int32"),
            "serial": np.array([-(2**63), 2**63 - 1], dtype="int64"),
            "live": [True, False],
            "barrier": pd.Series(["stop", None], dtype="str"),
            "ended": pd.Series([pd.NaT, times[1]], dtype="datetime64[ms, UTC]"),
            "model": [b"\x00\xff" * 1000, None],
        }
    )
    lake.snapshot(table).publish({(BTC, "2026-03"): frame}, run_id="r", code_version="1")
    snapshot = lake.snapshot(table)
    pd.testing.assert_frame_equal(snapshot.read(BTC, ["2026-03"]), frame)
    assert snapshot.summary(BTC, "2026-03").last == times[1].to_pydatetime()


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


def test_a_snapshot_does_not_move_under_its_reader(lake, bars, month_of_bars, publish):
    publish(lake, "2026-03", month_of_bars("2026-03"))
    before = lake.snapshot(bars)
    publish(lake, "2026-03", month_of_bars("2026-03", first_close=50.0), run="run-2")
    assert before.read(BTC, ["2026-03"])["close"].iloc[0] == 1.0
    assert lake.snapshot(bars).read(BTC, ["2026-03"])["close"].iloc[0] == 50.0


def test_earlier_versions_are_read_by_number_and_by_time(
    lake, bars, month_of_bars, publish, tmp_path
):
    publish(lake, "2026-03", month_of_bars("2026-03"))
    between = datetime.now(UTC)
    publish(lake, "2026-03", month_of_bars("2026-03", first_close=50.0), run="run-2")
    for file in tmp_path.rglob("*.json"):
        os.utime(file)  # As copying the lake to another disk would do
    for then in (lake.snapshot(bars, version=1), lake.snapshot(bars, as_of=between)):
        assert then.version == 1
        assert then.read(BTC, ["2026-03"])["close"].iloc[0] == 1.0
    for never in ({"version": 7}, {"as_of": datetime(2020, 1, 1, tzinfo=UTC)}):
        with pytest.raises(LakeError, match="a version that maintenance has kept"):
            lake.snapshot(bars, **never)


def test_a_run_reads_what_it_published_itself(lake, bars, month_of_bars, publish):
    snapshot = lake.snapshot(bars)
    for rows in (1, 2, 3):
        published = publish(lake, "2026-03", month_of_bars("2026-03", rows=rows), snapshot=snapshot)
        assert published.version == rows
        assert len(snapshot.read(BTC, ["2026-03"])) == rows
        assert snapshot.summary(BTC, "2026-03") == published.summaries[BTC, "2026-03"]
    publish(lake, "2026-03", month_of_bars("2026-03", rows=0), snapshot=snapshot)
    assert snapshot.markets() == []


def test_a_column_declared_later_is_null_in_what_was_published_before(
    lake, bars, month_of_bars, publish
):
    publish(lake, "2026-03", month_of_bars("2026-03"))
    before = lake.snapshot(bars).content_hash(BTC, "2026-03")
    wider = Table(
        "bars",
        bars.schema.add_columns(
            {"vwap": Column(float, nullable=True), "note": Column(str, nullable=True)}
        ),
    )
    read = lake.snapshot(wider).read(BTC, ["2026-03"])
    assert read.dtypes.astype(str).to_dict() == wider.dtypes
    assert read[["vwap", "note"]].isna().all(axis=None)
    unchanged = lake.snapshot(wider).publish({(BTC, "2026-03"): read}, run_id="r", code_version="2")
    assert unchanged.changed == ()
    later = month_of_bars("2026-04").assign(vwap=2.0, note=pd.Series(["x"] * 6, dtype="str"))
    lake.snapshot(wider).publish({(BTC, "2026-04"): later}, run_id="r", code_version="2")
    snapshot = lake.snapshot(wider)
    assert snapshot.content_hash(BTC, "2026-03") == before
    assert snapshot.read(BTC, ["2026-03", "2026-04"])["vwap"].notna().sum() == 6


def test_a_column_that_must_not_be_null_asks_for_the_partition_to_be_made_again(
    lake, bars, month_of_bars, publish
):
    publish(lake, "2026-03", month_of_bars("2026-03"))
    wider = Table("bars", bars.schema.add_columns({"vwap": Column(float)}))
    with pytest.raises(LakeError, match=r"before column vwap was declared.*materialize"):
        lake.snapshot(wider).read(BTC, ["2026-03"])


def test_a_column_no_longer_declared_is_verified_and_left_out(lake, bars, month_of_bars, publish):
    publish(lake, "2026-03", month_of_bars("2026-03"))
    narrower = Table("bars", bars.schema.remove_columns(["volume"]))
    assert list(lake.snapshot(narrower).read(BTC, ["2026-03"])) == ["open_time", "close"]


def test_many_runs_may_create_the_same_table_at_once(tmp_path, bars):
    lake = LakeResource(root=str(tmp_path / "lake"))
    versions, start = [], threading.Barrier(6)

    def open_it():
        start.wait()
        versions.append(lake.snapshot(bars).version)

    threads = [threading.Thread(target=open_it) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert versions == [0] * 6


@pytest.mark.parametrize("folder", ["with space", "Größe", "file-uri"])
def test_the_root_may_be_any_folder_or_a_uri(tmp_path, bars, month_of_bars, publish, folder):
    root = tmp_path / folder
    lake = LakeResource(root=root.as_uri() if folder == "file-uri" else str(root))
    publish(lake, "2026-03", month_of_bars("2026-03"))
    assert len(lake.snapshot(bars).read(BTC, ["2026-03"])) == 6
    assert (root / "bars" / "_delta_log").is_dir()


def test_a_root_that_cannot_be_written_is_told(bars, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    lake = LakeResource(root=str(tmp_path / "file"))
    with pytest.raises(LakeError, match=r"table bars at .*file/bars"):
        lake.snapshot(bars)
