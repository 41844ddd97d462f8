"""Tables of the lake as relations: each row with its place, those of all strategies in one."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from resources.lake.resource import LakeResource
from traderai_assets.domain.errors import LakeError
from traderai_assets.query.former import former_relations
from traderai_assets.query.stored import Reach, columns_of, stored_relations
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.catalogue import TABLES
from traderai_assets.schemas.predictions import PREDICTIONS

BTC, ETH = "binance.BTC-USDT.5m", "binance.ETH-USDT.5m"


@pytest.fixture
def lake(tmp_path):
    return LakeResource(root=str(tmp_path / "lake"))


def times(start, rows):
    return pd.date_range(start, periods=rows, freq="5min", tz="UTC", unit="ms")


def candles(start, rows, close=1.0):
    prices = dict.fromkeys(("open", "high", "low", "close", "volume"), close)
    return pd.DataFrame({"open_time": times(start, rows)}).assign(**prices)


def predictions(rows):
    frame = pd.DataFrame({"open_time": times("2026-03-01", rows)})
    return frame.assign(
        model_id=pd.Series(["m"] * rows, dtype="str"),
        probability=0.5,
        width=0.01,
        side=np.zeros(rows, np.int8),
        word=pd.Series(["below_threshold"] * rows, dtype="str"),
    )[list(PREDICTIONS.dtypes)]


def publish(lake, table, frames):
    lake.snapshot(table).publish(frames, run_id="test", code_version="1")


def read(lake, name, *, tables=TABLES, **reach):
    return stored_relations(lake, tables, Reach(**reach))[name].read()


def test_each_column_of_each_table_is_described():
    lacking = [
        f"{table.name}.{column.name}"
        for table in TABLES
        for column in columns_of(table)
        if not column.description and table.name != "features"
    ]
    assert lacking == []


def test_a_table_that_was_never_written_has_its_columns_and_no_row(lake):
    found = read(lake, "candles")
    assert len(found) == 0
    assert list(found) == [one.name for one in columns_of(CANDLES)]


def test_rows_say_where_they_lie(lake):
    months = {
        (BTC, "2026-03"): candles("2026-03-01", 2),
        (ETH, "2026-04"): candles("2026-04-01", 1),
    }
    publish(lake, CANDLES, months)
    found = read(lake, "candles")
    place = found[["market", "exchange", "symbol", "timeframe", "month"]].to_numpy().tolist()
    assert place == [
        [BTC, "binance", "BTC/USDT", "5m", "2026-03"],
        [BTC, "binance", "BTC/USDT", "5m", "2026-03"],
        [ETH, "binance", "ETH/USDT", "5m", "2026-04"],
    ]
    assert list(read(lake, "candles", markets=(ETH,))["market"]) == [ETH]
    assert set(read(lake, "candles", months=("2026-03",))["market"]) == {BTC}


def test_those_of_all_strategies_are_one_relation(lake):
    fast = PREDICTIONS.at("fast")
    publish(lake, PREDICTIONS, {(BTC, "2026-03"): predictions(1)})
    publish(lake, fast, {(BTC, "2026-03"): predictions(2)})
    found = read(lake, "predictions", tables=(PREDICTIONS, fast))
    assert list(found["strategy"]) == ["default", "fast", "fast"]


def test_a_table_as_it_was_is_what_was_published_then(lake):
    publish(lake, CANDLES, {(BTC, "2026-03"): candles("2026-03-01", 1)})
    between = datetime.now(UTC)
    publish(lake, CANDLES, {(BTC, "2026-03"): candles("2026-03-01", 2)})
    assert len(read(lake, "candles", as_of=between)) == 1
    assert len(read(lake, "candles")) == 2
    assert len(read(lake, "candles", as_of=datetime(2020, 1, 1, tzinfo=UTC))) == 0


def test_a_strategy_that_is_younger_than_the_moment_has_no_row(lake):
    fast = PREDICTIONS.at("fast")
    publish(lake, PREDICTIONS, {(BTC, "2026-03"): predictions(3)})
    between = datetime.now(UTC)
    publish(lake, fast, {(BTC, "2026-03"): predictions(2)})
    found = read(lake, "predictions", tables=(PREDICTIONS, fast), as_of=between)
    assert list(found["strategy"]) == ["default"] * 3
    assert len(read(lake, "labels", as_of=between)) == 0


def test_files_that_were_let_go_are_no_part_of_an_answer(lake, tmp_path):
    publish(lake, CANDLES, {(BTC, "2026-03"): candles("2026-03-01", 1)})
    between = datetime.now(UTC)
    stored = set(tmp_path.rglob("*.parquet"))
    publish(lake, CANDLES, {(BTC, "2026-03"): candles("2026-03-01", 2)})
    for file in stored:
        file.unlink()
    with pytest.raises(LakeError, match=r"kept for \[retention\] lake_days"):
        read(lake, "candles", as_of=between)


def test_former_names_have_all_columns_that_they_tell_of(lake):
    stored = stored_relations(lake, TABLES, Reach())
    for relation in former_relations(stored, pd.Timestamp.now("UTC")).values():
        assert list(relation.read()) == [one.name for one in relation.columns]
