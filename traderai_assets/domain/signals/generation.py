"""Signals: what a model's decisions mean at each bar's close, and until when they hold.

Whether to act on a probability is the policy's; how a signal ends is `outcomes`'.
"""

from datetime import timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from traderai_assets.domain.backtest.bars import (
    Decisions,
    milliseconds,
    milliseconds_of,
    utc_times,
)
from traderai_assets.domain.errors import InvalidInput

FloatArray = npt.NDArray[np.float64]


def generate_signals(
    closes: pd.DataFrame,
    probabilities: npt.ArrayLike,
    sides: npt.ArrayLike,
    widths: npt.ArrayLike,
    *,
    bar: timedelta,
    valid_bars: int,
    model_id: str,
) -> pd.DataFrame:
    """Give one row for each closed bar at which the model takes a side.

    Bars with side 0 give none: `len(closes) - len(signals)` of them.

    Parameters
    ----------
    closes : DataFrame
        open_time and close of closed bars, oldest first; more columns do no harm.
    probabilities : array_like of shape (n_bars,)
        What the model gives the upper barrier; not looked at where the side is 0.
    sides, widths : array_like of shape (n_bars,)
        As `run_backtest` takes them.
    bar : timedelta
        Length of a bar.
    valid_bars : int
        Bars from the decision until the signal, and the position it opened, are over.
    model_id : str
        Who says so.

    Returns
    -------
    DataFrame
        open_time, decided_at (the bar's close), valid_until, model_id, side, probability, width,
        reference_price (the bar's close), target_price and stop_price, a `width` of it away.

    Raises
    ------
    InvalidInput
        If the arrays do not fit, or a bar with a side has a probability outside [0, 1].
    """
    if valid_bars < 1:
        raise InvalidInput(f"valid_bars {valid_bars}; expected at least 1")
    decisions = Decisions.of(sides, widths, len(closes))
    probability = np.asarray(probabilities, dtype=np.float64)
    taken = np.flatnonzero(decisions.side)
    _refuse_unlikely(probability, taken, len(closes))
    side, width = decisions.side[taken], decisions.width[taken]
    reference = closes["close"].to_numpy(np.float64)[taken]
    open_time, step = milliseconds_of(closes["open_time"])[taken], milliseconds(bar)
    return pd.DataFrame(
        {
            "open_time": utc_times(open_time),
            "decided_at": utc_times(open_time + step),
            "valid_until": utc_times(open_time + step * (1 + valid_bars)),
            "model_id": pd.Series([model_id] * taken.size, dtype="str"),
            "side": side,
            "probability": probability[taken],
            "width": width,
            "reference_price": reference,
            "target_price": reference * (1 + side * width),
            "stop_price": reference * (1 - side * width),
        }
    )


def _refuse_unlikely(probability: FloatArray, taken: npt.NDArray[np.intp], n_bars: int) -> None:
    if probability.shape != (n_bars,):
        raise InvalidInput(
            f"probabilities of shape {probability.shape} for {n_bars} bars; expected one per bar"
        )
    inside = (probability[taken] >= 0) & (probability[taken] <= 1)
    if not inside.all():
        row = int(taken[~inside][0])
        raise InvalidInput(
            f"probability {probability[row]} at row {row}, where a side is taken; "
            "expected 0 to 1, or side 0"
        )
