import hashlib
import struct

import numpy as np
import pandas as pd
import pytest

from traderai_assets.domain.chained_hash import chained_hash, is_chained
from traderai_assets.domain.content_hash import EMPTY_HASH, content_hash

PLACE = ("candles", "binance.BTC-USDT.5m", "2026-03")


def chain(frame, after=None, place=PLACE):
    return chained_hash(*place, frame, time="open_time", after=after)


def hashed(frame):
    return chain(frame).content_hash


def times(rows, freq="17min"):
    return pd.date_range("2026-03-01", periods=rows, freq=freq, tz="UTC", unit="ms")


@pytest.fixture
def frame():
    """Ten hours with every kind of column; some hours have nothing but nulls in some of them."""
    rng = np.random.default_rng(7)
    rows = 36
    moments = times(rows).to_series(index=range(rows))
    texts = np.where(rng.random(rows) < 0.5, None, rng.choice(["target", "é", ""], rows))
    return pd.DataFrame(
        {
            "open_time": times(rows),
            "close": np.where(rng.random(rows) < 0.5, np.nan, rng.normal(size=rows)),
            "width": np.where(np.arange(rows) < 20, np.nan, np.arange(rows) + 0.5),
            "count": rng.integers(-5, 5, rows),
            "live": rng.random(rows) < 0.5,
            "ended_at": moments.where(rng.random(rows) < 0.4).dt.as_unit("ms"),
            "barrier": pd.Series(texts, dtype="str"),
            "payload": [None if row % 5 < 3 else bytes([row]) * row for row in range(rows)],
        }
    )


def test_a_link_is_blake2b_of_the_link_before_and_the_rows_of_an_hour():
    opened = [1_772_323_200_000, 1_772_323_500_000, 1_772_326_800_000]
    frame = pd.DataFrame(
        {
            "open_time": pd.to_datetime(opened, unit="ms", utc=True),
            "close": [1.0, -2.0, np.nan],
            "note": pd.Series(["é", None, "ab"], dtype="str"),
        }
    )

    def digest(*parts):
        return hashlib.blake2b(b"".join(parts), digest_size=16).digest()

    def text(*values):
        return b"".join(struct.pack("<q", len(value)) + value for value in values)

    link = digest(text(*(salt.encode() for salt in PLACE)))
    note = text(b"note", b"text")
    columns = digest(text(b"close", b"float"), text(b"open_time", b"timestamp"), note)
    first = struct.pack("<dqdq", 1.0, opened[0], -2.0, opened[1])
    link = digest(
        link, struct.pack("<q", 2), columns, first, struct.pack("<qq", 2, -1), b"\xc3\xa9"
    )
    columns = digest(text(b"open_time", b"timestamp"), note)
    second = struct.pack("<q", opened[2]) + struct.pack("<q", 2) + b"ab"
    last = digest(link, struct.pack("<q", 1), columns, second)
    assert chain(frame) == ((2, 3), (f"c{link.hex()}", f"c{last.hex()}"))


def test_a_chain_is_told_from_the_hash_of_a_whole_partition(frame):
    assert is_chained(hashed(frame))
    assert "-" not in hashed(frame)  # Versions are split there
    assert not is_chained(content_hash(*PLACE, frame))
    assert not is_chained("c" + 31 * "0")
    assert not is_chained(EMPTY_HASH)


def test_no_rows_have_no_link(frame):
    none = chain(frame.head(0))
    assert (none.ends, none.content_hash, none.at(0)) == ((), EMPTY_HASH, None)


def test_every_hour_that_has_rows_ends_with_a_hash(frame):
    whole = chain(frame)
    hours = frame["open_time"].dt.floor("h")
    assert list(whole.ends) == [*np.flatnonzero(hours.diff().iloc[1:]) + 1, len(frame)]
    for end, found in zip(whole.ends, whole.hashes, strict=True):
        assert hashed(frame.iloc[:end]) == found == whole.at(end)
    assert whole.at(1) is whole.at(len(frame) + 1) is None


@pytest.mark.parametrize("seed", range(20))
def test_however_the_hours_are_divided_the_chain_is_the_same(frame, seed):
    whole = chain(frame)
    rng = np.random.default_rng(seed)
    cuts = np.sort(rng.choice(whole.ends[:-1], rng.integers(0, len(whole.ends)), replace=False))
    hashes, after = [], None
    for part in np.split(np.arange(len(frame)), cuts):
        piece = chain(frame.iloc[part], after)
        hashes, after = [*hashes, *piece.hashes], piece.content_hash
    assert tuple(hashes) == whole.hashes


def test_every_value_that_changes_changes_its_hour_and_all_after_it(frame):
    whole = chain(frame)
    for column in frame.columns:
        for row in (1, 17, len(frame) - 1):
            changed = frame.copy()
            if column == "open_time":
                changed.loc[row, column] += pd.Timedelta(1, "ms")
            else:
                other = frame[column][frame[column].notna() & (frame[column] != frame[column][row])]
                changed.loc[row, column] = other.iloc[0]
            hour = sum(end <= row for end in whole.ends)
            found = chain(changed).hashes
            assert found[:hour] == whole.hashes[:hour]
            assert not set(found[hour:]) & set(whole.hashes)


