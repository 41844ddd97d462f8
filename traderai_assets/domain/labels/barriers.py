"""Barriers: how far from entry the two horizontal barriers stand, and the limits of settings.

What becomes of a position between them: outcomes.
"""

import math
from datetime import timedelta

import numpy as np
import pandas as pd

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.candles.segments import segments_of
from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.domain.features.realised_volatility import VOLATILITY_BARS, realised_volatility
from traderai_assets.domain.limits import (
    MAX_HORIZON_BARS,
    MAX_LABEL_MEMORY_DAYS,
    MAX_MULTIPLE,
)

# Of price; a market that stands still must not get barriers that one tick touches
MINIMUM_WIDTH = 0.001

MAX_WIDTH = 0.5


def barrier_width(
    candles: pd.DataFrame,
    *,
    bar: timedelta,
    horizon_bars: int,
    multiple: float,
    minimum_width: float = MINIMUM_WIDTH,
) -> FloatArray:
    """Half-width between entry and either barrier, known at each bar's close.

    Parameters
    ----------
    candles : DataFrame
        `open_time` and `close`, oldest first; absent bars are absent rows. Each segment has a
        volatility of its own.
    bar : timedelta
        Length of one bar.
    horizon_bars : int
        Bars until the time barrier.
    multiple : float
        Width in standard deviations of the move over the horizon.
    minimum_width : float, default=MINIMUM_WIDTH
        Least width, as a fraction of price: what a dead market gets.

    Returns
    -------
    ndarray of shape (n_candles,)
        Fraction of price: realised volatility a bar, times the root of the horizon, times
        `multiple`, at least `minimum_width` and at most `MAX_WIDTH`; NaN where the volatility is
        not known.
    """
    check_label_settings(horizon_bars, multiple, minimum_width)
    volatility = np.concatenate(
        [realised_volatility(candles.iloc[rows], bar=bar) for rows in segments_of(candles)]
    )
    return np.clip(volatility * math.sqrt(horizon_bars) * multiple, minimum_width, MAX_WIDTH)


def label_memory_bars(horizon_bars: int) -> int:
    """Bars before a month's start that its labels look back on: volatility, horizon and grace."""
    return VOLATILITY_BARS + 2 * horizon_bars + 1


def label_memory(bar: timedelta, horizon_bars: int) -> timedelta:
    """How long `label_memory_bars` last.

    Raises
    ------
    InvalidSettings
        If that is more than `MAX_LABEL_MEMORY_DAYS`.
    """
    memory, longest = label_memory_bars(horizon_bars) * bar, timedelta(days=MAX_LABEL_MEMORY_DAYS)
    if memory > longest:
        most = (longest // bar - label_memory_bars(0)) // 2
        raise InvalidSettings(
            f"horizon_bars = {horizon_bars} with bars of {bar} looks back {memory.days} days, more "
            f"than {MAX_LABEL_MEMORY_DAYS}; at most {most} bars fit"
        )
    return memory


def check_label_settings(horizon_bars: int, multiple: float, minimum_width: float) -> None:
    """Refuse settings outside their limits, NaN included; raise InvalidSettings naming them."""
    whole = isinstance(horizon_bars, int) and not isinstance(horizon_bars, bool)
    if not whole or not 1 <= horizon_bars <= MAX_HORIZON_BARS:
        raise InvalidSettings(
            f"horizon_bars = {horizon_bars!r} is not a whole number from 1 to {MAX_HORIZON_BARS}"
        )
    for name, value, most in (
        ("multiple", multiple, MAX_MULTIPLE),
        ("minimum_width", minimum_width, MAX_WIDTH),
    ):
        if not 0.0 < value <= most:
            raise InvalidSettings(f"{name} = {value!r} is not above 0 and at most {most}")
