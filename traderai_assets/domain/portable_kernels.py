"""Logarithm, exponential and what is made of them, with the same bits on every processor.

Numba; imported when used, not with the domain. Each is additions, multiplications, divisions and
shifts of bits alone, as in Sun's fdlibm (e_log.c, e_exp.c): every processor rounds those alike.
Without `fastmath` nothing is fused and no sum put in another order, however wide the vectors are.
The logarithm lies within 0.8 units in the last place.

The C library's own have other last digits where a processor has fused multiply-add, and NumPy's
where it has AVX-512.
"""

import numpy as np
from numba import float64, njit, types, void

from traderai_assets.domain.arrays import FloatArray

_READ = types.Array(float64, 1, "C", readonly=True)
_WRITE = types.Array(float64, 1, "C")

_LN2_HIGH, _LN2_LOW, _PER_LN2 = (
    6.93147180369123816490e-01,
    1.90821492927058770002e-10,
    1.4426950408889634,
)
# Of log(1 + f) for sqrt(1/2) - 1 <= f <= sqrt(2) - 1, in squares of f / (2 + f)
_L1, _L2, _L3 = 6.666666666666735130e-01, 3.999999999940941908e-01, 2.857142874366239149e-01
_L4, _L5, _L6 = 2.222219843214978396e-01, 1.818357216161805012e-01, 1.531383769920937332e-01
_L7 = 1.479819860511658591e-01
# Of x (e^x + 1) / (e^x - 1) for |x| <= log(2) / 2, in squares of x
_P1, _P2, _P3 = 1.66666666666666019037e-01, -2.77777777770155933842e-03, 6.61375632143793436117e-05
_P4, _P5 = -1.65339022054652515390e-06, 4.13813679705723846039e-08
_SMALLEST_NORMAL, _TO_NORMAL = 2.2250738585072014e-308, 2.0**54
_ROOT_OF_HALF, _ONE, _FRACTION = 0x3FE6A09E00000000, 0x3FF0000000000000, 0xFFFFFFFFFFFFF
# A whole number of up to 51 bits, added to this, stands in its last bits
_SHIFTED, _SHIFTED_BITS = 6755399441055744.0, 0x4338000000000000


@njit(error_model="numpy")  # type: ignore[untyped-decorator]
def _log(value: float) -> float:
    tiny = value < _SMALLEST_NORMAL
    bits = np.float64(value * _TO_NORMAL if tiny else value).view(np.int64)
    bits += _ONE - _ROOT_OF_HALF
    exponent = (bits >> 52) - (1077 if tiny else 1023)
    power = np.int64(exponent + _SHIFTED_BITS).view(np.float64) - _SHIFTED
    f = np.int64((bits & _FRACTION) + _ROOT_OF_HALF).view(np.float64) - 1.0
    half, s = 0.5 * f * f, f / (2.0 + f)
    z = s * s
    w = z * z
    rest = z * (_L1 + w * (_L3 + w * (_L5 + w * _L7))) + w * (_L2 + w * (_L4 + w * _L6))
    found: float = s * (half + rest) + power * _LN2_LOW - half + f + power * _LN2_HIGH
    if value == 0.0:
        found = -np.inf
    if value - value != 0.0 or value < 0.0:
        found = value if value > 0.0 else np.nan
    return found


@njit(error_model="numpy")  # type: ignore[untyped-decorator]
def _exp(value: float) -> float:
    """Exponential of what is not above zero."""
    value = -800.0 if value < -800.0 else value  # 0 is all there is to tell of less
    shifted = value * _PER_LN2 + _SHIFTED
    power, exponent = shifted - _SHIFTED, np.float64(shifted).view(np.int64) - _SHIFTED_BITS
    high, low = value - power * _LN2_HIGH, power * _LN2_LOW
    x = high - low
    t = x * x
    c = x - t * (_P1 + t * (_P2 + t * (_P3 + t * (_P4 + t * _P5))))
    near_one = 1.0 - ((low - x * c / (2.0 - c)) - high)
    # Twice half the exponent: what comes out may be too small for one step
    half = exponent >> 1
    first = np.int64((half + 1023) << 52).view(np.float64)
    second = np.int64((exponent - half + 1023) << 52).view(np.float64)
    return near_one * first * second


def _logarithms(values: FloatArray, found: FloatArray) -> None:
    """Fill `found`; -inf of 0 and NaN below it."""
    for row in range(len(found)):
        found[row] = _log(values[row])


logarithms = njit([void(_READ, _WRITE)], cache=True, error_model="numpy")(_logarithms)


def _log_ratios(numerator: FloatArray, denominator: FloatArray, found: FloatArray) -> None:
    """Fill `found` with the log of each ratio; NaN where either side is not above zero."""
    for row in range(len(found)):
        by = denominator[row]
        both = numerator[row] > 0.0 and by > 0.0
        found[row] = _log(numerator[row] / by if both else np.nan)


log_ratios = njit([void(_READ, _READ, _WRITE)], cache=True, error_model="numpy")(_log_ratios)


def _logistics(log_odds: FloatArray, found: FloatArray) -> None:
    """Fill `found` with 1 / (1 + exp(-x)) of each."""
    for row in range(len(found)):
        other = _exp(-abs(log_odds[row]))
        found[row] = (1.0 if log_odds[row] >= 0.0 else other) / (1.0 + other)


logistics = njit([void(_READ, _WRITE)], cache=True, error_model="numpy")(_logistics)


def _surprises(log_odds: FloatArray, found: FloatArray) -> None:
    """Fill `found` with log(1 + exp(x)) of each."""
    for row in range(len(found)):
        other = _exp(-abs(log_odds[row]))
        whole = 1.0 + other
        # What the sum has rounded away is put back (Kahan)
        lost = other / (whole - 1.0) if whole != 1.0 else 1.0
        beyond = _log(whole) * lost if whole != 1.0 else other
        found[row] = (log_odds[row] if log_odds[row] > 0.0 else 0.0) + beyond


surprises = njit([void(_READ, _WRITE)], cache=True, error_model="numpy")(_surprises)
