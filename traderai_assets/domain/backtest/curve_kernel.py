"""The compiled pass over an equity curve. Import this module late: it imports numba."""

import math
from typing import Any

from numba import njit


@njit(cache=True)  # type: ignore[untyped-decorator]
def measure_curve(account: Any) -> tuple[float, float, float, float]:
    """Measure an account that began at 1 and was valued at each of n_bars closes, in one pass.

    Returns
    -------
    mean, deviation, downside, drawdown : float
        Of the returns per bar: mean, standard deviation (over n_bars - 1; 0 where all are equal)
        and root mean square of the negative ones; largest fall from a peak, as a fraction of it.
        All 0 without bars. An account at nothing returns 0.
    """
    total, squares, losses, drawdown = 0.0, 0.0, 0.0, 0.0
    previous, peak, least, most = 1.0, 1.0, math.inf, -math.inf
    for row in range(account.size):
        now = account[row]
        earned = now / previous - 1 if previous > 0 else 0.0
        total += earned
        squares += earned * earned
        losses += min(earned, 0.0) ** 2
        least, most = min(least, earned), max(most, earned)
        peak = max(peak, now)
        if now < peak * (1 - drawdown):
            drawdown = 1 - now / peak
        previous = now
    bars = max(account.size, 1)
    mean = total / bars
    spread = max(squares - total * mean, 0.0) if least < most else 0.0
    return mean, math.sqrt(spread / max(bars - 1, 1)), math.sqrt(losses / bars), drawdown
