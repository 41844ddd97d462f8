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
from traderai_assets.domain.portable import log_ratio

COARSE_LENGTHS = (12, 48)


@dataclass(frozen=True)
class CoarseBars:
    """Coarse bars that hold at least one bar, oldest first, and which of them each bar sees.

    `place` is, for each bar, the row of the last coarse bar that has closed by the bar's close; -1
    where that one is absent.
    """

    number: IntArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    place: IntArray

    @classmethod
    def gathered(cls, bars: Bars, length: int) -> "CoarseBars":
        """Gather `length` bars into each coarse bar, numbered since 1970."""
        from traderai_assets.domain.features.coarse_kernel import gather

        number, place = np.empty(len(bars), np.int64), np.empty(len(bars), np.int64)
        coarse = np.empty((3, len(bars)))
        count = gather(
            bars.open_ms, bars.high, bars.low, bars.close, bars.bar_ms, length * bars.bar_ms,
            number, coarse, place,
        )  # fmt: skip
        high, low, close = coarse[:, :count]
        return cls(number[:count], high, low, close, place)

    @classmethod
    def of(cls, bars: Bars, length: int) -> "CoarseBars":
        """The coarse bars of `bars`, gathered once."""
        return bars.kept(f"coarse bars {length}", lambda: cls.gathered(bars, length))

    def seen(self, values: FloatArray) -> FloatArray:
        """`values` of the last closed coarse bar, at each bar; NaN where that one is absent."""
        return np.append(values, np.nan)[self.place]  # -1 is the last


def coarse_return(bars: Bars, *, span: int) -> FloatArray:
    """Log return of the last closed coarse bar, from the close of the one before it."""
    coarse = CoarseBars.of(bars, span)
    changed = np.full(len(coarse.number), np.nan)
    changed[1:] = log_ratio(coarse.close[1:], coarse.close[:-1])
    changed[1:][np.diff(coarse.number) > 1] = np.nan
    return coarse.seen(changed)


def coarse_range(bars: Bars, *, span: int) -> FloatArray:
    """Log of high over low of the last closed coarse bar."""
    coarse = CoarseBars.of(bars, span)
    return coarse.seen(log_ratio(coarse.high, coarse.low))


def coarse_location(bars: Bars, *, span: int) -> FloatArray:
    """Where the last closed coarse bar closed between its low (0) and its high (1)."""
    coarse = CoarseBars.of(bars, span)
    return coarse.seen(position_in_range(coarse.close, coarse.low, coarse.high))


def since_coarse_close(bars: Bars, *, span: int) -> FloatArray:
    """Log return since the last coarse close."""
    coarse = CoarseBars.of(bars, span)
    return log_ratio(bars.close, coarse.seen(coarse.close))


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
