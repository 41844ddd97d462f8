"""Search orders: on whose rows the learners of a model are searched, and what is tried early.

Here: which look-back the search of a month is of, what an earlier model chose, and an order read
back from a card. Not here: which month searches (domain/spans/search_months) and how its choice is
used (domain/training/learner_choice).
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from resources.lake.snapshot import LakeSnapshot
from traderai_assets.domain.freshness.training_data import Refusal
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.domain.spans.look_back import LookBack
from traderai_assets.domain.spans.search_months import search_look_back, search_month
from traderai_assets.registry.stored_models import last_made
from traderai_assets.registry.training_rows import TrainingRows, look_back_text

if TYPE_CHECKING:
    from traderai_assets.domain.training.plan import TrainingPlan
    from traderai_assets.domain.training.search_order import SearchRows, SearchStart

GRID = "grid"


@dataclass(frozen=True)
class SearchedMonth:
    """The month whose search decides for a model.

    Attributes
    ----------
    month : Month
        The one served, or the search month before it.
    window : LookBack or None
        What is searched; None where that is the model's own look-back.
    because : str
        Why the model searches itself though its month is none to search; else empty.
    """

    month: Month
    window: LookBack | None = None
    because: str = ""


def searched_month(
    served: Month, plan: "TrainingPlan", look_back_of: Callable[[Month], LookBack | Refusal]
) -> SearchedMonth:
    """Decide whose search decides for a model of `served`.

    Parameters
    ----------
    served : Month
    plan : TrainingPlan
    look_back_of : callable
        What the gate says of a month's look-back; asked for a search month before `served`.
    """
    month = search_month(served, plan.search.refits)
    if month == served:
        return SearchedMonth(served)
    found, whole = look_back_of(month), search_look_back(month, plan.lookback_days)
    if found == whole:
        return SearchedMonth(month, whole)
    # In few words: what else a refusal says, such as what to type, changes with the day
    lacking = found.months if isinstance(found, Refusal) else []
    where = f", in {', '.join(one.key for one in lacking)}" if lacking else ""
    return SearchedMonth(served, None, f"the look-back of {month.key} is not complete{where}")


def search_start(
    stored: LakeSnapshot, market: Market, before: Month, plan: "TrainingPlan"
) -> "SearchStart | None":
    """Return what the newest model of a search month before `before` chose.

    None where nothing is searched, no such model is stored, its choice is the defaults, or the
    sampler is a grid, whose points stand before the search. A choice of another space is passed
    over for an older one.
    """
    from traderai_assets.domain.training.learner_search import learner_space
    from traderai_assets.domain.training.search_order import SearchStart

    if plan.search.learner_trials == 1 or plan.search.sampler == GRID:
        return None
    space = learner_space(plan)
    for month in sorted(map(Month.parse, stored.months(market)), reverse=True):
        if month >= before or month != search_month(month, plan.search.refits):
            continue
        row = last_made(stored.read(market, [month]))
        chosen = _chosen(json.loads(row["card"]))
        if space.holds(chosen):
            start = SearchStart(chosen, month.key, str(row["model_id"]))
            return None if chosen == space.defaults else start
    return None


def search_rows(
    month: Month, window: LookBack, rows: TrainingRows, study: str = "earlier_search"
) -> "SearchRows":
    """Return the rows of a search month as a training takes them."""
    from traderai_assets.domain.training.search_order import SearchRows

    return SearchRows(
        month=month.key,
        look_back=look_back_text(window),
        until=window.until,
        features=rows.features,
        labels=rows.labels,
        candles=rows.candles,
        study=study,
    )


def start_of(card: dict[str, Any]) -> "SearchStart | None":
    """Return the start that a card tells of; a card of before there were starts has none."""
    from traderai_assets.domain.training.search_order import SearchStart

    told = card["search"].get("started_from")
    return None if told is None else SearchStart(**told)


def _chosen(card: dict[str, Any]) -> dict[str, Any]:
    """The shared parameters that a model of the card serves with."""
    from traderai_assets.domain.search.trials import Trials
    from traderai_assets.domain.training.best_trial import best_until

    tests = len(card["folds"]) + 1  # Fold 0 is in no card: it only prices
    return dict(best_until(Trials.from_json(card["search"]["learner_trials"]), tests).parameters)
