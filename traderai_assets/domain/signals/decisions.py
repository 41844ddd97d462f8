"""Decisions: a model's probability at each bar, how far its barriers lie, and which side pays.

The rule is `policy`'s, the model `training`'s; here they meet the bars of one market.
"""

from datetime import timedelta

import numpy as np
import pandas as pd

from traderai_assets.domain import defaults
from traderai_assets.domain.arrays import BoolArray
from traderai_assets.domain.backtest.policy import UNKNOWN, Policy, Pricing, decide
from traderai_assets.domain.features.month import undefined_rows
from traderai_assets.domain.labels.barriers import barrier_width
from traderai_assets.domain.limits import END_OF_TIME
from traderai_assets.domain.models.card import Card
from traderai_assets.domain.models.model import ServingModel
from traderai_assets.domain.models.novelty import Novelty
from traderai_assets.domain.words import OF_MODELS, SIGNAL


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
        of the account), horizon_bars and word (of `words.OF_MODELS`: a signal where a side is
        taken, else why none is).
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
    decided = decide_as(model, bars[[*candles.columns, "width"]].assign(probability=probability))
    outlier = outliers(model, bars)
    expired = (bars["open_time"] + bar > expires_at(model.card)).to_numpy()
    side = np.where(outlier | expired, 0, decided["side"]).astype(np.int8)
    found = [expired, outlier, np.isnan(decided["width"].to_numpy()) & (side == 0), side == 0]
    word = np.select(found, OF_MODELS[:-1], SIGNAL) if len(bars) else np.empty(0, object)
    return decided.assign(side=side, word=pd.Series(word, decided.index, dtype="str"))


def outliers(model: ServingModel, features: pd.DataFrame) -> BoolArray:
    """Return of which rows the model says nothing, being unlike all that it has learned from.

    None is, for a model whose training did not ask.
    """
    novelty = Novelty.from_card(model.card)
    if novelty is None or features.empty:
        return np.zeros(len(features), np.bool_)
    return novelty.outliers(features[list(model.features)].to_numpy(np.float64))


def expires_at(card: Card) -> pd.Timestamp:
    """Return the moment after which the model of a card says nothing of a bar that closes.

    Days are its plan's; of a plan that had none, and of a card without a time, the default and
    none.
    """
    if "trained_until" not in card:
        return pd.Timestamp(END_OF_TIME)
    days = card["plan"].get("expire_days", defaults.EXPIRE_DAYS)
    return pd.Timestamp(card["trained_until"]) + pd.Timedelta(days=days)


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
