"""Signals: what a model's decisions mean at each bar's close, and until when they hold.

Whether to act on a probability is the policy's; how a signal ends is `outcomes`'.
"""

from datetime import timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from traderai_assets.domain.arrays import FloatArray, milliseconds, milliseconds_of
from traderai_assets.domain.backtest.bars import Decisions, utc_times
from traderai_assets.domain.candles.segments import venue_scale
from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.models.model import ServingModel
from traderai_assets.domain.signals.decisions import decide_as
from traderai_assets.domain.signals.levels import levels_around


def signals_of(
    model: ServingModel, predicted: pd.DataFrame, candles: pd.DataFrame, *, bar: timedelta
) -> pd.DataFrame:
    """Give the signals that follow from what the model predicted, now or some time ago.

    Parameters
    ----------
    model : ServingModel
        Whose predictions these are.
    predicted : DataFrame
        open_time, probability, width and side, oldest first. Bars with side 0 give none, whatever
        the model decided.
    candles : DataFrame
        Candles of these bars.
    bar : timedelta
        Length of a bar.

    Returns
    -------
    DataFrame
        As `generate_signals` gives it.
    """
    taken = predicted[predicted["side"] != 0]
    predictions = taken[["open_time", "probability", "width"]]
    scale = venue_scale(candles)
    quoted = candles[["open_time", "close"]]
    if scale is not None:
        quoted = quoted.assign(close=quoted["close"] * scale)
    closes = predictions.merge(quoted, on="open_time")
    return generate_signals(decide_as(model, closes), bar=bar, model_id=model.model_id)


def generate_signals(decided: pd.DataFrame, *, bar: timedelta, model_id: str) -> pd.DataFrame:
    """Give one row for each closed bar at which the model takes a side.

    Bars with side 0 give none: `len(decided) - len(signals)` of them.

    Parameters
    ----------
    decided : DataFrame
        As `decide_bars` returns it, oldest first: open_time and close of closed bars, probability
        of the upper barrier and barrier width, and the side, target, stop, size and horizon_bars
        decided; more columns do no harm.
    bar : timedelta
        Length of a bar.
    model_id : str
        Model that decided so.

    Returns
    -------
    DataFrame
        open_time, decided_at (the bar's close), valid_until (the signal, and the position it
        opened, are over `horizon_bars` after the decision), model_id, side, size, probability,
        width, target and stop (distances, fractions of the price of the entry, which is the next
        bar's open), reference_price (the bar's close); target_price and stop_price, the levels
        around that close: indicative, for the entry may open elsewhere.

    Raises
    ------
    InvalidInput
        If a bar with a side could not be traded, or has a probability outside [0, 1].
    """
    decisions = Decisions.of(
        decided["side"],
        **{name: decided[name] for name in ("target", "stop", "size", "horizon_bars")},
    ).require(len(decided))
    taken = np.flatnonzero(decisions.side)
    side, horizon = decisions.side[taken], decisions.horizon_bars[taken]
    probability = decided["probability"].to_numpy(np.float64)[taken]
    _refuse_unlikely(probability, taken)
    reference = decided["close"].to_numpy(np.float64)[taken]
    target, stop = decisions.target[taken], decisions.stop[taken]
    indicative = levels_around(reference, side, target, stop)
    open_time, step = milliseconds_of(decided["open_time"])[taken], milliseconds(bar)
    return pd.DataFrame(
        {
            "open_time": utc_times(open_time),
            "decided_at": utc_times(open_time + step),
            "valid_until": utc_times(open_time + step * (1 + horizon)),
            "model_id": pd.Series([model_id] * taken.size, dtype="str"),
            "side": side,
            "size": decisions.size[taken],
            "probability": probability,
            "width": decided["width"].to_numpy(np.float64)[taken],
            "target": target,
            "stop": stop,
            "reference_price": reference,
            "target_price": indicative.target,
            "stop_price": indicative.stop,
        }
    )


def _refuse_unlikely(probability: FloatArray, taken: npt.NDArray[np.intp]) -> None:
    outside = np.flatnonzero(~((probability >= 0) & (probability <= 1)))
    if outside.size:
        raise InvalidInput(
            f"probability {probability[outside[0]]} at row {taken[outside[0]]}, where a side is "
            "taken; expected 0 to 1, or side 0"
        )
