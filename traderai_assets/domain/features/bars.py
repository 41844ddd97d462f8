"""Bars as arrays: what every feature is computed from. No feature stands here.

Prices are divided by a power of two near the first close of the slice: TA-Lib's absolute zero of
1e-14 then does no harm to coins worth 1e-10, and no digit is rounded, so that prices which were
equal, or moved alike, still do.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from traderai_assets.domain.arrays import MILLISECOND, FloatArray, IntArray, milliseconds_of
from traderai_assets.domain.portable import log_ratio, logarithm

Kept = TypeVar("Kept")


def oldest_rows(open_ms: IntArray, bars: int, bar_ms: int) -> IntArray:
    """For each row, the oldest that opened at most `bars` bars of time before it."""
    rows = np.arange(len(open_ms))
    if len(rows) and open_ms[-1] - open_ms[0] == (len(rows) - 1) * bar_ms:
        return np.maximum(rows - bars, 0)  # None is absent, so none need be searched for
    return np.searchsorted(open_ms, open_ms - bars * bar_ms)


@dataclass(frozen=True)
class Bars:
    """Present bars, oldest first; prices near 1 where the slice begins, volume in base."""

    open_ms: IntArray
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray
    bar_ms: int
    _kept: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def from_candles(cls, candles: pd.DataFrame, bar: timedelta) -> "Bars":
        """Take the arrays out of a candles frame of at least one row."""
        unit = math.ldexp(1.0, math.frexp(candles["close"].iloc[0])[1])
        return cls(
            open_ms=milliseconds_of(candles["open_time"]),
            open=_floats(candles["open"]) / unit,
            high=_floats(candles["high"]) / unit,
            low=_floats(candles["low"]) / unit,
            close=_floats(candles["close"]) / unit,
            volume=_floats(candles["volume"]),
            bar_ms=bar // MILLISECOND,
        )

    def __len__(self) -> int:
        return len(self.open_ms)

    def kept(self, name: str, make: Callable[[], Kept]) -> Kept:
        """Make something once, for all features of these bars that use it; arrays are locked."""
        if name not in self._kept:
            made = self._kept[name] = make()
            if isinstance(made, np.ndarray):
                made.flags.writeable = False
        value: Kept = self._kept[name]
        return value

    @cached_property
    def log_close(self) -> FloatArray:
        """Natural logarithm of the relative close."""
        return logarithm(self.close)

    @cached_property
    def log_return(self) -> FloatArray:
        """Log return since the previous present bar; NaN in the first row."""
        return self.change(self.log_close, 1)

    @cached_property
    def log_move(self) -> FloatArray:
        """Log return without its sign."""
        return np.abs(self.log_return)

    @cached_property
    def log_reach(self) -> FloatArray:
        """Log of high over low."""
        return log_ratio(self.high, self.low)

    @cached_property
    def typical(self) -> FloatArray:
        """Mean of high, low and close."""
        return (self.high + self.low + self.close) / 3.0

    def change(self, values: FloatArray, rows: int) -> FloatArray:
        """`values` less what they were `rows` present bars before; NaN in the first `rows`."""
        changed = np.empty(len(self))
        changed[:rows] = np.nan
        np.subtract(values[rows:], values[: max(len(self) - rows, 0)], out=changed[rows:])
        return changed


def _floats(column: pd.Series) -> FloatArray:
    return np.ascontiguousarray(column.to_numpy(np.float64))
