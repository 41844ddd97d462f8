"""Candles for the tests of backtests: by hand, and jumpy ones with absent bars."""

from datetime import timedelta

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from traderai_assets.domain.backtest.bars import Decisions
from traderai_assets.domain.backtest.costs import Costs

MINUTE = timedelta(minutes=1)
START = pd.Timestamp("2026-03-01 00:01", tz="UTC")
FREE = Costs(fee_rate=0, slippage_rate=0)
CALM = (100, 100.5, 99.5, 100)


def candles(*bars: tuple[float, float, float, float], minutes=None, start=START) -> pd.DataFrame:
    """Open, high, low and close of each bar; at those minutes, or one after the other."""
    frame = pd.DataFrame(list(bars), columns=["open", "high", "low", "close"], dtype=float)
    offsets = pd.to_timedelta(minutes if minutes is not None else range(len(bars)), unit="min")
    frame.insert(0, "open_time", (start + offsets).as_unit("ms"))
    return frame.assign(volume=1.0)


def decided(sides, *, target=0.01, stop=0.01, size=1.0, horizon_bars=10) -> Decisions:
    """The same distances at every bar."""
    return Decisions.of(sides, target=target, stop=stop, size=size, horizon_bars=horizon_bars)


def jumpy_market(rng: np.random.Generator, n_bars: int) -> tuple[pd.DataFrame, Decisions]:
    """Candles with absent bars, beside decisions of every kind."""
    minutes = np.cumsum(rng.choice([1, 1, 1, 2, 5], n_bars))
    opens = np.round(100 * np.exp(np.cumsum(rng.normal(0, 0.01, n_bars))), 2)
    closes = np.round(opens * np.exp(rng.normal(0, 0.01, n_bars)), 2)
    reach = np.round(rng.exponential(0.8, (2, n_bars)), 2)
    # Around 08:00, so that some positions meet a funding mark.
    start = pd.Timestamp("2026-03-01 07:30", tz="UTC")
    frame = pd.DataFrame(
        {
            "open_time": (start + pd.to_timedelta(minutes, unit="min")).as_unit("ms"),
            "open": opens,
            "high": np.maximum(opens, closes) + reach[0],
            "low": np.minimum(opens, closes) - reach[1],
            "close": closes,
            "volume": 1.0,
        }
    )
    decisions = decided(
        rng.choice([-1, 0, 1], n_bars),
        target=rng.choice([0.002, 0.01, 0.03], n_bars),
        stop=rng.choice([0.002, 0.01, 0.03], n_bars),
        size=rng.choice([0.1, 0.5, 1.0], n_bars),
        horizon_bars=rng.integers(1, 9, n_bars),
    )
    return frame, decisions


@st.composite
def markets(draw):
    """A jumpy market and its decisions."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return jumpy_market(rng, draw(st.integers(0, 40)))


def head(decisions: Decisions, n_bars: int) -> Decisions:
    """The first decisions alone."""
    return Decisions._make(values[:n_bars] for values in decisions)
