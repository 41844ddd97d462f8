"""Held returns: what a long and a short from each bar would have earned, each as the only one.

Before costs, by the walk of single positions that signals are settled by.
"""

from datetime import timedelta
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from traderai_assets.domain.arrays import FloatArray, IntArray, milliseconds
from traderai_assets.domain.backtest.bars import Bars
from traderai_assets.domain.backtest.engine_inputs import stretch_ends


class HeldReturns(NamedTuple):
    """Arrays of shape (n_rows,); NaN, and an end of 0, where it is not known.

    Attributes
    ----------
    long, short : ndarray of float
        Gross return, fraction of the entry price.
    end_ms : ndarray of int
        When both are known, milliseconds since 1970.
    """

    long: FloatArray
    short: FloatArray
    end_ms: IntArray

    def of_side(self, side: npt.NDArray[np.int8]) -> FloatArray:
        """The return of each row's own side, 1 or -1."""
        return np.where(side > 0, self.long, self.short)


def held_returns(
    bars: Bars,
    rows: IntArray,
    *,
    target: FloatArray,
    stop: FloatArray,
    horizon_bars: int,
    bar: timedelta,
    starts: npt.ArrayLike | None = None,
) -> HeldReturns:
    """Enter both sides at the open after each of `rows` and walk them to their ends.

    Parameters
    ----------
    bars : Bars
        Closed candles, oldest first.
    rows : ndarray of shape (n_rows,)
        Ascending rows of the bars that decide.
    target, stop : ndarray of shape (n_rows,)
        Distance of each from the entry, fraction of its price.
    horizon_bars : int
        Bars from a decision to the time exit.
    bar : timedelta
    starts : array-like of int, optional
        Rows with which stretches begin that no position crosses.
    """
    from traderai_assets.domain.backtest.kernel import walk_both_sides

    found = np.empty((3, len(rows)))
    walk_both_sides(
        tuple(bars),
        np.ascontiguousarray(rows, dtype=np.int64),
        stretch_ends(starts, bars.open_time.size),
        np.ascontiguousarray(target, dtype=np.float64),
        np.ascontiguousarray(stop, dtype=np.float64),
        horizon_bars,
        milliseconds(bar),
        found,
    )
    ends = np.where(np.isnan(found[2]), 0.0, found[2]).astype(np.int64)
    return HeldReturns(found[0], found[1], ends)
