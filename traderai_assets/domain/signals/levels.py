"""Levels: the prices at which a position has won or lost, from its distances and where it began.

Distances are what a signal says. The close of its bar gives indicative levels, the open at which it
is entered the exact ones; labels and backtests put theirs around that open too, to the bit.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from traderai_assets.domain.arrays import FloatArray


class Levels(NamedTuple):
    """Target and stop of each position, in the unit of the prices that they were made of."""

    target: FloatArray
    stop: FloatArray


def levels_around(
    price: FloatArray, side: npt.NDArray[np.integer[Any]], target: FloatArray, stop: FloatArray
) -> Levels:
    """Put the levels around a price.

    Parameters
    ----------
    price : ndarray of shape (n_positions,)
        Where the positions begin; NaN gives NaN.
    side : ndarray of shape (n_positions,)
        1 long, -1 short.
    target, stop : ndarray of shape (n_positions,)
        Distances, fractions of `price`.
    """
    return Levels(price * (1 + side * target), price * (1 - side * stop))


def levels_of_signals(signals: pd.DataFrame, entry: FloatArray, unit: FloatArray) -> Levels:
    """Say where signals that are entered at these prices win and lose.

    A signal of before there were distances (both null) said prices instead, and is held to them.

    Parameters
    ----------
    signals : DataFrame
        side, target, stop, target_price and stop_price of each.
    entry : ndarray of shape (n_signals,)
        Open at which each is entered, NaN where there is none yet.
    unit : ndarray of shape (n_signals,)
        By what prices in the unit of `entry` are multiplied to be in that of the signal.
    """
    side, distance, stop_distance, target_price, stop_price = (
        signals[name].to_numpy()
        for name in ("side", "target", "stop", "target_price", "stop_price")
    )
    exact = levels_around(entry, side, distance, stop_distance)
    undistanced = np.isnan(distance) & np.isnan(stop_distance)
    return Levels(
        np.where(undistanced, target_price / unit, exact.target),
        np.where(undistanced, stop_price / unit, exact.stop),
    )
