import numpy as np
import pandas as pd
import pandera.pandas as pa
import pytest

from traderai_assets.domain.errors import InvalidRows
from traderai_assets.schemas.rows import validated_rows
from traderai_assets.schemas.tables import Table

TRADES = Table(
    "trades",
    pa.DataFrameSchema(
        {
            "open_time": pa.Column(pd.DatetimeTZDtype("ms", "UTC")),
            "price": pa.Column(float, pa.Check.gt(0)),
            "side": pa.Column(str, pa.Check.isin(["long", "short"])),
            "note": pa.Column(object, nullable=True),
        }
    ),
    key=("open_time", "side"),
)


@pytest.fixture
def frame():
    times = pd.to_datetime(["2026-03-01 00:05", "2026-03-01 00:00", "2026-03-01 00:05"], utc=True)
    return pd.DataFrame(
        {
            "note": [b"", None, b"x"],
            "side": ["short", "long", "long"],
            "price": [2.0, 1.0, 3.0],
            "open_time": times.as_unit("ms"),
        }
    )


def test_rows_come_back_in_declared_columns_sorted_by_the_whole_key(frame):
    checked = validated_rows(TRADES, frame)
    assert list(checked) == ["open_time", "price", "side", "note"]
    assert checked["price"].tolist() == [1.0, 3.0, 2.0]
    assert checked.index.tolist() == [0, 1, 2]
    assert list(frame) == ["note", "side", "price", "open_time"], "the caller's frame is untouched"


def test_missing_and_undeclared_columns_are_named_together(frame):
    with pytest.raises(InvalidRows, match=r"trades: columns missing \['price'\], undeclared \['p"):
        validated_rows(TRADES, frame.rename(columns={"price": "prices"}))


def test_a_column_that_stands_twice_is_refused(frame):
    with pytest.raises(InvalidRows, match=r"each of .* once"):
        validated_rows(TRADES, pd.concat([frame, frame[["price"]]], axis=1))


def test_a_wrong_dtype_is_told_with_the_one_expected(frame):
    with pytest.raises(InvalidRows, match="price: dtype is int64, expected float64; cast"):
        validated_rows(TRADES, frame.astype({"price": "int64"}))
    with pytest.raises(InvalidRows, match=r"open_time: dtype is datetime64\[us, UTC\], expected"):
        validated_rows(TRADES, frame.astype({"open_time": "datetime64[us, UTC]"}))


def test_the_first_offending_value_is_told_with_its_key_and_the_rule(frame):
    frame.loc[2, "price"] = -3.0
    message = (
        r"trades, column price: -3.0 at open_time 2026-03-01 00:05:00\+00:00, side long \(row 2\) "
        r"breaks greater_than\(0\), 1 such"
    )
    with pytest.raises(InvalidRows, match=message):
        validated_rows(TRADES, frame)


def test_a_null_where_none_may_be_is_an_offending_value(frame):
    frame.loc[1, "price"] = np.nan
    with pytest.raises(InvalidRows, match=r"column price: nan at .*row 1.* breaks not_nullable"):
        validated_rows(TRADES, frame)


def test_payloads_are_bytes_and_nothing_else(frame):
    with pytest.raises(InvalidRows, match="column note: 'x' is a str, expected bytes"):
        validated_rows(TRADES, frame.assign(note=[b"", None, "x"]))


def test_a_key_that_stands_twice_is_refused(frame):
    with pytest.raises(InvalidRows, match=r"more than one row has open_time .*00:05.*, side long"):
        validated_rows(TRADES, frame.assign(side="long"))
