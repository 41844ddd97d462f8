"""Reproduction: a stored model made once more, of the very rows its card names, and compared.

Nothing is written to the lake. The rows are those whose content hashes stand in the card, be they
stored now or until their files are vacuumed.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pandas as pd

from resources.lake.resource import LakeResource
from traderai_assets.domain.candles.crossings import read_crossings
from traderai_assets.domain.candles.segments import mark_segments
from traderai_assets.domain.errors import LakeError
from traderai_assets.domain.months import Month
from traderai_assets.domain.spans.look_back import LookBack
from traderai_assets.domain.spans.reach import Reach
from traderai_assets.domain.spans.search_months import search_month
from traderai_assets.domain.training.progress import Progress
from traderai_assets.registry.search_orders import search_rows, start_of
from traderai_assets.registry.stored_models import StoredModel
from traderai_assets.registry.training_rows import LOOK_BACK, SEARCH_LOOK_BACK, training_rows
from traderai_assets.runs.inputs import CROSSINGS
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.tables import Table

if TYPE_CHECKING:
    from traderai_assets.domain.models.model import TrainedModel

_BYTES = ("lightgbm", "xgboost", "other_learners")


def reasons_to_differ(card: dict[str, Any]) -> list[str]:
    """Say why a model may come out otherwise here: other libraries, other code, lack of time."""
    from traderai_assets.domain.models.card import code_versions, library_versions
    from traderai_assets.domain.training.plan import TrainingPlan

    plan = TrainingPlan.from_settings(card["plan"])
    here = {**library_versions(plan.learners, plan.search.sampler), **code_versions()}
    made_with = {**card["library_versions"], **card["code_version"]}
    reasons = [
        f"Made with {name} {made_with.get(name, 'absent')}, here is {here.get(name, 'absent')}."
        for name in sorted(here | made_with)
        if here.get(name) != made_with.get(name)
    ]
    search = card["search"]
    tried = [trial["sampler"] for trial in search["learner_trials"] + search["policy_trials"]]
    if search["sampler"] == "gp" and "tpe" in tried:
        reasons.append("Its Gaussian process ran out of time, which no two searches do alike.")
    return reasons


def train_again(
    lake: LakeResource, stored: StoredModel, report: Callable[[Progress], None]
) -> "TrainedModel":
    """Train a stored model anew, in this process and in memory.

    Raises
    ------
    LakeError
        If rows it was made of are no longer stored.
    InvalidSettings
        If its plan cannot be read by this version of the code.
    """
    from traderai_assets.domain.training.engine import train_model
    from traderai_assets.domain.training.plan import TrainingPlan
    from traderai_assets.domain.training.search_order import SearchOrder

    card = stored.card
    plan = TrainingPlan.from_settings(card["plan"])

    def read(table: Table, months: list[Month]) -> pd.DataFrame:
        frames = [_read_as_made(lake, table, stored, month) for month in months]
        kept = [frame for frame in frames if len(frame)]
        rows = pd.concat(kept, ignore_index=True) if kept else table.empty()
        if table is not CANDLES:
            return rows
        written = (card["inputs"].get(f"{CROSSINGS}/{month.key}", "") for month in sorted(months))
        return mark_segments(rows, read_crossings(written))

    inputs, market = card["inputs"], stored.market
    memory = _months_of_candles(card)
    order = SearchOrder(
        month=stored.served.key,
        look_back=inputs["look_back"],
        start=start_of(card),
        because=card["search"].get("searched", {}).get("because", ""),
    )
    if SEARCH_LOOK_BACK in inputs:
        month = search_month(stored.served, plan.search.refits)
        window = _window(card, SEARCH_LOOK_BACK)
        span = Reach(plan.lookback_days, plan.horizon_bars, plan.horizon_bars)
        before = span.look_back_candles(market.bar)
        searched = [one for one in memory if one in before.months(month)]
        memory = [one for one in memory if one in before.months(stored.served)]
        earlier = training_rows(read, window, market.bar, memory=searched)
        order = replace(order, earlier=search_rows(month, window, earlier))
    rows = training_rows(read, _window(card, LOOK_BACK), market.bar, memory=memory)
    return train_model(
        rows.features,
        rows.labels,
        rows.candles,
        plan=plan,
        bar=market.bar,
        report=report,
        inputs=inputs,
        order=order,
    )


def differences(stored: StoredModel, again: "TrainedModel") -> list[str]:
    """Name what of a model came out otherwise; nothing where every byte is the same."""
    from traderai_assets.domain.models.model import encode_model

    row = encode_model(again).iloc[0]
    before, after = stored.card, json.loads(row["card"])
    parts = [
        f"card: {name} is {_short(after.get(name))}, was {_short(before.get(name))}"
        for name in sorted(before | after)
        if _text(before.get(name)) != _text(after.get(name))
    ]
    return parts + [
        f"{name}: {len(row[name])} bytes, were {len(stored.row[name])}; the first that differs is "
        f"byte {_first_difference(row[name], stored.row[name])}"
        for name in _BYTES
        if row[name] != stored.row[name]
    ]


def _read_as_made(
    lake: LakeResource, table: Table, stored: StoredModel, month: Month
) -> pd.DataFrame:
    """Read the month as it was when the model was made, from whichever version still holds it."""
    wanted = stored.card["inputs"].get(f"{table.name}/{month.key}")
    if wanted is None:
        raise LakeError(
            f"the card of model {stored.model_id} names no {table.name} of {month.key}, which a "
            "training of today reads; the model was made by another version of the code"
        )
    return lake.read_content(table, stored.market, month, wanted)


def _window(card: dict[str, Any], name: str) -> LookBack:
    """The look-back that stands under a name among the inputs of a card."""
    start, until = (datetime.fromisoformat(end) for end in card["inputs"][name].split("/"))
    return LookBack(start, until)


def _months_of_candles(card: dict[str, Any]) -> list[Month]:
    """Months whose candles a training read, oldest first."""
    prefix = f"{CANDLES.name}/"
    named = [name for name in sorted(card["inputs"]) if name.startswith(prefix)]
    return [Month.parse(name.removeprefix(prefix)) for name in named]


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _short(value: Any) -> str:
    text = _text(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _first_difference(one: bytes | str, other: bytes | str) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))
