"""What a person checks first of a model: whether it may trade, how good, of what, fold by fold."""

import json
from typing import Any

import dagster as dg
import numpy as np
import pandas as pd

from traderai_assets.domain.metrics.catalogue import OF_MODELS, stored_names
from traderai_assets.domain.numbers import shown, significant
from traderai_assets.domain.pictures.bar_chart import bar_chart
from traderai_assets.runs.page import overview, picture, trend


def model_metadata(row: "pd.Series[Any]", *, reused: bool) -> dict[str, Any]:
    """Return what a person checks first of a model: how good out of sample, fold by fold."""
    card = json.loads(row["card"])
    folds = [
        dg.TableRecord(
            {
                "fold": number,
                "test_from": fold["slices"]["test"]["from"][:16],
                "test_until": fold["slices"]["test"]["until"][:16],
                "test_rows": fold["slices"]["test"]["rows"],
                # A card has the metrics that there were when it was written
                **{
                    metric.name: metric.rounded(fold["metrics"].get(metric.name))
                    for metric in OF_MODELS
                    if metric.headline
                },
            }
        )
        for number, fold in enumerate(card["folds"], start=1)
    ]
    learner = card["learners"][0]
    gains, shap = (card["importances"][learner][kind] for kind in ("gain", "shap"))
    top = sorted(gains, key=gains.__getitem__, reverse=True)[:10]
    metrics = {name: float(row[name]) for name in stored_names(OF_MODELS) if pd.notna(row[name])}
    return {
        "fault": row["fault"] if pd.notna(row["fault"]) else "none",
        **metrics,
        **_of_folds(card, row["model_id"]),
        **_of_gains(gains, learner, row["model_id"]),
        "promotable": bool(row["promotable"]),
        "verdict": row["verdict"],
        "model_id": row["model_id"],
        "trained_from": dg.TimestampMetadataValue(row["trained_from"].timestamp()),
        "trained_until": dg.TimestampMetadataValue(row["trained_until"].timestamp()),
        "training_rows": int(row["rows"]),
        "reused": reused,
        "folds": dg.MetadataValue.table(folds),
        "top_features": dg.MetadataValue.table(
            [
                dg.TableRecord(
                    {
                        "feature": name,
                        "share_of_gain": significant(gains[name], 4),
                        "share_of_shap": significant(shap[name], 4),
                    }
                )
                for name in top
            ]
        ),
        "chosen": dg.MetadataValue.json(card["chosen"]),
        # Whose search chose; a card of before there was a cadence says nothing
        "searched": dg.MetadataValue.json(card["search"].get("searched", {})),
        "trials": dg.MetadataValue.table(_trials(card)),
        "selection": dg.MetadataValue.json(card["selection"]),
        "plan": dg.MetadataValue.json(card["plan"]),
    }


def _of_folds(card: dict[str, Any], model_id: str) -> dict[str, Any]:
    """AUC fold by fold over a coin's, and the headlines of each fold."""
    names = [metric.name for metric in OF_MODELS if metric.headline]
    figures = [{name: fold["metrics"].get(name) for name in names} for fold in card["folds"]]
    auc = np.array([np.nan if one["auc"] is None else one["auc"] for one in figures], np.float64)
    rows = [
        [fold["slices"]["test"]["from"][:10], *(shown(one[name], 4) for name in names)]
        for fold, one in zip(card["folds"], figures, strict=True)
    ]
    return {
        **trend(auc, f"AUC fold by fold over 0.5, model {model_id[:8]}", baseline=0.5),
        **overview(["tested from", *names], rows[-8:]),
    }


def _of_gains(gains: dict[str, float], learner: str, model_id: str) -> dict[str, Any]:
    ranked = sorted(gains.items(), key=lambda one: one[1], reverse=True)
    total = sum(gains.values())
    if not total > 0.0:
        return {}
    bars = [(name, 100.0 * gain / total) for name, gain in ranked]
    title = f"Importance of features, {learner}, model {model_id[:8]}"
    drawn = bar_chart(bars, title=title, unit="% of gain")
    return picture(drawn, f"importance, model {model_id[:8]}")


def _trials(card: dict[str, Any]) -> list[dg.TableRecord]:
    """Every configuration that was tried, best first; those without a value last."""
    rows = [
        {
            "stage": stage,
            "trial": trial["ordinal"],
            "state": trial["state"],
            "annual_sharpe": _rounded(trial["value"]),
            "parameters": ", ".join(
                f"{name} {shown(value, 4)}" if isinstance(value, float) else f"{name} {value}"
                for name, value in trial["parameters"].items()
            ),
        }
        for stage in ("learner", "policy")
        for trial in card["search"][f"{stage}_trials"]
    ]
    lowest = -float("inf")
    rows.sort(key=lambda row: -(lowest if row["annual_sharpe"] is None else row["annual_sharpe"]))
    return [dg.TableRecord(row) for row in rows]


def _rounded(value: float | None) -> float | None:
    return None if value is None else significant(value, 4)
