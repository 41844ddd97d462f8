import hashlib
import struct

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traderai_assets.domain.content_hash import EMPTY_HASH, content_hash

MARKET, MONTH = "binance.BTC-USDT.5m", "2026-03"


@pytest.fixture
def frame():
    return pd.DataFrame(
        {
            "open_time": pd.date_range("2026-03-01", periods=4, freq="5min", tz="UTC", unit="ms"),
            "close": [1.0, 2.5, np.nan, -0.0],
            "count": [1, -2, 3, 4],
            "live": [True, False, True, False],
            "barrier": ["target", None, "stop", "é"],
            "payload": [b"\x00", b"", None, b"ab"],
        }
    )


def hashed(frame):
    return content_hash("candles", MARKET, MONTH, frame)


def test_the_hash_is_blake2b_of_salted_and_length_prefixed_values():
    frame = pd.DataFrame({"close": [1.0, -2.0]})
    digest = hashlib.blake2b(digest_size=16)
    for part in (b"candles", MARKET.encode(), MONTH.encode(), b"2", b"close", b"float"):
        digest.update(struct.pack("<q", len(part)) + part)
    digest.update(struct.pack("<q", 16) + struct.pack("<dd", 1.0, -2.0))
    assert hashed(frame) == digest.hexdigest()


def test_no_rows_hash_to_zeros_whatever_the_columns(frame):
    assert EMPTY_HASH == "0" * 32
    assert hashed(frame.head(0)) == hashed(pd.DataFrame()) == EMPTY_HASH


def test_every_value_that_changes_changes_the_hash(frame):
    seen = {hashed(frame)}
    for column in frame.columns:
        changed = frame.copy()
        changed.loc[0, column] = frame.loc[3, column]
        seen.add(hashed(changed))
    assert len(seen) == 1 + len(frame.columns)


def test_the_order_of_columns_does_not_matter_and_that_of_rows_does(frame):
    assert hashed(frame[frame.columns[::-1]]) == hashed(frame)
    assert hashed(frame.iloc[::-1]) != hashed(frame)
    assert hashed(frame.set_axis([7, 8, 9, 10])) == hashed(frame)


def test_rows_do_not_verify_under_another_table_market_or_month(frame):
    places = [
        ("candles", MARKET, MONTH),
        ("features", MARKET, MONTH),
        ("candles", "binance.ETH-USDT.5m", MONTH),
        ("candles", MARKET, "2026-04"),
        ("candlesb", "inance.BTC-USDT.5m", MONTH),
    ]
    assert len({content_hash(*place, frame) for place in places}) == len(places)


@pytest.mark.parametrize(
    "held_as",
    [
        lambda frame: frame.convert_dtypes(dtype_backend="pyarrow"),
        lambda frame: frame.convert_dtypes(),
        lambda frame: frame.astype({"barrier": object}),
        lambda frame: frame.astype({"barrier": "category"}),
        lambda frame: frame.astype({"count": "int8"}),
        lambda frame: frame.astype({"open_time": "datetime64[us, UTC]"}),
        lambda frame: frame.assign(open_time=frame["open_time"].dt.tz_convert("Asia/Tokyo")),
    ],
    ids=["arrow", "masked", "object", "category", "int8", "microseconds", "tokyo"],
)
def test_the_same_values_held_differently_have_the_same_hash(frame, held_as):
    assert hashed(held_as(frame)) == hashed(frame)


def test_all_nans_are_one_and_the_two_zeros_are_two():
    odd_nan = np.frombuffer(struct.pack("<Q", 0xFFF8_0000_0000_0123), dtype="<f8")[0]
    assert np.isnan(odd_nan)

    def of(value):
        return hashed(pd.DataFrame({"close": [1.0, value]}))

    assert of(odd_nan) == of(np.nan) == of(None)
    assert of(0.0) != of(-0.0)


def test_a_column_of_nothing_but_nulls_is_as_good_as_absent(frame):
    with_later_columns = frame.assign(
        vwap=np.nan,
        note=pd.Series(None, index=frame.index, dtype="str"),
        closed_at=pd.Series(pd.NaT, index=frame.index, dtype="datetime64[ms, UTC]"),
    )
    assert hashed(with_later_columns) == hashed(frame)


def test_neighbouring_texts_cannot_trade_a_letter():
    def of(*texts):
        return hashed(pd.DataFrame({"barrier": texts}))

    assert len({of("ab", "c"), of("a", "bc"), of("abc", ""), of("abc", None)}) == 4


def test_values_without_a_canonical_form_are_refused_by_name():
    with pytest.raises(TypeError, match=r"'mixed'.*bytes and str"):
        hashed(pd.DataFrame({"mixed": ["a", b"a"]}))
    with pytest.raises(TypeError, match="'naive'"):
        hashed(pd.DataFrame({"naive": pd.to_datetime(["2026-03-01"])}))
    fine = pd.to_datetime(["2026-03-01 00:00:00.0000015"], utc=True)
    with pytest.raises(ValueError, match=r"'open_time'.*whole number of milliseconds"):
        hashed(pd.DataFrame({"open_time": fine}))


@given(st.lists(st.floats(width=64), min_size=1, max_size=20), st.data())
def test_a_single_flipped_bit_is_always_seen(values, data):
    before = np.array(values)
    bits = before.copy().view("uint64")
    index = data.draw(st.integers(0, len(values) - 1))
    bits[index] ^= np.uint64(1 << data.draw(st.integers(0, 63)))
    after = bits.view("float64")
    both_nan = np.isnan(before[index]) and np.isnan(after[index])
    same = hashed(pd.DataFrame({"close": before})) == hashed(pd.DataFrame({"close": after}))
    assert same == both_nan
