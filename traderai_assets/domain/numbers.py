"""Numbers that people read: as many digits as say something, whatever the scale.

Prices have no scale of their own: one coin trades at 100,000, another at 3e-9. What is stored is
never rounded.
"""

import math

DIGITS = 6
# Of a price: targets and stops lie a thousandth of it apart at least
PRICE_DIGITS = 8


def significant(value: float, digits: int = DIGITS) -> float:
    """Round to so many significant digits; what is not finite stays as it is.

    Parameters
    ----------
    value : float
    digits : int, default=6
        At least 1. Two numbers that differ by more than one unit of the last of them stay apart.
    """
    if value == 0 or not math.isfinite(value):
        return float(value)
    return float(f"{value:.{digits - 1}e}")


def shown(value: float | None, digits: int = DIGITS) -> str:
    """Write a number with so many significant digits and without an exponent a person must count.

    Up to five zeros are written after the point, and up to fifteen digits before it; beyond them
    stands an exponent: 0.0000123, 123456, 3.21e-9. None and NaN are "undefined".
    """
    if value is None or math.isnan(value):
        return "undefined"
    rounded = significant(value, digits)
    if rounded == 0 or not math.isfinite(rounded):
        return f"{rounded:g}"
    power = math.floor(math.log10(abs(rounded)))
    if not -6 < power < 15:
        return f"{rounded:.{digits}g}"
    text = f"{rounded:.{max(digits - 1 - power, 0)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(share: float | None, digits: int = 3) -> str:
    """Write a share of one in percent, with so many significant digits: 0.0012 is 0.12%."""
    return "undefined" if share is None or math.isnan(share) else f"{shown(100 * share, digits)}%"


def megabytes(size: int) -> str:
    """Write bytes in millions of them, with one digit where there are few."""
    millions = size / 1e6
    return f"{millions:,.0f} MB" if millions >= 10 else f"{millions:.1f} MB"
