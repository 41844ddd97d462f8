"""Candles in which something is false: a market that trades through, and units that change."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from traderai_assets.domain.arrays import milliseconds
from traderai_assets.domain.candles.frames import candles_frame

BAR = timedelta(minutes=5)
START = datetime(2026, 3, 1, tzinfo=UTC)
PRICES = ["open", "high", "low", "close"]


def market(n: int = 1200, *, seed: int = 1, volatility: float = 0.003) -> pd.DataFrame:
    """A market that never closes: each bar opens where the last one closed, give or take a tick."""
    random = np.random.default_rng(seed)
    close = 30.0 * np.exp(np.cumsum(random.standard_t(4, n) * volatility / np.sqrt(2)))
    opened = np.concatenate([[30.0], close[:-1]]) * np.exp(random.normal(0, volatility / 20, n))
    reach = np.exp(np.abs(random.normal(0, volatility / 2, (2, n))))
    high = np.maximum(opened, close) * reach[0]
    low = np.minimum(opened, close) / reach[1]
    volume = random.lognormal(3, 1, n)
    times = milliseconds(START) + np.arange(n) * milliseconds(BAR)
    return candles_frame(np.stack([times, opened, high, low, close, volume], axis=1))


def redenominated(
    candles: pd.DataFrame, row: int, ratio: float, *, until: int | None = None, suspended: int = 0
) -> pd.DataFrame:
    """Serve prices in another unit from `row` on, after so many absent bars."""
    scaled = candles.copy()
    rows = slice(row, until)
    scaled.loc[scaled.index[rows], PRICES] *= ratio
    scaled.loc[scaled.index[rows], "volume"] /= ratio
    late = scaled["open_time"].iloc[row:] + suspended * BAR
    scaled.loc[scaled.index[row:], "open_time"] = late
    return scaled


def mixed_bar(candles: pd.DataFrame, row: int, ratio: float) -> pd.DataFrame:
    """Let one bar open in the old unit and close in the new one."""
    scaled = redenominated(candles, row + 1, ratio)
    close = scaled["close"].iloc[row] * ratio
    scaled.loc[row, "close"] = close
    scaled.loc[row, "high"] = max(scaled["high"].iloc[row], close)
    scaled.loc[row, "low"] = min(scaled["low"].iloc[row], close)
    return scaled


def wick(candles: pd.DataFrame, row: int, ratio: float) -> pd.DataFrame:
    """Let one bar reach where none of its neighbours was."""
    reached = candles.copy()
    side = "high" if ratio > 1 else "low"
    reached.loc[row, side] *= ratio
    return reached
