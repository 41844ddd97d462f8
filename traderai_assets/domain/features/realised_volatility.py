"""Realised volatility per bar: the one measure that features, labels and signals share.

The window is a stretch of time and every sum is taken afresh, so the value at a bar is the same
to the last bit however much older history came with it.
"""

from datetime import timedelta

import numpy as np
import pandas as pd

from traderai_assets.domain.arrays import MILLISECOND, FloatArray, IntArray, milliseconds_of
from traderai_assets.domain.features.bars import oldest_rows
from traderai_assets.domain.features.windows import window_sum
from traderai_assets.domain.portable import log_ratio

VOLATILITY_BARS = 288
# Below a quarter of the window the estimate is noise: a market just listed or just resumed.
MINIMUM_RETURNS = VOLATILITY_BARS // 4


def realised_volatility(candles: pd.DataFrame, *, bar: timedelta) -> FloatArray:
    """Per-bar volatility at each bar's close, from the last `VOLATILITY_BARS` bars of time.

    Parameters
    ----------
    candles : DataFrame
        `open_time` and `close`, oldest first; absent bars are absent rows.
    bar : timedelta
        Length of one bar.

    Returns
    -------
    ndarray of shape (n_candles,)
        Root of the summed squared log returns over the bars they span, as a fraction of price;
        NaN where the window holds fewer than `MINIMUM_RETURNS` returns.

    References
    ----------
    Andersen, T. G., Bollerslev, T., Diebold, F. X., Labys, P. (2003). Modeling and Forecasting
    Realized Volatility. Econometrica 71(2).
    """
    closes = candles["close"].to_numpy(np.float64)
    return volatility_of(milliseconds_of(candles["open_time"]), closes, bar // MILLISECOND)


def volatility_of(open_ms: IntArray, closes: FloatArray, bar_ms: int) -> FloatArray:
    """`realised_volatility` on arrays; times in milliseconds."""
    rows = len(open_ms)
    if rows == 0:
        return np.empty(0)
    squared = np.zeros(rows + 1)  # One past the end, for reduceat
    returned = log_ratio(closes[1:], closes[:-1])
    np.multiply(returned, returned, out=squared[1:rows])
    oldest = oldest_rows(open_ms, VOLATILITY_BARS, bar_ms)
    returns = np.arange(rows) - oldest
    volatility = window_sum(squared[:rows], VOLATILITY_BARS)
    volatility /= VOLATILITY_BARS
    # Bars are absent, or the history is short: such windows are summed one by one
    short = np.flatnonzero(returns < VOLATILITY_BARS)
    bounds = np.stack([oldest[short] + 1, short + 1], axis=1).ravel()
    elapsed_bars = (open_ms[short] - open_ms[oldest[short]]) / bar_ms
    elapsed_bars[returns[short] < MINIMUM_RETURNS] = np.nan
    volatility[short] = np.add.reduceat(squared, bounds)[::2] / elapsed_bars
    return np.asarray(np.sqrt(volatility))
