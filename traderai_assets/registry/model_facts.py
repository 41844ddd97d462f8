"""Model facts: what is asked of stored models again and again, without the bytes of any."""

import json
from typing import Any, NamedTuple

import pandas as pd

from resources.lake.remembered import Remembered
from resources.lake.snapshot import LakeSnapshot
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month

_MONTHS_REMEMBERED = 20_000


class ModelFacts(NamedTuple):
    """Of one stored model.

    Attributes
    ----------
    model_id : str
    fault : str
        Why its strategy does not speak by it; empty where nothing is said against it.
    plan : dict or None
        By which it was made, as its card says; None where the card says none.
    """

    model_id: str
    fault: str
    plan: dict[str, Any] | None


# A partition of models is hashed with all their bytes: read once, and its facts remembered
_remembered: Remembered[tuple[ModelFacts, ...]] = Remembered(_MONTHS_REMEMBERED)


def model_facts(models: LakeSnapshot, market: Market, month: Month) -> tuple[ModelFacts, ...]:
    """Return the facts of the models made for a month, the one made last first.

    Parameters
    ----------
    models : LakeSnapshot
        Of `MODELS`.
    """
    return _remembered.of(
        models.content_hash(market, month), lambda: _facts(models.read(market, [month]))
    )


def _facts(rows: pd.DataFrame) -> tuple[ModelFacts, ...]:
    ordered = rows.sort_values("generation", ascending=False)
    columns = (ordered[name] for name in ("model_id", "fault", "card"))
    return tuple(
        ModelFacts(str(model_id), "" if pd.isna(fault) else str(fault), _plan_of(card))
        for model_id, fault, card in zip(*columns, strict=True)
    )


def _plan_of(card: str) -> dict[str, Any] | None:
    try:
        told = json.loads(card)
    except ValueError:
        return None
    plan = told.get("plan") if isinstance(told, dict) else None
    return plan if isinstance(plan, dict) else None
