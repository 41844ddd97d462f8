"""The search of models: what was tried, in which order, and how good each trial was."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from traderai_assets.domain.pictures.parallel import MOST_TRIALS, parallel_coordinates
from traderai_assets.domain.pictures.points import Points, points_chart
from traderai_assets.pages.parts import Part, Picture, Section, Words
from traderai_assets.report.model_facts import ModelSummary, trials_of
from traderai_assets.report.tables import rows_table

_VALUE = "annual Sharpe ratio"


def search_section(models: Sequence[ModelSummary]) -> Section:
    """Return history, parallel coordinates and table of each stage of each model's search."""
    parts: list[Part] = []
    for model in models:
        searched = model.card.get("search", {}).get("searched", {})
        because = searched.get("because") or "its own" if searched else "its own"
        parts.append(
            Words(
                [
                    f"{model.market}, model {model.model_id[:12]} of {model.served}: the search of "
                    f"{searched.get('month', model.served)} decides ({because})."
                ]
            )
        )
        for stage, trials in trials_of(model.card):
            if trials:
                parts += _stage(model, stage, trials[:MOST_TRIALS])
    if not parts:
        parts.append(Words(["No model is stored."]))
    return Section("search", "Search", parts)


def _stage(model: ModelSummary, stage: str, trials: Sequence[dict[str, Any]]) -> list[Part]:
    values = np.array([np.nan if t["value"] is None else float(t["value"]) for t in trials])
    names = list(dict.fromkeys(name for t in trials for name in t["parameters"]))
    parts: list[Part] = []
    if len(trials) > 1 and np.isfinite(values).any():
        ordinals = np.array([float(t["ordinal"]) for t in trials])
        best = np.fmax.accumulate(values)
        parts.append(
            Picture(
                f"{stage}: search history",
                points_chart(
                    [
                        Points("trial", ordinals, values),
                        Points("best so far", ordinals, best, joined=True),
                    ],
                    title="", x_name="trial", y_name=_VALUE,
                ),
            )
        )  # fmt: skip
        axes = np.array([[_number(t["parameters"].get(name)) for name in names] for t in trials])
        numeric = [i for i in range(len(names)) if np.isfinite(axes[:, i]).any()]
        if numeric:
            parts.append(
                Picture(
                    f"{stage}: parallel coordinates",
                    parallel_coordinates(
                        [*(names[i] for i in numeric), _VALUE],
                        np.column_stack([axes[:, numeric], values]),
                        title="", best=int(np.nanargmax(values)),
                    ),
                )
            )  # fmt: skip
    rows = [
        {
            "trial": t["ordinal"],
            _VALUE: t["value"],
            "state": t["state"],
            "sampler": t.get("sampler", ""),
            **t["parameters"],
            "reason": t.get("reason", ""),
        }
        for t in trials
    ]
    rows.sort(key=lambda row: -np.inf if row[_VALUE] is None else row[_VALUE], reverse=True)
    name = f"trials_{stage}_{model.model_id[:12]}"
    parts.append(rows_table(name, f"{stage}: trials, best first", rows, folded=len(rows) > 12))
    return parts


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else np.nan
