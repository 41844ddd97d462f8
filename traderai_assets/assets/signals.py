"""Signals: what the champion said at each closed bar while it was the champion."""

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import dagster as dg
import pandas as pd

from resources.lake.resource import LakeResource
from traderai_assets.assets.champions import champions
from traderai_assets.assets.features import features
from traderai_assets.domain.numbers import PRICE_DIGITS, shown, significant
from traderai_assets.partitions import (
    MANY_PARTITIONS_A_RUN,
    market_months,
    same_market,
    same_month,
)
from traderai_assets.plan import reach
from traderai_assets.registry.stored_models import read_model
from traderai_assets.runs.publication import Partition, Publication
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.models import MODELS
from traderai_assets.schemas.predictions import PREDICTIONS
from traderai_assets.schemas.signals import SIGNALS
from traderai_assets.settings import Settings

if TYPE_CHECKING:
    from traderai_assets.domain.models.model import ServingModel


@dg.asset(
    partitions_def=market_months,
    backfill_policy=MANY_PARTITIONS_A_RUN,
    deps=[
        dg.AssetDep(champions, partition_mapping=same_market()),
        dg.AssetDep(features, partition_mapping=same_month()),
    ],
    group_name="live",
    kinds={"deltalake"},
    owners=["team:trading"],
    code_version="1",
)
def signals(
    context: dg.AssetExecutionContext, lake: LakeResource, settings: dg.ResourceParam[Settings]
) -> Iterator[dg.MaterializeResult[None]]:
    """Signals of the champion at newly closed bars; what it said before is never edited."""
    sources = (CHAMPIONS, FEATURES, CANDLES, MODELS)
    with Publication(context, lake, SIGNALS, *sources, beside=(PREDICTIONS,)) as publication:
        for part in publication.partitions():
            said, given = _spoken(part, settings)
            part.put_beside(PREDICTIONS, said)
            part.put(given, _metadata(said, given))
        yield from publication.publish()


def _spoken(part: Partition, settings: Settings) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the month's predictions and signals: those stored, and those of bars since then.

    A kill between the two tables leaves predictions whose signals are not stored; these are given
    now, from what was predicted.
    """
    from traderai_assets.domain.champions.periods import champion_periods
    from traderai_assets.domain.signals.generation import signals_of

    said, given = part.published_beside(PREDICTIONS), part.published()
    known = part.read(FEATURES, part.month)
    bars = part.read_candles(*reach(settings).decisions(part.market.bar).months(part.month))
    bar = part.market.bar
    if len(said):
        known = known[known["open_time"] > said["open_time"].iloc[-1]]
    owed = said[(said["side"] != 0) & ~said["open_time"].isin(given["open_time"])]
    for reign in champion_periods(part.read(CHAMPIONS)):
        decided_at = known["open_time"] + bar
        new = known[(decided_at > reign.since) & (decided_at <= reign.until)]
        missed = owed[owed["model_id"] == reign.model_id]
        if new.empty and missed.empty:
            continue
        model = read_model(part, reign.model_id, reign.served_month).model
        predicted = _predictions(model, new, bars, bar)
        said = _joined(said, predicted)
        given = _joined(given, signals_of(model, _joined(missed, predicted), bars, bar=bar))
        owed = owed.drop(missed.index)
    return said, given.sort_values("open_time", ignore_index=True)


def _predictions(
    model: "ServingModel", known: pd.DataFrame, bars: pd.DataFrame, bar: timedelta
) -> pd.DataFrame:
    from traderai_assets.domain.signals.decisions import decide_bars

    if known.empty:
        return PREDICTIONS.empty()
    decided = decide_bars(model, known, bars, bar=bar).assign(model_id=model.model_id)
    return decided[list(PREDICTIONS.dtypes)].astype(PREDICTIONS.dtypes)


def _joined(earlier: pd.DataFrame, later: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([earlier, later], ignore_index=True) if len(earlier) else later


def _metadata(said: pd.DataFrame, given: pd.DataFrame) -> dict[str, object]:
    last = given.tail(10).iloc[::-1]
    rows = [
        dg.TableRecord(
            {
                "decided_at": str(signal["decided_at"]),
                "side": "long" if signal["side"] > 0 else "short",
                "size": shown(signal["size"], 4),
                "probability": significant(signal["probability"], 4),
                "target": significant(signal["target_price"], PRICE_DIGITS),
                "stop": significant(signal["stop_price"], PRICE_DIGITS),
                "valid_until": str(signal["valid_until"]),
            }
        )
        for signal in last.to_dict("records")
    ]
    return {
        "bars_spoken_of": len(said),
        "longs": int((given["side"] > 0).sum()),
        "shorts": int((given["side"] < 0).sum()),
        **({"last_signals": dg.MetadataValue.table(rows)} if rows else {}),
    }
