import pandas as pd
import pyarrow as pa
import pytest
from pandera.pandas import Column, DataFrameSchema

from traderai_assets.domain.errors import InvalidMarket, InvalidMonth
from traderai_assets.schemas.rows import validated_rows
from traderai_assets.schemas.tables import Table

MARKET = "binance.BTC-USDT.5m"


def schema(**columns):
    times = Column(pd.DatetimeTZDtype("ms", "UTC"))
    return DataFrameSchema({"open_time": times, **columns})


EVERYTHING = Table(
    "everything",
    schema(
        price=Column(float),
        count=Column("int64"),
        side=Column("int8"),
        size=Column("int32"),
        live=Column(bool),
        barrier=Column(str, nullable=True),
        payload=Column(object, nullable=True),
    ),
)


def test_pandas_dtypes_become_arrow_types_in_declared_order():
    assert EVERYTHING.arrow_schema() == pa.schema(
        [
            ("open_time", pa.timestamp("ms", tz="UTC")),
            ("price", pa.float64()),
            ("count", pa.int64()),
            ("side", pa.int8()),
            ("size", pa.int32()),
            ("live", pa.bool_()),
            ("barrier", pa.string()),
            ("payload", pa.binary()),
        ]
    )


def test_a_table_without_rows_still_has_its_columns_and_dtypes():
    empty = EVERYTHING.empty()
    assert len(empty) == 0
    assert empty.dtypes.astype(str).to_dict() == EVERYTHING.dtypes
    assert list(validated_rows(EVERYTHING, empty)) == list(EVERYTHING.dtypes)


@pytest.mark.parametrize(
    ("name", "columns", "key", "complaint"),
    [
        ("../candles", {}, ("open_time",), "lower-case letters"),
        ("Candles", {}, ("open_time",), "lower-case letters"),
        ("candles", {"month": Column(str)}, ("open_time",), "the lake adds these"),
        ("candles", {"size": Column("uint8")}, ("open_time",), "uint8 has no place"),
        ("candles", {"size": Column("int64", nullable=True)}, ("open_time",), "hold nulls"),
        ("candles", {}, ("close_time",), "'close_time' is not a column"),
        ("candles", {"side": Column(str, nullable=True)}, ("side",), "without nulls"),
    ],
)
def test_a_table_the_lake_cannot_hold_is_refused_when_it_is_declared(name, columns, key, complaint):
    with pytest.raises(ValueError, match=complaint):
        Table(name, schema(**columns), key=key)


def test_a_naive_or_coarser_time_is_refused_when_it_is_declared():
    with pytest.raises(ValueError, match="has no place"):
        Table("candles", DataFrameSchema({"open_time": Column("datetime64[ns]")}))


@pytest.mark.parametrize(
    ("columns", "key", "complaint"),
    [
        ({"side": Column(str)}, ("side",), "'side', is no time"),
        ({"note": Column(str, default="-")}, ("open_time",), "note has a default for nulls"),
    ],
)
def test_a_table_that_cannot_be_stored_in_chunks_does_not_grow(columns, key, complaint):
    Table("candles", schema(**columns), key=key)
    with pytest.raises(ValueError, match=complaint):
        Table("candles", schema(**columns), key=key, grows=True)


@pytest.mark.parametrize("month", ["2026-3", "2026-13", "all", "", "٢٠٢٦-03", "2026-03\n"])
def test_a_month_is_taken_only_as_its_key_writes_it(month):
    EVERYTHING.partition_key(MARKET, "2026-03")
    with pytest.raises(InvalidMonth):
        EVERYTHING.partition_key(MARKET, month)


def test_a_table_by_market_alone_has_one_month_called_all():
    champions = Table("champions", schema(), monthly=False)
    champions.partition_key(MARKET, "all")
    with pytest.raises(InvalidMonth, match="its month is 'all'"):
        champions.partition_key(MARKET, "2026-03")


def test_a_market_is_taken_only_as_its_key_writes_it():
    for market in ("binance.BTC/USDT.5m", "binance.btc-usdt.5m", "../binance.BTC-USDT.5m", "x"):
        with pytest.raises(InvalidMarket):
            EVERYTHING.partition_key(market, "2026-03")
