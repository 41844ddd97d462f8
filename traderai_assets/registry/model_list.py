"""The models that are stored, one row each: whose, since when, whether it speaks, who refers."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import dagster as dg
import pandas as pd

from resources.lake.resource import LakeResource
from traderai_assets.domain.champions.by_hand import standing_pin
from traderai_assets.domain.champions.history import last_speaker
from traderai_assets.domain.markets import Market
from traderai_assets.domain.metrics.catalogue import OF_MODELS
from traderai_assets.domain.months import Month
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.registry.model_deletion import unfinished_deletions
from traderai_assets.registry.model_notes import notes_on
from traderai_assets.registry.references import References, references
from traderai_assets.registry.stored_models import StoredModel
from traderai_assets.runs.strategy_assets import asset_key
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.schemas.models import MODELS
from traderai_assets.schemas.tables import ALL_MONTHS
from traderai_assets.settings import Settings

_EVENTS = 1_000


def stored_models(
    lake: LakeResource, strategies: Sequence[Strategy], market: str | None = None
) -> Iterator[StoredModel]:
    """Yield the models of strategies, market by market, the newest first."""
    for strategy in strategies:
        table = lake.of(strategy).snapshot(MODELS)
        for key in table.markets() if market is None else [market]:
            for month in reversed(table.months(key)):
                rows = table.read(key, [month]).sort_values("generation", ascending=False)
                for _, row in rows.iterrows():
                    yield StoredModel(Market.parse(key), Month.parse(month), row, strategy)


def model_rows(
    settings: Settings,
    lake: LakeResource,
    instance: dg.DagsterInstance,
    models: Sequence[StoredModel],
) -> list[dict[str, Any]]:
    """Return one row a model, as `traderai models list` prints it."""
    found: dict[str, References] = {}
    made = {
        one.name: _made_at(instance, one)
        for one in {model.strategy.name: model.strategy for model in models}.values()
    }
    histories: dict[str, pd.DataFrame] = {}
    champions = lake.snapshot(CHAMPIONS)
    rows = []
    for model in models:
        key = model.market.key
        if key not in found:
            found[key] = references(settings, lake, model.market)
            histories[key] = champions.read(model.market, [ALL_MONTHS])
        referring = found[key].get(model.model_id, {})
        at = made[model.strategy.name].get(model.model_id)
        rows.append(
            {
                "model": model.model_id[:12],
                "market": key,
                "strategy": model.strategy.name,
                "served": model.served.key,
                "generation": int(model.row["generation"]),
                "made_at": None if at is None else f"{at:%Y-%m-%d %H:%M}",
                "verdict": _fault(model) or "sane",
                "speaks": _speaks(histories[key], model),
                "rows_referring": sum(referring.values()),
            }
        )
    return rows


def model_card(
    settings: Settings, lake: LakeResource, instance: dg.DagsterInstance, model: StoredModel
) -> dict[str, Any]:
    """Return all that is said of one model in short, as `traderai models show` prints it."""
    [row] = model_rows(settings, lake, instance, [model])
    card = model.card
    referring = references(settings, lake, model.market).get(model.model_id, {})
    notes = notes_on(lake, model.market, model.model_id)
    unfinished = unfinished_deletions(lake, model.market)
    return {
        **row,
        "model": model.model_id,
        "learned_from": f"{model.row['trained_from']:%Y-%m-%d %H:%M}",
        "learned_until": f"{model.row['trained_until']:%Y-%m-%d %H:%M}",
        "training_rows": int(model.row["rows"]),
        "folds": int(model.row["folds"]),
        "features": _feature_count(card),
        "chosen": card.get("chosen", {}),
        "metrics": metrics_of(model),
        "verdict_reason": str(model.row["verdict"]),
        "referred_by": referring,
        "notes": [
            {"at": f"{note['at']:%Y-%m-%d %H:%M}", "by": note["by"], "text": note["text"]}
            for _, note in notes.iterrows()
        ],
        "deletion": [step["step"] for step in unfinished if step["model_id"] == model.model_id],
        "made_of": card.get("inputs", {}),
        "code_version": card.get("code_version", {}),
    }


def metrics_of(model: StoredModel) -> dict[str, float | None]:
    """Return the metrics of a model by name; None where one is not defined."""
    named = {metric.name: model.row.get(metric.name) for metric in OF_MODELS}
    return {
        name: None if value is None or pd.isna(value) else float(value)
        for name, value in named.items()
    }


def plan_of(model: StoredModel) -> dict[str, str]:
    """Return the plan of a model by dotted name, each value as JSON."""
    return dict(_flat(model.card.get("plan", {})))


def _flat(told: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for name, value in sorted(told.items()):
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", json.dumps(value, sort_keys=True)


def _feature_count(card: Mapping[str, Any]) -> int:
    gains = (kinds.get("gain", {}) for kinds in card.get("importances", {}).values())
    return max(map(len, gains), default=0)


def _fault(model: StoredModel) -> str:
    return "" if pd.isna(model.row["fault"]) else str(model.row["fault"])


def _speaks(history: pd.DataFrame, model: StoredModel) -> str:
    last = last_speaker(history)
    own = model.strategy.name, model.model_id
    if last is None or (last["strategy"], last["model_id"]) != own:
        return "not"
    how = "on paper" if last["paper"] else "in full"
    return f"{how}, by hand" if standing_pin(history) else how


def _made_at(instance: dg.DagsterInstance, strategy: Strategy) -> dict[str, datetime]:
    """Return when each model was first told of, as far as the event log still says."""
    asked = dg.AssetRecordsFilter(asset_key(strategy, MODELS.name))
    found: dict[str, datetime] = {}
    for record in instance.fetch_materializations(asked, limit=_EVENTS).records:
        event = record.asset_materialization
        told = event.metadata.get("model_id") if event is not None else None
        if told is not None:
            found[str(told.value)] = datetime.fromtimestamp(record.timestamp, UTC)
    return found
