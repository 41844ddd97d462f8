"""Signals: what the champion said at each closed bar while it was the champion."""

from collections.abc import Iterator

import dagster as dg
import pandas as pd

from resources.lake.resource import LakeResource
from traderai_assets.assets.candidates import read_model
from traderai_assets.assets.champions import champions
from traderai_assets.assets.features import features
from traderai_assets.assets.publication import Partition, Publication
from traderai_assets.partitions import (
    MANY_PARTITIONS_A_RUN,
    market_months,
    same_market,
    same_month,
)
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.models import MODELS
from traderai_assets.schemas.predictions import PREDICTIONS
from traderai_assets.schemas.signals import SIGNALS


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
    context: dg.AssetExecutionContext, lake: LakeResource
) -> Iterator[dg.MaterializeResult[None]]:
    """Signals of the champion at newly closed bars; what it said before is never edited."""
    sources = (CHAMPIONS, FEATURES, CANDLES, MODELS)
    with Publication(context, lake, SIGNALS, *sources, beside=(PREDICTIONS,)) as publication:
        for part in publication.partitions():
            said, given = part.published_beside(PREDICTIONS), part.published()
            for predicted, called in _new(part, said):
                said = pd.concat([said, predicted], ignore_index=True) if len(said) else predicted
                given = pd.concat([given, called], ignore_index=True) if len(given) else called
            part.put_beside(PREDICTIONS, said)
            part.put(given, _metadata(said, given))
        yield from publication.publish()


def _new(part: Partition, said: pd.DataFrame) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    """Yield predictions and signals of each reign over the bars nobody has spoken of yet."""
    from traderai_assets.domain.champions.reigns import reigns
    from traderai_assets.domain.signals.deciding import decide_bars
    from traderai_assets.domain.signals.generation import generate_signals

    history = part.read(CHAMPIONS)
    known = part.read(FEATURES, part.month)
    bars = part.read(CANDLES, part.month.shift(-1), part.month)
    bar = part.market.bar
    if len(said):
        known = known[known["open_time"] > said["open_time"].iloc[-1]]
    for reign in reigns(history):
        decided_at = known["open_time"] + bar
        spoken = known[(decided_at > reign.since) & (decided_at <= reign.until)]
        if spoken.empty:
            continue
        model = read_model(part, reign.model_id, reign.served_month).model
        decided = decide_bars(model, spoken, bars, bar=bar)
        signals = generate_signals(
            decided,
            decided["probability"],
            decided["side"],
            decided["width"],
            bar=bar,
            valid_bars=model.card["plan"]["horizon_bars"],
            model_id=model.model_id,
        )
        predicted = decided.assign(model_id=model.model_id)[list(PREDICTIONS.dtypes)]
        yield predicted.astype(PREDICTIONS.dtypes), signals


def _metadata(said: pd.DataFrame, given: pd.DataFrame) -> dict[str, object]:
    last = given.tail(10).iloc[::-1]
    rows = [
        dg.TableRecord(
            {
                "decided_at": str(signal["decided_at"]),
                "side": "long" if signal["side"] > 0 else "short",
                "probability": round(float(signal["probability"]), 4),
                "target": round(float(signal["target_price"]), 8),
                "stop": round(float(signal["stop_price"]), 8),
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
