"""Drawdowns of an account: how far below its peak it was, and its worst falls one by one."""

from dataclasses import dataclass

import numpy as np

from traderai_assets.domain.arrays import FloatArray


@dataclass(frozen=True)
class Drawdown:
    """One fall from a peak, as places in the account that was handed in.

    Attributes
    ----------
    start : int
        Of the peak, the last value before the fall.
    trough : int
        Of the least value.
    recovery : int or None
        Of the first value that is not below the peak again; None where there is none yet.
    depth : float
        Loss from the peak at the trough, as a fraction, above 0 and at most 1.
    """

    start: int
    trough: int
    recovery: int | None
    depth: float


def underwater(account: FloatArray) -> FloatArray:
    """Return how far below its highest value so far an account was, a fraction, at most 0.

    Parameters
    ----------
    account : ndarray of shape (n_values,)
        Over time, at least 0, its start included.
    """
    peak = np.maximum.accumulate(account)
    below: FloatArray = np.divide(account, peak, out=np.ones_like(account), where=peak > 0) - 1.0
    return below


def worst_drawdowns(account: FloatArray, most: int = 10) -> list[Drawdown]:
    """Return the deepest falls, deepest first; none of them overlaps another.

    Parameters
    ----------
    account : ndarray of shape (n_values,)
        As in `underwater`.
    most : int, default=10
    """
    below = underwater(account)
    wet = below < 0.0
    edges = np.flatnonzero(np.diff(np.concatenate([[False], wet, [False]]).astype(np.int8)))
    found = []
    for first, end in zip(edges[::2], edges[1::2], strict=True):
        trough = int(first + np.argmin(below[first:end]))
        recovery = int(end) if end < len(account) else None
        found.append(Drawdown(int(first) - 1, trough, recovery, float(-below[trough])))
    return sorted(found, key=lambda one: (-one.depth, one.start))[:most]
