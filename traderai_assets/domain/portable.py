"""Arithmetic with the same bits on every processor: for what enters a model's id or a content hash.

BLAS sums in the order of its threads and of its processor's kernels. NumPy's logarithm, exponential
and hyperbolic tangent have other last digits where there is AVX-512; those of the C library, which
SciPy calls, where there is fused multiply-add. NumPy's additions have not, nor has what is put
together of them by hand (`portable_kernels`).
"""

from collections.abc import Callable

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
    from traderai_assets.domain.portable_kernels import logarithms

    return _of_each(logarithms, values)


def log_ratio(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    """Natural logarithm of each ratio of two arrays; NaN where either side is not above zero."""
    from traderai_assets.domain.portable_kernels import log_ratios

    return _of_each(log_ratios, numerator, denominator)


def logistic(log_odds: FloatArray) -> FloatArray:
    """1 / (1 + exp(-x)) of each, without overflow."""
    from traderai_assets.domain.portable_kernels import logistics

    return _of_each(logistics, log_odds)


def surprise(log_odds: FloatArray) -> FloatArray:
    """log(1 + exp(x)) of each, without overflow: nats of a rise that was said to be unlikely."""
    from traderai_assets.domain.portable_kernels import surprises

    return _of_each(surprises, log_odds)


def _of_each(kernel: Callable[..., None], *inputs: FloatArray) -> FloatArray:
    found = np.empty(np.shape(inputs[0]))
    rows = (np.asarray(values, np.float64, order="C").reshape(-1) for values in inputs)
    kernel(*rows, found.reshape(-1))
    return found
