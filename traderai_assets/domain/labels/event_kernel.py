"""The cumulative sums of the event filter in numba. Imported when events are asked for."""

import numpy as np
from numba import njit

from traderai_assets.domain.arrays import BoolArray, FloatArray


def _walk(moves: FloatArray, thresholds: FloatArray) -> BoolArray:
    """Whether the sum of moves since the last event has reached a bar's threshold, up or down.

    Both arrays have shape (n_bars,), and so has the result. Where a threshold is NaN nothing is
    summed: what was known of no bar says nothing of the next.
    """
    found = np.zeros(len(moves), np.bool_)
    rise = fall = 0.0
    for row in range(len(moves)):
        if np.isnan(thresholds[row]):
            rise = fall = 0.0
            continue
        rise, fall = max(0.0, rise + moves[row]), min(0.0, fall + moves[row])
        if rise >= thresholds[row] or fall <= -thresholds[row]:
            found[row] = True
            rise = fall = 0.0
    return found


walk_events = njit(cache=True)(_walk)
