"""Funding of positions whose bars are known: what a backtest books bar by bar, in one sum.

A position pays at 00:00, 08:00 and 16:00 UTC what it is worth then, times the rate. The kernel of
the account (`account_kernel.hold`) does the same for an account; here are single positions.
"""

import numpy as np
import numpy.typing as npt

from traderai_assets.domain.arrays import FloatArray, IntArray
from traderai_assets.domain.backtest.bars import Bars
from traderai_assets.domain.backtest.layout import EIGHT_HOURS


def funding_of(
    bars: Bars,
    entry: IntArray,
    last: IntArray,
    at_open: npt.NDArray[np.bool_],
    *,
    bar: int,
    rate: float,
) -> FloatArray:
    """Return what a long pays from the open of `entry` to its end in `last`, per unit, in quote.

    A mark inside a bar is paid on the bar's open, one in a gap on the close before it; of the bar
    that ends a position all marks are, unless it ended at that bar's open. A short is paid as much.

    Parameters
    ----------
    bars : Bars
        n_bars bars, oldest first; absent bars absent.
    entry, last : ndarray of shape (n_positions,)
        Rows of the bars of entry and end, entry <= last < n_bars.
    at_open : ndarray of shape (n_positions,)
        Whether a position ended at the open of `last`.
    bar : int
        Length of a bar in milliseconds.
    rate : float
        Fraction of the value a mark.

    Returns
    -------
    ndarray of shape (n_positions,)
        In the unit of the prices.
    """
    opened, closed = bars.open_time, bars.open_time + bar
    inside = _marks(opened, closed) * bars.open
    behind = _marks(closed[:-1], opened[1:]) * bars.close[:-1]
    before = np.concatenate([[0.0], np.cumsum(inside[:-1] + behind)])
    paid = before[last] - before[entry] + np.where(at_open, 0.0, inside[last])
    return np.asarray(rate * paid)


def _marks(begin: IntArray, end: IntArray) -> IntArray:
    """How many marks lie from `begin` to before `end`."""
    return np.asarray((end - 1) // EIGHT_HOURS - (begin - 1) // EIGHT_HOURS)
