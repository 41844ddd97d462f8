"""Forecasts: what raw scores are worth before any policy, comparable across labellings."""

import math
from datetime import timedelta

import numpy as np
import numpy.typing as npt

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.backtest.metrics import YEAR
from traderai_assets.domain.portable import logistic


def forecast_returns(
    log_odds: FloatArray, label: npt.NDArray[np.int8], gross_return: FloatArray
) -> FloatArray:
    """What a position as large as the forecast is sure, 2 p - 1, earned before costs.

    Parameters
    ----------
    log_odds, label, gross_return : ndarray of shape (n_rows,)
        Raw scores; outcome and return of a long as in the labels. A row that reached both barriers
        (label 0) loses its width on either side.
    """
    position = 2.0 * logistic(log_odds) - 1.0
    lost = -np.abs(position * gross_return)
    return np.asarray(np.where(label == 0, lost, position * gross_return))


def forecast_sharpe(returns: FloatArray, *, horizon_bars: int, bar: timedelta) -> float:
    """Annual Sharpe ratio of forecasts: of as many bets a year as horizons do not overlap.

    0 where nothing was forecast.
    """
    spread = float(returns.std()) if len(returns) else 0.0
    if spread == 0.0:
        return 0.0
    return float(returns.mean()) / spread * math.sqrt(YEAR / (bar * horizon_bars))
