"""Deciding: what a model says at each bar, how far its barriers stand, and which side pays.

The rule is `policy`'s, the model `training`'s; here they meet the bars of one market.
"""

from datetime import timedelta

import numpy as np
import pandas as pd

from traderai_assets.domain.labels.barriers import barrier_width
from traderai_assets.domain.signals.policy import decide
from traderai_assets.domain.training.model import ServingModel


def decide_bars(
    model: ServingModel, features: pd.DataFrame, candles: pd.DataFrame, *, bar: timedelta
) -> pd.DataFrame:
    """Decide at the close of every bar that has features, as the model was trained to.

    Parameters
    ----------
    model : ServingModel
        Its card names the label settings and the costs it was trained for.
    features : DataFrame
        `open_time` and the model's features, oldest first.
    candles : DataFrame
        Candles of the same bars and, for the width, of those before them.
    bar : timedelta
        Length of a bar.

    Returns
    -------
    DataFrame
        One row for each bar of `features` that has a candle: open_time, open, high, low, close,
        volume, probability (of up), width (fraction of price, NaN while the volatility is not
        known) and side (1, -1 or 0).
    """
    plan = model.card["plan"]
    width = barrier_width(
        candles,
        bar=bar,
        horizon_bars=plan["horizon_bars"],
        multiple=plan["multiple"],
        minimum_width=plan["minimum_width"],
    )
    known = candles.assign(width=width).merge(features, on="open_time")
    probability = model.predict(known[list(model.features)])
    threshold = model.card["threshold"]
    return known[[*candles.columns, "width"]].assign(
        probability=np.asarray(probability, dtype=np.float64),
        side=decide(
            np.asarray(probability, dtype=np.float64),
            known["width"].to_numpy(np.float64),
            threshold["round_trip_cost"],
            threshold["margin"],
        ),
    )
