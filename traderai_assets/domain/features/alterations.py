"""Altered futures: the same candles up to a cut, others after it. What must not matter stands here.

A known bar is never touched. The future is cut off, made up anew, riddled with holes, delayed, or
poisoned with what no market trades at.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial

import numpy as np
import pandas as pd

PRICES = ["open", "high", "low", "close"]
VALUES = [*PRICES, "volume"]
# Far beyond what a bar does, so that even a coarse bin or a threshold of the whole sample moves
NOISE = 0.05

Alteration = Callable[[pd.DataFrame, timedelta, np.random.Generator], pd.DataFrame]


def truncated(later: pd.DataFrame, _bar: timedelta, _random: np.random.Generator) -> pd.DataFrame:
    """Nothing comes any more."""
    return later.iloc[:0]


def perturbed(later: pd.DataFrame, _bar: timedelta, random: np.random.Generator) -> pd.DataFrame:
    """Every price and every volume is another."""
    factors = np.exp(random.normal(0.0, NOISE, (len(later), 1)))
    volume = later["volume"] * random.gamma(2.0, 0.5, len(later)) + 1.0
    return later.assign(**(later[PRICES] * factors), volume=volume)


def deleted(later: pd.DataFrame, _bar: timedelta, random: np.random.Generator) -> pd.DataFrame:
    """The next bar never happened, nor did half of those that follow."""
    present = random.random(len(later)) < 0.5
    present[:1] = False
    return later[present]


def delayed(later: pd.DataFrame, bar: timedelta, random: np.random.Generator) -> pd.DataFrame:
    """All that comes comes late, by 1 to 96 bars: no coarse bar ends as it would have."""
    return later.assign(open_time=later["open_time"] + int(random.integers(1, 97)) * bar)


def poisoned(
    later: pd.DataFrame, _bar: timedelta, _random: np.random.Generator, *, poison: float
) -> pd.DataFrame:
    """Every value is `poison`."""
    return later.assign(**dict.fromkeys(VALUES, poison))


ALTERATIONS: Mapping[str, Alteration] = {
    "truncated": truncated,
    "perturbed": perturbed,
    "deleted": deleted,
    "delayed": delayed,
    **{
        f"poisoned with {name}": partial(poisoned, poison=poison)
        for name, poison in {
            "NaN": np.nan,
            "infinity": np.inf,
            "1e300": 1e300,
            "zero": 0.0,
            "minus one": -1.0,
        }.items()
    },
}
