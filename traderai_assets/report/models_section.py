"""Models of a strategy: importances, the registry's history, notes, the last two compared."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from traderai_assets.domain.numbers import shown
from traderai_assets.domain.pictures.bars import bars_chart
from traderai_assets.pages.parts import Part, Picture, Section, Table, Toned, Words
from traderai_assets.report.model_facts import ModelSummary
from traderai_assets.report.tables import frame_table, rows_table

_TOP = 15


def importances_section(models: Sequence[ModelSummary]) -> Section:
    """Return which features each of these models learnt from most."""
    parts: list[Part] = []
    for model in models:
        for learner, kinds in model.card["importances"].items():
            gains = kinds["gain"]
            shap = kinds.get("shap", dict.fromkeys(gains, 0.0))
            top = sorted(gains, key=gains.__getitem__, reverse=True)[:_TOP]
            if not gains:
                continue
            parts.append(
                Picture(
                    f"{model.market}, {learner}, model {model.model_id[:12]} of {model.served}",
                    bars_chart(
                        top,
                        [
                            ("share of gain", np.array([gains[name] for name in top], float)),
                            ("share of SHAP", np.array([shap[name] for name in top], float)),
                        ],
                        title="",
                    ),
                )
            )
        parts.append(_importances_table(model))
    if not parts:
        parts.append(Words(["No model is stored."]))
    return Section("importances", "Importances", parts)


def history_section(models: Sequence[ModelSummary], notes: pd.DataFrame) -> Section:
    """Return all models with what speaks against each, notes, and how to roll back."""
    rows = [
        {
            "served": model.served,
            "market": model.market,
            "model": model.model_id[:12],
            "generation": model.generation,
            "learned_until": model.trained_until,
            "rows": model.rows,
            **model.metrics,
            "trials": model.trials,
            "sane": model.fault or "sane",
        }
        for model in models
    ]
    ways = [
        'To have those speak again who spoke before: traderai models rollback MARKET --reason "..."'
        ", or the job of that name in the web UI.",
        'To keep a note: traderai models note MODEL "..."; to compare two: traderai models compare '
        "MODEL OTHER.",
    ]
    parts: list[Part] = [
        rows_table("models", "Registry", rows, empty="no model is stored"),
        frame_table("notes", "Notes", notes, empty="nobody has noted anything"),
        Words(ways),
    ]
    for market in sorted({model.market for model in models})[:4]:
        own = [model for model in models if model.market == market]
        if len(own) > 1:
            parts.append(comparison(own[-1], own[-2]))
    return Section("registry", "Registry", parts)


def comparison(one: ModelSummary, other: ModelSummary) -> Table:
    """Return what two models have otherwise, differences first; what they share is left out."""
    left, right = _facts(one), _facts(other)
    columns = ["of", one.model_id[:12], other.model_id[:12], "better"]
    rows = [
        [name, left.get(name, ""), right.get(name, ""), _better(name, one, other)]
        for name in dict.fromkeys([*left, *right])
        if left.get(name) != right.get(name)
    ]
    title = f"{one.market}: the model of {one.served} beside that of {other.served}"
    note = "Only what differs. Metrics are of the folds of each, which are not the same bars."
    return Table(f"compared_{one.market}", title, columns, rows, note)


def last_of_markets(models: Sequence[ModelSummary], most: int = 4) -> list[ModelSummary]:
    """Return the newest model of each market, of at most so many."""
    found = {model.market: model for model in models}
    return [found[market] for market in sorted(found)][:most]


def _importances_table(model: ModelSummary) -> Table:
    learners = model.card["importances"]
    names = dict.fromkeys(name for kinds in learners.values() for name in kinds["gain"])
    rows = [
        {"feature": name}
        | {
            f"{learner} {kind}": kinds[kind].get(name)
            for learner, kinds in learners.items()
            for kind in ("gain", "shap")
            if kind in kinds
        }
        for name in names
    ]
    first = [column for column in (rows[0] if rows else {}) if column != "feature"][:1]
    frame = pd.DataFrame(rows)
    if first:
        frame = frame.sort_values(first[0], ascending=False)
    return frame_table(
        f"importances_{model.market}", f"{model.market}: all features", frame, folded=True,
        shares=[str(column) for column in frame.columns if column != "feature"],
    )  # fmt: skip


def _facts(model: ModelSummary) -> dict[str, str]:
    card = model.card
    chosen = {
        f"chosen.{name}": _text(value) for name, value in _flat(card.get("chosen", {})).items()
    }
    plan = {f"plan.{name}": _text(value) for name, value in _flat(card.get("plan", {})).items()}
    return {
        **{name: _text(value) for name, value in model.metrics.items()},
        "fault": model.fault or "none",
        "training_rows": str(model.rows),
        "trials": str(model.trials),
        "learned_until": f"{model.trained_until:%Y-%m-%d %H:%M}",
        **chosen,
        **plan,
    }


def _flat(told: dict[str, object], before: str = "") -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in told.items():
        if isinstance(value, dict) and value:
            found |= _flat(value, f"{before}{name}.")
        else:
            found[f"{before}{name}"] = value
    return found


def _text(value: object) -> str:
    return shown(value, 5) if isinstance(value, float) else str(value)


_HIGHER = {"auc": True, "log_loss": False, "brier": False}


def _better(name: str, one: ModelSummary, other: ModelSummary) -> Toned | str:
    left, right = one.metrics.get(name), other.metrics.get(name)
    if name not in _HIGHER or left is None or right is None:
        return ""
    first = (left > right) == _HIGHER[name]
    return Toned((one if first else other).model_id[:12], "good")
