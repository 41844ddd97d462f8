"""Signals of one market and month: those stored, and those of bars that have closed since."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pandas as pd

from traderai_assets.domain.champions.paper import as_spoken
from traderai_assets.domain.champions.periods import ChampionPeriod, champion_periods
from traderai_assets.domain.signals.decisions import decide_bars
from traderai_assets.domain.signals.generation import signals_of
from traderai_assets.domain.signals.identity import with_identity
from traderai_assets.domain.signals.lateness import is_over, said_in_time
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.making.signal_page import signal_metadata
from traderai_assets.plan import reach
from traderai_assets.registry.stored_models import read_model
from traderai_assets.runs.partition import Partition
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.models import MODELS
from traderai_assets.schemas.predictions import PREDICTIONS
from traderai_assets.settings import Settings

if TYPE_CHECKING:
    from traderai_assets.domain.models.model import ServingModel

SOURCES = (CHAMPIONS, FEATURES, CANDLES, MODELS)


def put_signals(part: Partition, settings: Settings, strategy: Strategy) -> None:
    """Put what the strategy predicted and said in a month; what was said is never edited."""
    predictions, signals = _spoken(part, settings, strategy)
    part.put_beside(PREDICTIONS, predictions)
    over = part.is_over(CANDLES)
    part.put(signals, signal_metadata(predictions, signals, title=part.title, is_over=over))


def _spoken(
    part: Partition, settings: Settings, strategy: Strategy
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the month's predictions and signals: those stored, and those of bars since then.

    A kill between the two tables leaves predictions whose signals are not stored; these are made
    now, of what was predicted, unless they are over.
    """
    predictions, signals = part.published_beside(PREDICTIONS), part.published()
    features = _features_since(part, predictions)
    known_until = part.known_until(CANDLES)
    candles = part.read_candles(*reach(settings).decisions(part.market.bar).months(part.month))
    bar = part.market.bar
    unsigned = ~predictions["open_time"].isin(signals["open_time"])
    owed = predictions[(predictions["side"] != 0) & unsigned]
    for period in champion_periods(part.read(CHAMPIONS), strategy.name):
        new = features[_within(features, period, bar)]
        missed = owed[_within(owed, period, bar)]
        if new.empty and missed.empty:
            continue
        model = read_model(part, period.model_id, period.served_month).model
        predicted = _predictions(model, new, candles, known_until, bar)
        predictions = _joined(predictions, predicted)
        missed = missed.assign(horizon_bars=model.card["chosen"]["horizon_bars"])
        missed = missed[~is_over(missed, known_until, bar=bar)]
        made = signals_of(model, _joined(missed, predicted), candles, bar=bar)
        made = with_identity(made, strategy=strategy.name, market=part.market)
        signals = _joined(signals, as_spoken(made, period))
    return predictions, signals.sort_values("open_time", ignore_index=True)


def _features_since(part: Partition, predictions: pd.DataFrame) -> pd.DataFrame:
    """Return the features of bars of which nothing is predicted yet."""
    if predictions.empty:
        return part.read(FEATURES, part.month)
    last = predictions["open_time"].iloc[-1]
    found = part.read_since(FEATURES, part.month, last.to_pydatetime())
    later: pd.DataFrame = found[found["open_time"] > last]
    return later


def _within(frame: pd.DataFrame, period: ChampionPeriod, bar: timedelta) -> "pd.Series[bool]":
    decided_at = frame["open_time"] + bar
    return (decided_at > period.since) & (decided_at <= period.until)


def _predictions(
    model: "ServingModel",
    features: pd.DataFrame,
    candles: pd.DataFrame,
    known_until: datetime | None,
    bar: timedelta,
) -> pd.DataFrame:
    if features.empty:
        return PREDICTIONS.empty()
    decided = decide_bars(model, features, candles, bar=bar).assign(model_id=model.model_id)
    decided = said_in_time(decided, known_until, bar=bar)
    return decided[list(PREDICTIONS.dtypes)].astype(PREDICTIONS.dtypes)


def _joined(earlier: pd.DataFrame, later: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([earlier, later], ignore_index=True) if len(earlier) else later
