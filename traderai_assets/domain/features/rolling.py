"""Rolling statistics and ratios over present bars, each row from rows up to itself only.

Sums are not TA-Lib's: it runs one sum along, which leaves dust over a dead market that a ratio
would blow up. Extremes are: they have nothing to round.
"""

import numpy as np

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.features.indicators import indicator
from traderai_assets.domain.features.windows import window_products, window_squares, window_sum


def rolling_sum(values: FloatArray, window: int) -> FloatArray:
    """Sum of the last `window` rows; NaN until all are there."""
    return window_sum(values, window)


def rolling_mean(values: FloatArray, window: int) -> FloatArray:
    """Mean of the last `window` rows; NaN until all are there."""
    return window_sum(values, window) / window


def rolling_deviation(values: FloatArray, window: int) -> FloatArray:
    """Sample standard deviation of the last `window` rows; NaN until all are there."""
    return np.asarray(np.sqrt(window_squares(values, window) / (window - 1)))


def rolling_maximum(values: FloatArray, window: int) -> FloatArray:
    """Largest of the last `window` rows; NaN until all are there."""
    return indicator("MAX", values, timeperiod=window)


def rolling_minimum(values: FloatArray, window: int) -> FloatArray:
    """Smallest of the last `window` rows; NaN until all are there."""
    return indicator("MIN", values, timeperiod=window)


def rolling_covariance(left: FloatArray, right: FloatArray, window: int) -> FloatArray:
    """Sample covariance of the last `window` rows; NaN until all are there."""
    return window_products(left, right, window) / (window - 1)


def ratio(
    numerator: FloatArray,
    denominator: FloatArray,
    *,
    within: tuple[float, float] = (-np.inf, np.inf),
) -> FloatArray:
    """`numerator / denominator`, cut off at the bounds; NaN where the denominator is zero."""
    from traderai_assets.domain.features.kernels import divided

    quotient = np.empty(len(numerator))
    divided(numerator, denominator, within, quotient)
    return quotient


def share(above: FloatArray, from_: FloatArray, high: FloatArray, low: FloatArray) -> FloatArray:
    """`(above - from_) / (high - low)`, NaN where `high` and `low` are one."""
    from traderai_assets.domain.features.kernels import shares

    found = np.empty(len(above))
    shares(above, from_, high, low, found)
    return found


def position_in_range(values: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    """Where `values` stand between `low` (0) and `high` (1); NaN where the two are one."""
    return share(values, low, high, low)
