"""Model summaries: what a page tells of stored models, without the bytes of any."""

import json
from dataclasses import dataclass
from typing import Any

import pandas as pd

from resources.lake.resource import LakeResource
from traderai_assets.domain.metrics.catalogue import OF_MODELS, stored_names
from traderai_assets.schemas.models import MODELS


@dataclass(frozen=True, eq=False)
class ModelSummary:
    """One stored model.

    Attributes
    ----------
    model_id, market, served : str
    generation, rows, folds : int
    trained_from, trained_until : Timestamp
    fault, verdict : str
    metrics : dict
        By name; None where one is not defined.
    trials : int
        Configurations that were tried to make it.
    card : dict
    """

    model_id: str
    market: str
    served: str
    generation: int
    rows: int
    folds: int
    trained_from: pd.Timestamp
    trained_until: pd.Timestamp
    fault: str
    verdict: str
    metrics: dict[str, float | None]
    trials: int
    card: dict[str, Any]


def model_summaries(own: LakeResource) -> list[ModelSummary]:
    """Return a strategy's models, by served month, market and generation."""
    table = own.snapshot(MODELS)
    found = [
        summary_of(row, market, month)
        for market in table.markets()
        for month in table.months(market)
        for _, row in table.read(market, [month]).iterrows()
    ]
    return sorted(found, key=lambda one: (one.served, one.market, one.generation))


def summary_of(row: "pd.Series[Any]", market: str, served: str) -> ModelSummary:
    """Return what is told of one row of `MODELS`."""
    card = json.loads(row["card"])
    return ModelSummary(
        model_id=str(row["model_id"]),
        market=market,
        served=served,
        generation=int(row["generation"]),
        rows=int(row["rows"]),
        folds=int(row["folds"]),
        trained_from=row["trained_from"],
        trained_until=row["trained_until"],
        fault="" if pd.isna(row["fault"]) else str(row["fault"]),
        verdict=str(row["verdict"]),
        metrics={
            name: None if pd.isna(row[name]) else float(row[name])
            for name in stored_names(OF_MODELS)
        },
        trials=sum(len(trials) for _, trials in trials_of(card)),
        card=card,
    )


def trials_of(card: dict[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return the stages of a model's search, each with what was tried in it."""
    search = card.get("search", {})
    return [(stage, search.get(f"{stage}_trials", [])) for stage in ("learner", "policy")]
