"""What numpy does in several passes, in one. Numba; imported when used, not with the catalogue.

Each is a loop that vectorises and compiles in half a second, once. Signatures are given, so that a
locked array does not make for another compilation.
"""

import numpy as np
from numba import float64, int64, njit, types, void

from traderai_assets.domain.arrays import FloatArray

_READ = types.Array(float64, 1, "C", readonly=True)
_WRITE = types.Array(float64, 1, "C")


def _divided(numerator: FloatArray, denominator: FloatArray, quotient: FloatArray) -> None:
    """Fill `quotient`; NaN where the denominator is zero."""
    for row in range(len(quotient)):
        by = denominator[row]
        quotient[row] = numerator[row] / (by if by != 0.0 else np.nan)


divided = njit([void(_READ, _READ, _WRITE)], cache=True, error_model="numpy")(_divided)


def _divided_above_zero(
    numerator: FloatArray, denominator: FloatArray, quotient: FloatArray
) -> None:
    """Fill `quotient`; NaN where either side is not above zero."""
    for row in range(len(quotient)):
        by = denominator[row]
        both = numerator[row] > 0.0 and by > 0.0
        quotient[row] = numerator[row] / by if both else np.nan


divided_above_zero = njit([void(_READ, _READ, _WRITE)], cache=True, error_model="numpy")(
    _divided_above_zero
)


def _defined(values: FloatArray, warm_up: int, defined: FloatArray) -> None:
    """Copy `values`; NaN in the first `warm_up` rows and where they are infinite."""
    for row in range(len(defined)):
        # Infinity less itself is NaN, and whatever is finite less itself is zero
        defined[row] = values[row] if values[row] - values[row] == 0.0 else np.nan
    defined[:warm_up] = np.nan


defined = njit([void(_READ, int64, _WRITE)], cache=True, error_model="numpy")(_defined)
