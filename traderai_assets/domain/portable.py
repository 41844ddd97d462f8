"""Arithmetic with the same bits on every processor: for what enters a model's id or a content hash.

BLAS sums in the order of its threads and of its processor's kernels, and NumPy's logarithm,
exponential and hyperbolic tangent have other last digits where there is AVX-512. Additions of NumPy
and the scalar functions of the C library, which SciPy calls, have not.
"""

import numpy as np

from traderai_assets.domain.arrays import FloatArray


def inner(left: FloatArray, right: FloatArray) -> float:
    """Sum of products of two arrays of shape (n,), in place of `left @ right`."""
    return float((left * right).sum())


def mixed(weights: FloatArray, values: FloatArray) -> FloatArray:
    """Matrix product of shapes (n, k) and (k, m), for a small k, in place of `weights @ values`."""
    total: FloatArray = weights[:, :1] * values[0]
    for column in range(1, len(values)):
        total += weights[:, column : column + 1] * values[column]
    return total


def logarithm(values: FloatArray) -> FloatArray:
    """Natural logarithm of each, -inf of 0 and NaN below it, in place of `np.log`."""
    from scipy.special import xlogy

    return np.asarray(xlogy(1.0, values))


def logistic(log_odds: FloatArray) -> FloatArray:
    """1 / (1 + exp(-x)) of each, without overflow."""
    from scipy.special import expit

    return np.asarray(expit(log_odds))


def surprise(log_odds: FloatArray) -> FloatArray:
    """log(1 + exp(x)) of each, without overflow: nats of a rise that was said to be unlikely."""
    from scipy.special import log_expit

    return -np.asarray(log_expit(-log_odds))
