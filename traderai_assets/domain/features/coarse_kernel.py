"""Bars gathered into coarse ones, in one pass. Numba; imported when used."""

import numpy as np
from numba import float64, int64, njit, types

from traderai_assets.domain.arrays import FloatArray, IntArray

_TIMES, _PLACES = types.Array(int64, 1, "C", readonly=True), types.Array(int64, 1, "C")
_READ, _WRITE = types.Array(float64, 1, "C", readonly=True), types.Array(float64, 2, "C")


def _gather(
    open_ms: IntArray,
    high: FloatArray,
    low: FloatArray,
    close: FloatArray,
    bar_ms: int,
    coarse_ms: int,
    number: IntArray,
    coarse: FloatArray,
    place: IntArray,
) -> int:
    """Fill in the coarse bars and which one each bar sees; return how many coarse bars there are.

    Parameters
    ----------
    open_ms, high, low, close : ndarray of shape (n_bars,)
        Present bars, oldest first.
    bar_ms, coarse_ms : int
        Lengths of a bar and of a coarse bar.
    number : ndarray of shape (n_bars,)
        To be filled: coarse bars since 1970, one for each that holds a bar.
    coarse : ndarray of shape (3, n_bars)
        To be filled: high, low and close of these.
    place : ndarray of shape (n_bars,)
        To be filled: the last coarse bar that has closed by a bar's close; -1 where it is absent.
    """
    count, until = 0, open_ms[0]
    for row in range(len(open_ms)):
        if open_ms[row] >= until:
            number[count] = open_ms[row] // coarse_ms
            until = (number[count] + 1) * coarse_ms
            coarse[0, count], coarse[1, count] = high[row], low[row]
            count += 1
        last = count - 1
        coarse[0, last] = np.maximum(coarse[0, last], high[row])
        coarse[1, last] = np.minimum(coarse[1, last], low[row])
        coarse[2, last] = close[row]
        # A bar sees its own coarse bar if both close together, else the one before
        if open_ms[row] + bar_ms >= until:
            place[row] = last
        elif last > 0 and number[last - 1] == number[last] - 1:
            place[row] = last - 1
        else:
            place[row] = -1
    return count


gather = njit(
    [int64(_TIMES, _READ, _READ, _READ, int64, int64, _PLACES, _WRITE, _PLACES)], cache=True
)(_gather)
