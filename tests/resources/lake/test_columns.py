import numpy as np
import pandas as pd
import pytest
from pandera.pandas import Column, DataFrameSchema

from traderai_assets.domain.errors import InvalidMonth
from traderai_assets.schemas.tables import Table

BTC = "binance.BTC-USDT.5m"
ETH = "binance.ETH-USDT.5m"
# A symbol whose key holds every kind of character that an encoded symbol can hold.
ODD = "okx.A~c3~89-USDT_USDT+26A.1h"


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


def test_a_table_by_market_alone_whose_key_is_no_time_has_one_partition_and_no_range(lake):
    columns = {"model_id": Column(str), "chosen_at": Column(pd.DatetimeTZDtype("ms", "UTC"))}
    champions = Table("champions", DataFrameSchema(columns), key=("model_id",), monthly=False)
    times = pd.to_datetime(["2026-03-01", "2026-02-01"], utc=True).as_unit("ms")
    frame = pd.DataFrame({"model_id": ["b", "a"], "chosen_at": times})
    lake.snapshot(champions).publish({(BTC, "all"): frame}, run_id="r", code_version="1")
    snapshot = lake.snapshot(champions)
    assert snapshot.read(BTC, ["all"])["model_id"].tolist() == ["a", "b"]
    summary = snapshot.summary(BTC, "all")
    assert (summary.rows, summary.first, summary.last) == (2, None, None)
    with pytest.raises(InvalidMonth):
        snapshot.read(BTC, ["2026-03"])


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


def test_a_column_no_longer_declared_is_verified_and_left_out(lake, bars, month_of_bars, publish):
    publish(lake, "2026-03", month_of_bars("2026-03"))
    narrower = Table("bars", bars.schema.remove_columns(["volume"]))
    assert list(lake.snapshot(narrower).read(BTC, ["2026-03"])) == ["open_time", "close"]


def test_a_column_declared_later_with_a_default_is_that_in_what_was_published_before(
    lake, bars, month_of_bars, publish
):
    publish(lake, "2026-03", month_of_bars("2026-03"))
    before = lake.snapshot(bars).content_hash(BTC, "2026-03")
    wider = Table("bars", bars.schema.add_columns({"paper": Column(bool, default=False)}))
    read = lake.snapshot(wider).read(BTC, ["2026-03"])
    assert read.dtypes.astype(str).to_dict() == wider.dtypes
    assert not read["paper"].any()
    assert lake.snapshot(wider).content_hash(BTC, "2026-03") == before
    later = month_of_bars("2026-04").assign(paper=True)
    lake.snapshot(wider).publish({(BTC, "2026-04"): later}, run_id="r", code_version="2")
    both = lake.snapshot(wider).read(BTC, ["2026-03", "2026-04"])
    assert both["paper"].sum() == len(later)
