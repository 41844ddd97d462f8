"""Coarse bars: a longer timeframe, seen only once its bar has closed.

A coarse bar is as long as 12 (or 48) bars and aligned with the clock: over 5-minute bars the hour
(or four). At the close of a bar the last coarse bar known is the one that closed then or before;
the one still forming is never read.
"""

from dataclasses import dataclass

import numpy as np

from traderai_assets.domain.arrays import FloatArray, IntArray
from traderai_assets.domain.features.bars import Bars
from traderai_assets.domain.features.rolling import position_in_range
from traderai_assets.domain.features.spec import over_spans
from traderai_assets.domain.portable import logarithm

COARSE_LENGTHS = (12, 48)


@dataclass(frozen=True)
class CoarseBars:
    """Coarse bars that hold at least one bar, oldest first, and which of them each bar sees.

    `place` is, for each bar, the row of the last coarse bar that has closed by the bar's close;
    it means nothing where that one is absent, which `absent` says.
    """

    number: IntArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    place: IntArray
    absent: IntArray

    @classmethod
    def gathered(cls, bars: Bars, length: int) -> "CoarseBars":
        """Gather `length` bars into each coarse bar, numbered since 1970."""
        coarse_ms = length * bars.bar_ms
        own = bars.open_ms // coarse_ms
        begins = np.diff(own, prepend=own[0] - 1) != 0
        first = np.flatnonzero(begins)
        last = np.append(first[1:], len(bars)) - 1
        number = own[first]
        # A bar sees its own coarse bar if both close together, else the one before
        before = (bars.open_ms - own * coarse_ms) < coarse_ms - bars.bar_ms
        place = np.cumsum(begins) - 1 - before
        return cls(
            number=number,
            high=np.maximum.reduceat(bars.high, first),
            low=np.minimum.reduceat(bars.low, first),
            close=bars.close[last],
            place=place,
            absent=np.flatnonzero(number[place] != own - before),
        )

    @classmethod
    def of(cls, bars: Bars, length: int) -> "CoarseBars":
        """The coarse bars of `bars`, gathered once."""
        return bars.kept(f"coarse bars {length}", lambda: cls.gathered(bars, length))

    def seen(self, values: FloatArray) -> FloatArray:
        """`values` of the last closed coarse bar, at each bar; NaN where that one is absent."""
        seen = values[self.place]
        seen[self.absent] = np.nan
        return seen


def coarse_return(bars: Bars, *, span: int) -> FloatArray:
    """Log return of the last closed coarse bar, from the close of the one before it."""
    coarse = CoarseBars.of(bars, span)
    changed = np.full(len(coarse.number), np.nan)
    changed[1:] = logarithm(coarse.close[1:] / coarse.close[:-1])
    changed[1:][np.diff(coarse.number) > 1] = np.nan
    return coarse.seen(changed)


def coarse_range(bars: Bars, *, span: int) -> FloatArray:
    """Log of high over low of the last closed coarse bar."""
    coarse = CoarseBars.of(bars, span)
    return coarse.seen(logarithm(coarse.high / coarse.low))


def coarse_location(bars: Bars, *, span: int) -> FloatArray:
    """Where the last closed coarse bar closed between its low (0) and its high (1)."""
    coarse = CoarseBars.of(bars, span)
    return coarse.seen(position_in_range(coarse.close, coarse.low, coarse.high))


def since_coarse_close(bars: Bars, *, span: int) -> FloatArray:
    """Log return since the last coarse close."""
    coarse = CoarseBars.of(bars, span)
    return logarithm(bars.close / coarse.seen(coarse.close))


_RULES = (
    ("coarse_return", coarse_return, "Log return of the last closed coarse bar"),
    ("coarse_range", coarse_range, "Log of high over low of the last closed coarse bar"),
    ("coarse_location", coarse_location, "Close in the range of the last closed coarse bar, 0..1"),
    ("since_coarse_close", since_coarse_close, "Log return since the last coarse close"),
)

FEATURES = tuple(
    spec
    for name, rule, meaning in _RULES
    for spec in over_spans(
        name + "_{span}",
        "coarse",
        lambda span: 3 * span,
        rule,
        meaning + "; a coarse bar lasts {span} bars.",
        COARSE_LENGTHS,
    )
)
