"""The triple-barrier walk in numba, on arrays. Imported when labels are computed, not before."""

import numpy as np
from numba import njit

from traderai_assets.domain.arrays import FloatArray, IntArray

NONE, UPPER, LOWER, TIME, BOTH = 0, 1, 2, 3, 4


def _touch(opened: float, high: float, low: float, lower: float, upper: float) -> tuple[int, float]:
    """Which barrier one bar touches first, and the price a position is closed at."""
    if opened >= upper:
        return UPPER, opened
    if opened <= lower:
        return LOWER, opened
    if high >= upper and low <= lower:
        return BOTH, lower
    if high >= upper:
        return UPPER, upper
    if low <= lower:
        return LOWER, lower
    return NONE, np.nan


touch = njit(cache=True)(_touch)


def _walk(
    open_ms: IntArray,
    opens: FloatArray,
    highs: FloatArray,
    lows: FloatArray,
    closes: FloatArray,
    widths: FloatArray,
    bar_ms: int,
    horizon_ms: int,
) -> tuple[IntArray, IntArray, FloatArray]:
    """Which barrier ends the position entered after each bar, in which row, at what price.

    All arrays have shape (n_candles,); so have the three results. A row without an outcome has
    barrier `NONE`.
    """
    rows = len(open_ms)
    barrier = np.zeros(rows, np.int64)
    exit_row = np.zeros(rows, np.int64)
    exit_price = np.full(rows, np.nan)
    for row in range(rows - 1):
        entry_ms = open_ms[row] + bar_ms
        if np.isnan(widths[row]) or open_ms[row + 1] != entry_ms:
            continue
        entry = opens[row + 1]
        upper, lower = entry * (1.0 + widths[row]), entry * (1.0 - widths[row])
        deadline = entry_ms + horizon_ms
        at = row + 1
        while at < rows and open_ms[at] < deadline:
            barrier[row], exit_price[row] = touch(opens[at], highs[at], lows[at], lower, upper)
            if barrier[row] != NONE:
                exit_row[row] = at
                break
            at += 1
        if barrier[row] != NONE:
            continue
        if open_ms[at - 1] + bar_ms == deadline:
            barrier[row], exit_row[row], exit_price[row] = TIME, at - 1, closes[at - 1]
        elif at < rows and open_ms[at] < deadline + horizon_ms:
            barrier[row], exit_row[row], exit_price[row] = TIME, at, opens[at]
    return barrier, exit_row, exit_price


walk_to_barriers = njit(cache=True)(_walk)
