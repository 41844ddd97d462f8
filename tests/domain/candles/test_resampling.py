"""Longer bars out of shorter ones."""

from datetime import timedelta

import pandas as pd
import pytest

from traderai_assets.domain.candles.resampling import longer_bar, resampled_candles

FIVE = timedelta(minutes=5)


def test_candles_are_joined_into_bars_that_open_at_multiples_of_their_length():
    times = pd.to_datetime(
        ["2026-01-01 00:10", "2026-01-01 00:25", "2026-01-01 01:00"], utc=True
    ).as_unit("ms")
    candles = pd.DataFrame(
        {
            "open_time": times,
            "open": [1.0, 2.0, 3.0],
            "high": [5.0, 9.0, 4.0],
            "low": [0.5, 1.0, 2.0],
            "close": [2.0, 8.0, 3.5],
            "volume": [1.0, 2.0, 4.0],
        }
    )
    found = resampled_candles(candles, timedelta(hours=1))
    assert found["open_time"].dt.strftime("%H:%M").tolist() == ["00:00", "01:00"]
    assert found.iloc[0].drop("open_time").tolist() == [1.0, 9.0, 0.5, 8.0, 3.0]
    assert found.dtypes.to_dict() == candles.dtypes.to_dict()


@pytest.mark.parametrize(
    ("n_bars", "most", "minutes"),
    [(900, 900, 5), (901, 900, 15), (288 * 30, 900, 60), (840_960, 900, 10_080), (10**9, 10, 0)],
)
def test_the_shortest_known_length_that_fits_is_taken(n_bars, most, minutes):
    length = longer_bar(FIVE, n_bars, most)
    assert not length % FIVE
    assert n_bars * FIVE <= most * length
    if minutes:
        assert length == timedelta(minutes=minutes)


def test_a_length_that_is_no_multiple_of_the_bar_is_not_taken():
    assert longer_bar(timedelta(minutes=4), 3_000, 1_000) == timedelta(minutes=60)


def test_no_candle_is_no_bar():
    empty = pd.DataFrame(
        {name: pd.Series(dtype="float64") for name in ("open", "high", "low", "close", "volume")}
    )
    empty.insert(0, "open_time", pd.Series(dtype="datetime64[ms, UTC]"))
    assert resampled_candles(empty, FIVE).empty
