"""Realised volatility: what it counts, and that it is the same from any slice."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from traderai_assets.domain.features.realised_volatility import (
    MINIMUM_RETURNS,
    VOLATILITY_BARS,
    realised_volatility,
)

BAR = timedelta(minutes=5)


def zigzag(rows, move=0.01):
    """Closes that go up and down by the same log return."""
    closes = 100 * np.exp(move * (np.arange(rows) % 2))
    times = pd.date_range("2026-03-01", periods=rows, freq=BAR, tz="UTC").as_unit("ms")
    return pd.DataFrame({"open_time": times, "close": closes})


def test_moves_of_one_percent_a_bar_are_a_volatility_of_one_percent():
    assert realised_volatility(zigzag(400), bar=BAR)[-1] == pytest.approx(0.01)


def test_it_is_known_once_a_quarter_of_the_window_is_there():
    known = np.flatnonzero(~np.isnan(realised_volatility(zigzag(400), bar=BAR)))
    assert known[0] == MINIMUM_RETURNS == 72


def test_a_move_over_absent_bars_counts_for_all_the_bars_it_took():
    # One bar of two absent: 1 % every two bars is a variance of half as much a bar
    sparse = zigzag(800).iloc[::2].reset_index(drop=True)
    sparse["close"] = zigzag(400)["close"]
    assert realised_volatility(sparse, bar=BAR)[-1] == pytest.approx(0.01 / np.sqrt(2))


def test_the_window_is_a_stretch_of_time_and_what_left_it_is_forgotten():
    candles = zigzag(VOLATILITY_BARS + 10)
    candles.loc[0, "close"] = 1.0
    volatility = realised_volatility(candles, bar=BAR)
    assert volatility[VOLATILITY_BARS] > 0.1
    assert volatility[VOLATILITY_BARS + 1] == pytest.approx(0.01)


def test_after_a_long_suspension_it_is_unknown_until_there_is_enough_again():
    candles = zigzag(400)
    candles.loc[200:, "open_time"] += pd.Timedelta(days=150)
    volatility = realised_volatility(candles, bar=BAR)
    assert np.isnan(volatility[200 : 200 + MINIMUM_RETURNS]).all()
    assert volatility[200 + MINIMUM_RETURNS] == pytest.approx(0.01)


def test_every_slice_gives_the_same_bits(wander):
    candles = wander("2026-03-01", 1500, bar=BAR, seed=3, absent_share=0.1)
    whole = realised_volatility(candles, bar=BAR)
    for first in (1, 2, 3, 7, 501):
        late = candles.iloc[first:].reset_index(drop=True)
        start = late["open_time"].iloc[0] + VOLATILITY_BARS * BAR
        warm = (late["open_time"] >= start).to_numpy()
        part = realised_volatility(late, bar=BAR)
        assert part[warm].tobytes() == whole[first:][warm].tobytes()


def test_no_candles_have_no_volatility():
    assert realised_volatility(zigzag(0), bar=BAR).shape == (0,)
