"""Narrowing: which of the rows at hand have read a candle, where the rows themselves tell it."""

from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from traderai_assets.domain.arrays import BoolArray
from traderai_assets.domain.features.realised_volatility import VOLATILITY_BARS


def labels_that_read(labels: pd.DataFrame, opened: datetime, bar: timedelta) -> BoolArray:
    """Say of each row of labels whether its value depends on the candle that opened then.

    Parameters
    ----------
    labels : DataFrame
        `open_time` and `label_end`: the walk to the barriers ends there, and what opens at it or
        later was never looked at.

    Returns
    -------
    ndarray of shape (n_labels,)
    """
    at = pd.Timestamp(opened)
    begun, ended = labels["open_time"], labels["label_end"]
    searched = (begun < at) & (ended > at)
    widened = (begun >= at) & (begun <= at + VOLATILITY_BARS * bar)
    return np.asarray(searched | widened, np.bool_)


def outcomes_that_read(outcomes: pd.DataFrame, opened: datetime) -> BoolArray:
    """Say of each outcome whether it depends on the candle: open at it, or said of its very bar.

    Parameters
    ----------
    outcomes : DataFrame
        `open_time` and `ended_at`, null while open.
    """
    at = pd.Timestamp(opened)
    ended = outcomes["ended_at"]
    return np.asarray((outcomes["open_time"] <= at) & (ended.isna() | (ended > at)), np.bool_)
