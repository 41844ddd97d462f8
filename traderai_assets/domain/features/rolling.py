"""Rolling statistics and ratios over present bars, each row from rows up to itself only.

pandas rather than TA-Lib for sums: its compensated sums give an exact zero over a dead market,
where a running sum leaves dust that a ratio would blow up. pandas' own `skew` and `kurt` must not
be used: they centre on the mean of the whole column, future included.
"""

import numpy as np
import pandas as pd

from traderai_assets.domain.features.bars import FloatArray


def rolling_mean(values: FloatArray, window: int) -> FloatArray:
    """Mean of the last `window` rows; NaN until all are there."""
    return pd.Series(values).rolling(window).mean().to_numpy()


def rolling_sum(values: FloatArray, window: int) -> FloatArray:
    """Sum of the last `window` rows; NaN until all are there."""
    return pd.Series(values).rolling(window).sum().to_numpy()


def rolling_deviation(values: FloatArray, window: int) -> FloatArray:
    """Sample standard deviation of the last `window` rows; NaN until all are there."""
    return pd.Series(values).rolling(window).std().to_numpy()


def rolling_maximum(values: FloatArray, window: int) -> FloatArray:
    """Largest of the last `window` rows; NaN until all are there."""
    return pd.Series(values).rolling(window).max().to_numpy()


def rolling_minimum(values: FloatArray, window: int) -> FloatArray:
    """Smallest of the last `window` rows; NaN until all are there."""
    return pd.Series(values).rolling(window).min().to_numpy()


def rolling_correlation(left: FloatArray, right: FloatArray, window: int) -> FloatArray:
    """Correlation over the last `window` rows, in -1..1; NaN where a side stands still."""
    found = pd.Series(left).rolling(window).corr(pd.Series(right)).to_numpy()
    return np.asarray(np.clip(found, -1.0, 1.0))


def ratio(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    """`numerator / denominator`, NaN where the denominator is zero."""
    return numerator / np.where(denominator == 0.0, np.nan, denominator)


def log_ratio(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    """Log of the ratio, NaN where either side is not above zero."""
    defined = (numerator > 0.0) & (denominator > 0.0)
    return np.log(np.where(defined, numerator, np.nan) / np.where(defined, denominator, np.nan))


def position_in_range(values: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    """Where `values` stand between `low` (0) and `high` (1); NaN where the two are one."""
    return ratio(values - low, high - low)
