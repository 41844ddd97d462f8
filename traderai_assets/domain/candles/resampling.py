"""Resampling candles: fewer and longer bars, no more than a picture has room for."""

import math
from datetime import timedelta

import pandas as pd

from traderai_assets.domain.candles.frames import CANDLE_COLUMNS

# Lengths of bars that people know, in minutes
_MINUTES = (1, 3, 5, 15, 30, 60, 120, 240, 480, 720, 1440, 4320, 10_080, 30_240)


def longer_bar(bar: timedelta, n_bars: int, most: int) -> timedelta:
    """Return the shortest known length, a multiple of `bar`, of which at most `most` are needed.

    Parameters
    ----------
    bar : timedelta
        Length of the bars there are.
    n_bars : int
        How many of them, absent ones included.
    most : int
        At least 1.
    """
    for minutes in _MINUTES:
        length = timedelta(minutes=minutes)
        if length >= bar and not length % bar and n_bars * bar <= most * length:
            return length
    return bar * max(math.ceil(n_bars / most), 1)


def resampled_candles(candles: pd.DataFrame, length: timedelta) -> pd.DataFrame:
    """Join candles into bars of `length`, which open at its multiples since 1970, UTC.

    Parameters
    ----------
    candles : DataFrame of `frames.CANDLE_COLUMNS`
        In order; a bar of which no candle is stored is absent here, too.
    length : timedelta
        A multiple of the candles' own length.
    """
    opened = candles["open_time"].dt.floor(length)
    joined = candles.groupby(opened, sort=True).agg(
        open=("open", "first"),
        high=("high", "max"),
        low=("low", "min"),
        close=("close", "last"),
        volume=("volume", "sum"),
    )
    found: pd.DataFrame = joined.reset_index()[list(CANDLE_COLUMNS)]
    return found.astype({"open_time": candles["open_time"].dtype})
