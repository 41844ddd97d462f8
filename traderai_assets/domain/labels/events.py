"""Events: bars at which the market has moved since the last one, by the symmetric CUSUM filter.

At an event a fit may learn, between them nothing has happened yet. Sums of rises and of falls run
apart, each from 0, and both begin anew at an event and with each segment.

References
----------
Lopez de Prado, M. (2018). Advances in Financial Machine Learning, section 2.5.2.1. Wiley. There the
sum that did not fire goes on, and the threshold is one number; here it is as wide as the label.
"""

import numpy as np
import pandas as pd

from traderai_assets.domain.arrays import BoolArray, FloatArray
from traderai_assets.domain.candles.segments import segments_of
from traderai_assets.domain.portable import log_ratio


def event_bars(candles: pd.DataFrame, widths: FloatArray, threshold: float) -> BoolArray:
    """Say of each bar whether it is an event, which is known at its close.

    Parameters
    ----------
    candles : DataFrame
        Closed bars, oldest first; the return over absent ones is that of the bar after them.
    widths : ndarray of shape (n_candles,)
        As `barrier_width` gives them: fractions of price, NaN where not known; such bars are no
        events, and sums begin behind them.
    threshold : float
        Above 0: moves, in widths, that make an event.

    Returns
    -------
    ndarray of shape (n_candles,)
        That of a bar depends on no candle after it.
    """
    from traderai_assets.domain.labels.event_kernel import walk_events

    closes = candles["close"].to_numpy(np.float64)
    found = np.zeros(len(closes), np.bool_)
    for rows in segments_of(candles):
        moves = np.zeros(rows.stop - rows.start)
        moves[1:] = log_ratio(closes[rows][1:], closes[rows][:-1])
        found[rows] = walk_events(moves, threshold * widths[rows])
    return found
