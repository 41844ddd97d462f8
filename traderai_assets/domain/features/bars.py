"""Bars as arrays: what every feature is computed from. No feature stands here.

Prices are divided by the first close of the slice: features then know nothing of the unit a
market is quoted in, and TA-Lib's absolute zero of 1e-14 does no harm to coins worth 1e-10.
"""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

MILLISECOND = timedelta(milliseconds=1)


def milliseconds(times: pd.Series) -> IntArray:
    """`datetime64[ms, UTC]` as whole milliseconds since 1970."""
    return times.astype("datetime64[ms, UTC]").to_numpy("datetime64[ms]").astype(np.int64)


@dataclass(frozen=True)
class Bars:
    """Present bars, oldest first; prices relative to the first close, volume in base."""

    open_ms: IntArray
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray
    bar_ms: int

    @classmethod
    def from_candles(cls, candles: pd.DataFrame, bar: timedelta) -> "Bars":
        """Take the arrays out of a candles frame of at least one row."""
        unit = candles["close"].iloc[0]
        return cls(
            open_ms=milliseconds(candles["open_time"]),
            open=_floats(candles["open"]) / unit,
            high=_floats(candles["high"]) / unit,
            low=_floats(candles["low"]) / unit,
            close=_floats(candles["close"]) / unit,
            volume=_floats(candles["volume"]),
            bar_ms=bar // MILLISECOND,
        )

    def __len__(self) -> int:
        return len(self.open_ms)

    @cached_property
    def log_close(self) -> FloatArray:
        """Natural logarithm of the relative close."""
        return np.log(self.close)

    @cached_property
    def log_return(self) -> FloatArray:
        """Log return since the previous present bar; NaN in the first row."""
        return self.change(self.log_close, 1)

    def change(self, values: FloatArray, rows: int) -> FloatArray:
        """`values` less what they were `rows` present bars before; NaN in the first `rows`."""
        changed = np.full(len(self), np.nan)
        changed[rows:] = values[rows:] - values[: max(len(self) - rows, 0)]
        return changed


def _floats(column: pd.Series) -> FloatArray:
    return np.ascontiguousarray(column.to_numpy(np.float64))
