"""Signals: what a strategy said at each closed bar while it spoke for the market."""

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import dagster as dg
import pandas as pd

from resources.lake.resource import LakeResource
from traderai_assets.domain.code_versions import version_of
from traderai_assets.domain.numbers import PRICE_DIGITS, percent, shown, significant
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.partitions import (
    MANY_PARTITIONS_A_RUN,
    market_months,
    same_market,
    same_month,
)
from traderai_assets.plan import reach
from traderai_assets.registry.stored_models import read_model
from traderai_assets.runs.publication import Partition, Publication
from traderai_assets.runs.strategy_assets import strategy_asset
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.models import MODELS
from traderai_assets.schemas.predictions import PREDICTIONS
from traderai_assets.schemas.signals import SIGNALS
from traderai_assets.settings import Settings

if TYPE_CHECKING:
    from traderai_assets.domain.champions.periods import ChampionPeriod
    from traderai_assets.domain.models.model import ServingModel


@strategy_asset(
    partitions_def=market_months,
    backfill_policy=MANY_PARTITIONS_A_RUN,
    deps=[
        dg.AssetDep("champions", partition_mapping=same_market()),
        dg.AssetDep("features", partition_mapping=same_month()),
    ],
    group_name="live",
    kinds={"deltalake"},
    owners=["team:trading"],
    code_version=version_of("signals"),
)
def signals(
    context: dg.AssetExecutionContext,
    lake: LakeResource,
    settings: dg.ResourceParam[Settings],
    strategy: Strategy,
) -> Iterator[dg.MaterializeResult[None]]:
    """Signals at newly closed bars of a strategy that speaks; what it said is never edited.

    Target and stop are distances from the entry, which is the next bar's open. Prices are
    indicative, around the close of the bar; the exact ones are in signal_outcomes once it is known.
    """
    sources = (CHAMPIONS, FEATURES, CANDLES, MODELS)
    with Publication(context, lake, SIGNALS, *sources, beside=(PREDICTIONS,)) as publication:
        for part in publication.partitions():
            predictions, signals = _spoken(part, settings, strategy)
            part.put_beside(PREDICTIONS, predictions)
            part.put(signals, _metadata(predictions, signals))
        yield from publication.publish()


def _spoken(
    part: Partition, settings: Settings, strategy: Strategy
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the month's predictions and signals: those stored, and those of bars since then.

    A kill between the two tables leaves predictions whose signals are not stored; these are made
    now, of what was predicted.
    """
    from traderai_assets.domain.champions.paper import as_spoken
    from traderai_assets.domain.champions.periods import champion_periods
    from traderai_assets.domain.signals.generation import signals_of

    predictions, signals = part.published_beside(PREDICTIONS), part.published()
    features = part.read(FEATURES, part.month)
    candles = part.read_candles(*reach(settings).decisions(part.market.bar).months(part.month))
    bar = part.market.bar
    if len(predictions):
        features = features[features["open_time"] > predictions["open_time"].iloc[-1]]
    unsigned = ~predictions["open_time"].isin(signals["open_time"])
    owed = predictions[(predictions["side"] != 0) & unsigned]
    for period in champion_periods(part.read(CHAMPIONS), strategy.name):
        new = features[_within(features, period, bar)]
        missed = owed[_within(owed, period, bar)]
        if new.empty and missed.empty:
            continue
        model = read_model(part, period.model_id, period.served_month).model
        predicted = _predictions(model, new, candles, bar)
        predictions = _joined(predictions, predicted)
        made = signals_of(model, _joined(missed, predicted), candles, bar=bar)
        signals = _joined(signals, as_spoken(made, period))
    return predictions, signals.sort_values("open_time", ignore_index=True)


def _within(frame: pd.DataFrame, period: "ChampionPeriod", bar: timedelta) -> "pd.Series[bool]":
    decided_at = frame["open_time"] + bar
    return (decided_at > period.since) & (decided_at <= period.until)


def _predictions(
    model: "ServingModel", features: pd.DataFrame, candles: pd.DataFrame, bar: timedelta
) -> pd.DataFrame:
    from traderai_assets.domain.signals.decisions import decide_bars

    if features.empty:
        return PREDICTIONS.empty()
    decided = decide_bars(model, features, candles, bar=bar).assign(model_id=model.model_id)
    return decided[list(PREDICTIONS.dtypes)].astype(PREDICTIONS.dtypes)


def _joined(earlier: pd.DataFrame, later: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([earlier, later], ignore_index=True) if len(earlier) else later


def _metadata(predictions: pd.DataFrame, signals: pd.DataFrame) -> dict[str, object]:
    last = signals.tail(10).iloc[::-1]
    rows = [
        dg.TableRecord(
            {
                "decided_at": str(signal["decided_at"]),
                "side": "long" if signal["side"] > 0 else "short",
                "size": shown(signal["size"], 4),
                "paper": str(signal["paper"]).lower(),
                "probability": significant(signal["probability"], 4),
                "target": percent(signal["target"], 4),
                "stop": percent(signal["stop"], 4),
                "indicative_target_price": significant(signal["target_price"], PRICE_DIGITS),
                "indicative_stop_price": significant(signal["stop_price"], PRICE_DIGITS),
                "valid_until": str(signal["valid_until"]),
            }
        )
        for signal in last.to_dict("records")
    ]
    return {
        "bars_spoken_of": len(predictions),
        "longs": int((signals["side"] > 0).sum()),
        "shorts": int((signals["side"] < 0).sum()),
        "on_paper": int(signals["paper"].sum()),
        **({"last_signals": dg.MetadataValue.table(rows)} if rows else {}),
    }