def test_every_value_that_becomes_null_or_ceases_to_be_is_seen(frame):
    seen = {hashed(frame)}
    present = [
        (row, name)
        for name in ("close", "width", "ended_at", "barrier", "payload")
        for row in np.flatnonzero(frame[name].notna())
    ]
    for row, name in present:
        changed = frame.copy()
        changed.loc[row, name] = None
        seen.add(hashed(changed))
    assert len(seen) == 1 + len(present)


def test_rows_do_not_verify_elsewhere_or_after_other_rows(frame):
    places = [
        PLACE,
        ("features", *PLACE[1:]),
        (*PLACE[:2], "2026-04"),
        ("candlesb", *PLACE[1:]),
        ("candles", "binance.ETH-USDT.5m", "2026-03"),
    ]
    assert len({chain(frame, place=place).content_hash for place in places}) == len(places)
    whole = chain(frame)
    tail = frame.iloc[whole.ends[4] :]
    assert chain(tail, whole.hashes[4]).content_hash == whole.content_hash
    assert chain(tail, whole.hashes[3]).content_hash != whole.content_hash
    assert chain(tail).content_hash != whole.content_hash
    with pytest.raises(ValueError, match="not the hash of rows that others may follow"):
        chain(tail, EMPTY_HASH)


@pytest.mark.parametrize(
    "held_as",
    [
        lambda frame: frame.convert_dtypes(dtype_backend="pyarrow"),
        lambda frame: frame.astype({"barrier": object}),
        lambda frame: frame.astype({"count": "int8"}),
        lambda frame: frame.astype({"open_time": "datetime64[us, UTC]"}),
        lambda frame: frame.assign(open_time=frame["open_time"].dt.tz_convert("Asia/Tokyo")),
        lambda frame: frame[frame.columns[::-1]],
        lambda frame: frame.set_axis(range(5, 5 + len(frame))),
    ],
    ids=["arrow", "object", "int8", "microseconds", "tokyo", "columns", "index"],
)
def test_the_same_values_held_differently_have_the_same_chain(frame, held_as):
    assert chain(held_as(frame)) == chain(frame)


def test_all_nans_are_one_and_the_two_zeros_are_two():
    odd_nan = np.frombuffer(struct.pack("<Q", 0xFFF8_0000_0000_0123), dtype="<f8")[0]

    def of(*closes):
        return hashed(pd.DataFrame({"open_time": times(2), "close": closes}))

    assert of(1.0, odd_nan) == of(1.0, np.nan)
    assert of(odd_nan, odd_nan) == hashed(pd.DataFrame({"open_time": times(2)}))
    assert of(1.0, 0.0) != of(1.0, -0.0)


def test_a_column_declared_later_changes_no_hour_before_it_has_a_value(frame):
    row = 20
    later = frame.assign(
        note=pd.Series(None, index=frame.index, dtype="str"),
        vwap=np.where(frame.index == row, 1.0, np.nan),
    )
    whole, found = chain(frame), chain(later)
    hour = sum(end <= row for end in whole.ends)
    assert found.hashes[:hour] == whole.hashes[:hour]
    assert found.hashes[hour] != whole.hashes[hour]


def test_neighbours_cannot_trade_a_letter_a_value_or_a_row():
    def of(**columns):
        return hashed(pd.DataFrame({"open_time": times(2), **columns}))

    texts = [("ab", "c"), ("a", "bc"), ("abc", ""), ("abc", None)]
    found = {of(barrier=pd.Series(pair, dtype="str")) for pair in texts}
    found |= {of(a=[1.0, 2.0]), of(b=[1.0, 2.0]), of(a=[1, 2]), of(a=[True, False]), of(a=[1, 0])}
    found |= {of(a=[1.0, np.nan], b=[np.nan, 2.0]), of(a=[np.nan, 1.0], b=[2.0, np.nan])}
    assert len(found) == 11
    apart = pd.DataFrame({"open_time": times(2, "1h"), "a": [1.0, 2.0]})
    assert chain(apart).ends == (1, 2)


def test_rows_out_of_order_and_values_without_a_canonical_form_are_refused(frame):
    with pytest.raises(ValueError, match="'open_time' is not in order"):
        hashed(frame.iloc[::-1])
    with pytest.raises(TypeError, match=r"'mixed'.*bytes and str"):
        hashed(pd.DataFrame({"open_time": times(2), "mixed": ["a", b"a"]}))
    fine = times(2).as_unit("ns") + pd.Timedelta(1, "ns")
    with pytest.raises(ValueError, match=r"'fine'.*whole number of milliseconds"):
        hashed(pd.DataFrame({"open_time": times(2), "fine": fine}))
