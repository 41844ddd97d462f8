"""What numpy does in several passes, in one. Numba; imported when used, not with the catalogue.

Each is a loop that vectorises and compiles in half a second, once. Signatures are given, so that a
locked array does not make for another compilation.
"""

import numpy as np
from numba import float64, int64, njit, types, void

from traderai_assets.domain.arrays import FloatArray

_READ = types.Array(float64, 1, "C", readonly=True)
_WRITE = types.Array(float64, 1, "C")


def _divided(
    numerator: FloatArray,
    denominator: FloatArray,
    within: tuple[float, float],
    quotient: FloatArray,
) -> None:
    """Fill `quotient`, cut off at both ends; NaN where the denominator is zero."""
    low, high = within
    for row in range(len(quotient)):
        by = denominator[row]
        found = numerator[row] / (by if by != 0.0 else np.nan)
        found = low if found < low else found
        quotient[row] = high if found > high else found


divided = njit(
    [void(_READ, _READ, types.UniTuple(float64, 2), _WRITE)], cache=True, error_model="numpy"
)(_divided)


def _shares(
    above: FloatArray, from_: FloatArray, high: FloatArray, low: FloatArray, found: FloatArray
) -> None:
    """Fill `found` with one difference over another; NaN where that is zero."""
    for row in range(len(found)):
        by = high[row] - low[row]
        found[row] = (above[row] - from_[row]) / (by if by != 0.0 else np.nan)


shares = njit([void(*[_READ] * 4, _WRITE)], cache=True, error_model="numpy")(_shares)


def _defined(values: FloatArray, warm_up: int, defined: FloatArray) -> None:
    """Copy `values`; NaN in the first `warm_up` rows and where they are infinite."""
    for row in range(len(defined)):
        # Infinity less itself is NaN, and whatever is finite less itself is zero
        defined[row] = values[row] if values[row] - values[row] == 0.0 else np.nan
    defined[: max(warm_up, 0)] = np.nan


defined = njit([void(_READ, int64, _WRITE)], cache=True, error_model="numpy")(_defined)
