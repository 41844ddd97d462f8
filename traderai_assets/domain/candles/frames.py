"""The candles frame: its columns, its types and its grid of times; no rule about values."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from traderai_assets.domain.arrays import EPOCH, MILLISECOND, FloatArray, milliseconds

TIME_DTYPE = pd.DatetimeTZDtype("ms", "UTC")
CANDLE_COLUMNS = ("open_time", "open", "high", "low", "close", "volume")


def moment_of(time: int) -> datetime:
    """The moment so many milliseconds after 1970, UTC."""
    return EPOCH + time * MILLISECOND


def bar_at(moment: datetime, bar: timedelta) -> datetime:
    """When the bar opened that holds `moment`; bars open on multiples of their length."""
    width = milliseconds(bar)
    return moment_of(milliseconds(moment) // width * width)


def last_close(now: datetime, bar: timedelta) -> datetime:
    """When the last bar closed that is closed at `now`: where the bar that holds `now` opened."""
    return bar_at(now, bar)


def first_bar_from(moment: datetime, bar: timedelta) -> datetime:
    """When the first bar opens that does not open before `moment`."""
    holding = bar_at(moment, bar)
    return holding if holding == moment else holding + bar


def time_column(times: Sequence[float] | FloatArray | NDArray[np.int64]) -> pd.Series:
    """Milliseconds since 1970 as a column of open times; NaN becomes NaT."""
    values = np.asarray(times, dtype=np.float64)
    whole = np.where(np.isfinite(values), values, 0).astype(np.int64).astype("datetime64[ms]")
    whole[~np.isfinite(values)] = np.datetime64("NaT")
    return pd.Series(whole).dt.tz_localize("UTC").astype(TIME_DTYPE)


def candles_frame(numbers: FloatArray) -> pd.DataFrame:
    """Rows of open time in ms, open, high, low, close, volume as a candles frame.

    Parameters
    ----------
    numbers : ndarray of shape (n_candles, 6)
        No NaN; in the order in which they are to stand.
    """
    # 0.0 + -0.0 is 0.0: two spellings of an empty bar must not have two content hashes.
    columns = {name: numbers[:, place] + 0.0 for place, name in enumerate(CANDLE_COLUMNS) if place}
    return pd.DataFrame({CANDLE_COLUMNS[0]: time_column(numbers[:, 0]), **columns})


def no_candles() -> pd.DataFrame:
    """A candles frame without rows, each column of its proper type."""
    return candles_frame(np.empty((0, len(CANDLE_COLUMNS))))
