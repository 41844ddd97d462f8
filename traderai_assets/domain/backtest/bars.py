"""Candles, sides and widths as the contiguous arrays the kernels walk over."""

from datetime import timedelta
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from traderai_assets.domain.errors import InvalidInput

FloatArray = npt.NDArray[np.float64]


class Bars(NamedTuple):
    """Present bars, oldest first; `open_time` in milliseconds since 1970, prices in quote."""

    open_time: npt.NDArray[np.int64]
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray

    @classmethod
    def of(cls, candles: pd.DataFrame) -> "Bars":
        """Take a candles frame apart."""
        prices = [candles[name].to_numpy(np.float64) for name in ("open", "high", "low", "close")]
        return cls(milliseconds_of(candles["open_time"]), *prices)


class Decisions(NamedTuple):
    """What was decided at the close of each bar: side -1, 0 or 1, and the barriers' width."""

    side: npt.NDArray[np.int8]
    width: FloatArray

    @classmethod
    def of(cls, sides: npt.ArrayLike, widths: npt.ArrayLike, n_bars: int) -> "Decisions":
        """Check sides and widths against each other and the number of bars.

        Raises
        ------
        InvalidInput
            If a length differs from `n_bars`, a side is not -1, 0 or 1, or a bar with a side has a
            width outside (0, 1).
        """
        raw, width = np.asarray(sides), np.asarray(widths, dtype=np.float64)
        if raw.shape != (n_bars,) or width.shape != (n_bars,):
            raise InvalidInput(
                f"sides of shape {raw.shape} and widths of shape {width.shape} for {n_bars} bars; "
                "expected one of each per bar"
            )
        unknown = np.flatnonzero(~np.isin(raw, (-1, 0, 1)))
        if unknown.size:
            raise InvalidInput(
                f"side {raw[unknown[0]]} at row {unknown[0]}; expected -1 (short), 0 or 1 (long)"
            )
        bad = np.flatnonzero((raw != 0) & ~((width > 0) & (width < 1)))
        if bad.size:
            raise InvalidInput(
                f"width {width[bad[0]]} at row {bad[0]}, where the side is {raw[bad[0]]}; "
                "expected a fraction of the price between 0 and 1, or side 0"
            )
        return cls(raw.astype(np.int8), width)


def milliseconds(length: timedelta) -> int:
    """Whole milliseconds of a duration."""
    return length // timedelta(milliseconds=1)


def milliseconds_of(times: pd.Series) -> npt.NDArray[np.int64]:
    """Milliseconds since 1970 of a column of UTC times."""
    since_1970: npt.NDArray[np.int64] = times.dt.as_unit("ms").astype("int64").to_numpy()
    return since_1970


def utc_times(since_1970: npt.NDArray[np.int64]) -> pd.DatetimeIndex:
    """Milliseconds since 1970 as UTC times."""
    return pd.DatetimeIndex(since_1970.astype("datetime64[ms]")).tz_localize("UTC")
