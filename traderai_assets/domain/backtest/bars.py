"""Candles and decisions as the contiguous arrays the kernels walk over."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from traderai_assets.domain.arrays import FloatArray, milliseconds_of
from traderai_assets.domain.errors import InvalidInput

MAX_HELD_BARS = 10_000_000


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
        prices = [
            np.ascontiguousarray(candles[name], dtype=np.float64)
            for name in ("open", "high", "low", "close")
        ]
        return cls(milliseconds_of(candles["open_time"]), *prices)


class Decisions(NamedTuple):
    """What was decided at the close of each bar; where `side` is 0 the rest means nothing.

    Attributes
    ----------
    side : ndarray of int8
        1 long, -1 short, 0 neither.
    target, stop : ndarray of float
        Distance from the entry price, fraction of it, above 0 and below 1.
    size : ndarray of float
        Share of the account that the position and the fee of its entry take, above 0, at most 1.
    horizon_bars : ndarray of int64
        Bars from the decision to the time exit, at least 1.
    """

    side: npt.NDArray[np.int8]
    target: FloatArray
    stop: FloatArray
    size: FloatArray
    horizon_bars: npt.NDArray[np.int64]

    @classmethod
    def of(
        cls,
        side: npt.ArrayLike,
        *,
        target: npt.ArrayLike,
        stop: npt.ArrayLike,
        size: npt.ArrayLike = 1.0,
        horizon_bars: npt.ArrayLike,
    ) -> "Decisions":
        """Make decisions of one side per bar; what is one number holds for all bars.

        Raises
        ------
        InvalidInput
            Where `side` is no list of -1, 0 and 1, or a length differs from its.
        """
        raw = np.asarray(side)
        unknown = np.flatnonzero(~np.isin(raw, (-1, 0, 1)))
        if raw.ndim != 1 or unknown.size:
            what = f"side {raw[unknown[0]]} at row {unknown[0]}" if raw.ndim == 1 else "no list"
            raise InvalidInput(f"{what}; expected one of -1 (short), 0 or 1 (long) for each bar")
        named = {"target": target, "stop": stop, "size": size, "horizon_bars": horizon_bars}
        for name, values in named.items():
            if np.shape(values) not in ((), raw.shape):
                raise InvalidInput(
                    f"{name} of shape {np.shape(values)} for {raw.size} sides; expected one per bar"
                )
        wide = {name: np.broadcast_to(values, raw.shape) for name, values in named.items()}
        return cls(
            raw.astype(np.int8),
            wide["target"].astype(np.float64),
            wide["stop"].astype(np.float64),
            wide["size"].astype(np.float64),
            wide["horizon_bars"].astype(np.int64),
        )

    def require(self, n_bars: int) -> "Decisions":
        """Return these decisions as contiguous arrays if `n_bars` bars can be traded so.

        Raises
        ------
        InvalidInput
            Naming the first row that cannot be.
        """
        shapes = {np.shape(values) for values in self}
        if shapes != {(n_bars,)}:
            raise InvalidInput(
                f"decisions of shapes {sorted(shapes)} for {n_bars} bars; expected one per bar"
            )
        taken = self.side != 0
        limits = {"target": 1.0, "stop": 1.0, "size": np.nextafter(1.0, 2.0)}
        for name, below in limits.items():
            values = getattr(self, name)
            _refuse(name, values, taken & ~((values > 0) & (values < below)), "above 0, at most 1")
        far = (self.horizon_bars < 1) | (self.horizon_bars > MAX_HELD_BARS)
        _refuse("horizon_bars", self.horizon_bars, taken & far, f"1 to {MAX_HELD_BARS}")
        return Decisions._make(np.ascontiguousarray(values) for values in self)


def _refuse(
    name: str, values: npt.NDArray[np.generic], bad: npt.NDArray[np.bool_], expected: str
) -> None:
    rows = np.flatnonzero(bad)
    if rows.size:
        raise InvalidInput(
            f"{name} {values[rows[0]]} at row {rows[0]}, where a side is taken; "
            f"expected {expected}, or side 0"
        )


def utc_times(since_1970: npt.NDArray[np.int64]) -> pd.DatetimeIndex:
    """Milliseconds since 1970 as UTC times."""
    return pd.DatetimeIndex(since_1970.astype("datetime64[ms]")).tz_localize("UTC")
