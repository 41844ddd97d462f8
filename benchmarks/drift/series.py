"""Planted series of known memory, and the power of a test that knows it."""

import numpy as np

from traderai_assets.domain.arrays import FloatArray, IntArray

A_DAY = 288
WEEK = 7 * A_DAY
APART = 20 * A_DAY
"""Between look-back and window: the model serves its month's third week."""


def autoregression(rows: int, memory: float, rng: np.random.Generator) -> FloatArray:
    """Series of unit variance whose neighbours correlate by `memory`."""
    from scipy.signal import lfilter

    shocks = rng.normal(size=rows)
    start = [memory * rng.normal()]
    made: FloatArray = lfilter([np.sqrt(1 - memory**2)], [1, -memory], shocks, zi=start)[0]
    return made


def look_back_and_week(
    days: int, memory: float, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Cut a look-back of so many days and a later week out of one series."""
    series = autoregression(days * A_DAY + APART + WEEK, memory, rng)
    return series[: days * A_DAY], series[-WEEK:]


def numbers(rows: int) -> IntArray:
    """Day of each row."""
    return np.arange(rows) // A_DAY


def oracle_power(days: int, memory: float, shift: float = 1.0, level: float = 0.05) -> float:
    """Power of the best unbiased test of a shift of the mean, all else about the series known.

    The difference of the two generalised least squares means has the least variance there is; no
    test that learns the memory from the look-back can find more.
    """
    from scipy.stats import norm

    variance = sum((1 + memory) / (rows - (rows - 2) * memory) for rows in (days * A_DAY, WEEK))
    critical, distance = norm.isf(level / 2), shift / np.sqrt(variance)
    return float(norm.sf(critical - distance) + norm.cdf(-critical - distance))
