"""Worlds of which it is known what their strategies are worth: records of days, made up.

A strategy earns a fixed Sharpe ratio in each of its markets; what it earns in one is correlated
with what it earns in another. The `quiet` law is normal and independent from day to day. The
`rough` one has Student's t with 5 degrees of freedom, volatility in clusters that all markets
share, a day that remembers a tenth of the one before, and every fifth day a silent one. The
`creeping` law earns a little nearly every day and loses it all at once, once in 250 days.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from traderai_assets.domain.strategies.record import BACKFILL, LIVE, StrategyRecord

Law = Literal["quiet", "rough", "creeping"]
FIRST_DAY = pd.Timestamp("2023-01-01", tz="UTC")
# 18 months
DAYS = 548
CORRELATION = 0.35
VOLATILITY = 0.01
_FREEDOM = 5.0
_MEMORY = 0.1
_SILENT = 0.2
_CRASH = 1 / 250


@dataclass(frozen=True)
class World:
    """What is known of a strategy.

    Attributes
    ----------
    markets : int
    sharpe : float
        True annual Sharpe ratio in each market.
    days : int
        On record.
    live_from : int or None
        Number of the first live day; None where all are a backfill.
    later_sharpe : float or None
        That of the live days, where it is another.
    """

    markets: int
    sharpe: float
    law: Law = "quiet"
    days: int = DAYS
    live_from: int | None = None
    later_sharpe: float | None = None
    correlation: float = CORRELATION


def world_record(world: World, seed: int) -> StrategyRecord:
    """Make the record of a world's strategy; a pure function of its arguments."""
    dice = np.random.default_rng(seed)
    days, markets = world.days, world.markets
    noise = standard_noise(dice, days, markets, world.law, world.correlation)
    live_from = days if world.live_from is None else world.live_from
    later = world.sharpe if world.later_sharpe is None else world.later_sharpe
    sharpe = np.where(np.arange(days) < live_from, world.sharpe, later)
    scale = VOLATILITY * np.exp(0.5 * dice.standard_normal(markets))
    net = np.maximum(scale * (noise + sharpe[:, None] / np.sqrt(365.0)), -1.0)
    held = np.maximum(3.0 * scale * dice.standard_normal((days, markets)), -1.0)
    frame = pd.DataFrame(
        {
            "market": np.tile([f"market {number:02d}" for number in range(markets)], days),
            "day": np.repeat(pd.date_range(FIRST_DAY, periods=days, unit="ms"), markets),
            "net": net.ravel(),
            "gross": net.ravel(),
            "costs": 0.0,
            "funding": 0.0,
            "turnover": 2.0,
            "exposure": 0.5,
            "buy_and_hold": held.ravel(),
            "trades": 1,
            "state": "served",
            "origin": np.where(np.repeat(np.arange(days), markets) < live_from, BACKFILL, LIVE),
        }
    )
    return StrategyRecord(f"world {seed}", frame)


def pooled_peers(count: int, days: pd.Series, seed: int, correlation: float = 0.0) -> pd.DataFrame:
    """Pools of so many strategies without skill, over the days given."""
    dice = np.random.default_rng([seed, count])
    noise = standard_noise(dice, len(days), count, "quiet", correlation)
    names = [f"peer {number}" for number in range(count)]
    return pd.DataFrame(VOLATILITY * noise, index=pd.DatetimeIndex(days), columns=names)


def standard_noise(
    dice: np.random.Generator, days: int, columns: int, law: Law, correlation: float
) -> np.ndarray:
    """Days x columns of mean 0 and variance 1, so correlated."""
    shape = (days, columns)
    if law == "creeping":
        # All columns crash on the same days: that is what crashes do
        crash = dice.random((days, 1)) < _CRASH
        loss = np.where(crash, 1.0, 0.0) - _CRASH
        deviation = np.sqrt(_CRASH * (1.0 - _CRASH))
        return 0.5 * _joint(dice.standard_normal, days, columns, correlation) - np.sqrt(
            0.75
        ) * np.broadcast_to(loss / deviation, shape)
    noise = _joint(dice.standard_normal, days, columns, correlation)
    if law == "quiet":
        return noise
    heavy = np.sqrt((_FREEDOM - 2.0) / dice.chisquare(_FREEDOM, (days, 1)))
    noise = noise * heavy
    for day in range(1, days):
        noise[day] = _MEMORY * noise[day - 1] + np.sqrt(1 - _MEMORY**2) * noise[day]
    level = np.zeros(days)
    steps = 0.15 * dice.standard_normal(days)
    for day in range(1, days):
        level[day] = 0.97 * level[day - 1] + steps[day]
    spread = 0.15**2 / (1 - 0.97**2)
    silent = dice.random(shape) < _SILENT
    noise = noise * np.exp(level - spread)[:, None] / np.sqrt(1.0 - _SILENT)
    return np.where(silent, 0.0, noise)


def _joint(draw, days: int, columns: int, correlation: float) -> np.ndarray:
    own, common = draw((days, columns)), draw((days, 1))
    return np.sqrt(correlation) * common + np.sqrt(1.0 - correlation) * own
