"""Decisions: a model's probability at each bar, how far its barriers lie, and which side pays.

The rule is `policy`'s, the model `training`'s; here they meet the bars of one market.
"""

from datetime import timedelta

import numpy as np
import pandas as pd

from traderai_assets.domain.backtest.policy import UNKNOWN, Policy, Pricing, decide
from traderai_assets.domain.features.month import undefined_rows
from traderai_assets.domain.labels.barriers import barrier_width
from traderai_assets.domain.models.model import ServingModel


def decide_bars(
    model: ServingModel, features: pd.DataFrame, candles: pd.DataFrame, *, bar: timedelta
) -> pd.DataFrame:
    """Decide at the close of every bar that has features, as the model's search chose to.

    Parameters
    ----------
    model : ServingModel
        Its card names the label settings, the policy and the costs chosen for it.
    features : DataFrame
        `open_time` and the model's features, oldest first.
    candles : DataFrame
        Candles of the same bars and, for the width, of those before them.
    bar : timedelta
        Length of a bar.

    Returns
    -------
    DataFrame
        One row for each bar of `features` that has a candle and of which anything is known (after
        a cut nothing is, until the warm-up is complete): the columns of `candles`, width (fraction
        of price, NaN while the volatility is not known), probability (of up), side (1, -1 or 0),
        target and stop (distance from the entry, fraction of it; NaN with the width), size (share
        of the account) and horizon_bars.
    """
    chosen = model.card["chosen"]
    width = barrier_width(
        candles,
        bar=bar,
        horizon_bars=chosen["horizon_bars"],
        multiple=chosen["multiple"],
        minimum_width=chosen["minimum_width"],
    )
    defined = features[~undefined_rows(features)]
    bars = candles.assign(width=width).merge(defined, on="open_time")
    # Boosters refuse an empty matrix
    predictions = model.predict(bars[list(model.features)]) if len(bars) else np.empty(0)
    probability = np.asarray(predictions, dtype=np.float64)
    return decide_as(model, bars[[*candles.columns, "width"]].assign(probability=probability))


def decide_as(model: ServingModel, predicted: pd.DataFrame) -> pd.DataFrame:
    """Add side, target, stop, size and horizon_bars to what the model predicted.

    Predictions that were stored give the same decisions again: they follow from the card.

    Parameters
    ----------
    model : ServingModel
        Whose predictions these are.
    predicted : DataFrame
        probability and width of each bar; more columns are kept.
    """
    chosen = model.card["chosen"]
    decisions = decide(
        predicted["probability"].to_numpy(np.float64),
        predicted["width"].to_numpy(np.float64),
        cost=chosen["round_trip_cost"],
        policy=Policy(**chosen["policy"]),
        pricing=Pricing(**chosen["pricing"]) if "pricing" in chosen else UNKNOWN,
        horizon_bars=chosen["horizon_bars"],
    )
    return predicted.assign(**decisions._asdict())
