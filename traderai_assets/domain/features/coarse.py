"""Coarse bars: a longer timeframe, seen only once its bar has closed.

A coarse bar is as long as 12 (or 48) bars and aligned with the clock: over 5-minute bars the hour
(or four). At the close of a bar the last coarse bar known is the one that closed then or before;
the one still forming is never read.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np

from traderai_assets.domain.features.bars import Bars, FloatArray, IntArray
from traderai_assets.domain.features.rolling import position_in_range
from traderai_assets.domain.features.spec import FeatureSpec

COARSE_LENGTHS = (12, 48)


@dataclass(frozen=True)
class CoarseBars:
    """Coarse bars that hold at least one bar, oldest first, by their number since 1970."""

    number: IntArray
    high: FloatArray
    low: FloatArray
    close: FloatArray

    @classmethod
    def of(cls, bars: Bars, length: int) -> "CoarseBars":
        """Gather `length` bars into each coarse bar."""
        number, first = np.unique(bars.open_ms // (length * bars.bar_ms), return_index=True)
        last = np.append(first[1:], len(bars)) - 1
        return cls(
            number=number,
            high=np.maximum.reduceat(bars.high, first),
            low=np.minimum.reduceat(bars.low, first),
            close=bars.close[last],
        )

    def seen(self, values: FloatArray, number: IntArray) -> FloatArray:
        """`values` of the coarse bars so numbered; NaN where that one is absent."""
        place = np.minimum(np.searchsorted(self.number, number), len(self.number) - 1)
        return np.where(self.number[place] == number, values[place], np.nan)


def last_closed(bars: Bars, length: int) -> IntArray:
    """Number of the last coarse bar that has closed by the close of each bar."""
    return (bars.open_ms + bars.bar_ms) // (length * bars.bar_ms) - 1


def coarse_return(bars: Bars, *, length: int) -> FloatArray:
    """Log return of the last closed coarse bar, from the close of the one before it."""
    coarse, number = CoarseBars.of(bars, length), last_closed(bars, length)
    close = coarse.seen(coarse.close, number)
    return np.log(close / coarse.seen(coarse.close, number - 1))


def coarse_range(bars: Bars, *, length: int) -> FloatArray:
    """Log of high over low of the last closed coarse bar."""
    coarse, number = CoarseBars.of(bars, length), last_closed(bars, length)
    return np.log(coarse.seen(coarse.high, number) / coarse.seen(coarse.low, number))


def coarse_location(bars: Bars, *, length: int) -> FloatArray:
    """Where the last closed coarse bar closed between its low (0) and its high (1)."""
    coarse, number = CoarseBars.of(bars, length), last_closed(bars, length)
    low, high = coarse.seen(coarse.low, number), coarse.seen(coarse.high, number)
    return position_in_range(coarse.seen(coarse.close, number), low, high)


def since_coarse_close(bars: Bars, *, length: int) -> FloatArray:
    """Log return since the last coarse close."""
    coarse = CoarseBars.of(bars, length)
    return np.log(bars.close / coarse.seen(coarse.close, last_closed(bars, length)))


_RULES = (
    ("coarse_return", coarse_return, "Log return of the last closed coarse bar"),
    ("coarse_range", coarse_range, "Log of high over low of the last closed coarse bar"),
    ("coarse_location", coarse_location, "Close in the range of the last closed coarse bar, 0..1"),
    ("since_coarse_close", since_coarse_close, "Log return since the last coarse close"),
)

FEATURES = tuple(
    FeatureSpec(
        f"{name}_{length}",
        "coarse",
        3 * length,
        partial(rule, length=length),
        f"{meaning}; a coarse bar lasts {length} bars.",
    )
    for length in COARSE_LENGTHS
    for name, rule, meaning in _RULES
)
