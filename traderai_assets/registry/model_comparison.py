"""Two models side by side: what differs first, and whether they may be compared at all."""

from typing import Any

import pandas as pd

from resources.lake.resource import LakeResource
from traderai_assets.domain.numbers import shown
from traderai_assets.domain.selection.paired_models import paired_log_loss
from traderai_assets.registry.model_list import metrics_of, plan_of
from traderai_assets.registry.stored_models import StoredModel, last_made
from traderai_assets.schemas.models import MODELS, OUT_OF_SAMPLE

_DIGITS = 5


def compared_models(
    lake: LakeResource, one: StoredModel, other: StoredModel
) -> tuple[list[dict[str, Any]], str]:
    """Compare two models.

    Returns
    -------
    tuple
        One row a fact, those that differ first, and a sentence on which of them forecast better.
    """
    left, right = _facts(one), _facts(other)
    names = dict.fromkeys([*left, *right])
    rows = [
        {
            "of": name,
            one.model_id[:12]: left.get(name),
            other.model_id[:12]: right.get(name),
            "differs": "yes" if left.get(name) != right.get(name) else "",
        }
        for name in names
    ]
    rows.sort(key=lambda row: not row["differs"])
    return rows, _sentence(lake, one, other)


def _facts(model: StoredModel) -> dict[str, str]:
    facts = {
        "market": model.market.key,
        "strategy": model.strategy.name,
        "served": model.served.key,
        "learned_until": f"{model.row['trained_until']:%Y-%m-%d %H:%M}",
        "training_rows": str(int(model.row["rows"])),
        "folds": str(int(model.row["folds"])),
        "fault": "none" if pd.isna(model.row["fault"]) else str(model.row["fault"]),
    }
    metrics = {
        f"metric.{name}": "none" if value is None else shown(value, _DIGITS)
        for name, value in metrics_of(model).items()
    }
    return facts | metrics | {f"plan.{name}": value for name, value in plan_of(model).items()}


def _sentence(lake: LakeResource, one: StoredModel, other: StoredModel) -> str:
    if one.market != other.market:
        return f"Not comparable: one is of {one.market.key}, the other of {other.market.key}."
    said = [_out_of_sample(lake, model) for model in (one, other)]
    for model, rows in zip((one, other), said, strict=True):
        if rows is None:
            return (
                f"Not comparable bar by bar: what {model.model_id[:12]} said out of sample is no "
                "longer stored, since a later model of its month replaced it."
            )
    horizons = [set(rows["horizon_bars"]) for rows in said if rows is not None]
    first, second = said
    if first is None or second is None or horizons[0] != horizons[1]:
        return f"Not comparable: their horizons are {horizons[0]} and {horizons[1]} bars."
    found = paired_log_loss(first, second, horizon_bars=max(horizons[0], default=1))
    if found.mean is None or found.lower is None or found.upper is None:
        return f"Not comparable: both forecast {found.bars} bars unseen, too few."
    better = "neither is shown to be better"
    if found.upper < 0:
        better = f"{one.model_id[:12]} is better"
    elif found.lower > 0:
        better = f"{other.model_id[:12]} is better"
    return (
        f"On {found.bars} bars that both forecast unseen, the log loss of {one.model_id[:12]} less "
        f"that of {other.model_id[:12]} is {shown(found.mean, 3)} nats a bar, 95 % interval "
        f"{shown(found.lower, 3)} to {shown(found.upper, 3)}: {better}."
    )


def _out_of_sample(lake: LakeResource, model: StoredModel) -> pd.DataFrame | None:
    """Return what a model said out of sample; None where it is not the last of its month."""
    own = lake.of(model.strategy)
    rows = own.snapshot(MODELS).read(model.market, [model.served])
    if str(last_made(rows)["model_id"]) != model.model_id:
        return None
    return own.snapshot(OUT_OF_SAMPLE).read(model.market, [model.served])
