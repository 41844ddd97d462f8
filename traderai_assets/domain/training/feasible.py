"""Whether a plan can be carried out on bars of some length, decided before a candle is fetched.

The folds are cut as a training would cut them, over a look-back without a gap whose labels last as
long as those of a random walk do on average. What only the data can show, the training refuses.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import numpy as np

from traderai_assets.domain.arrays import MILLISECOND
from traderai_assets.domain.errors import InvalidSettings, NotEnoughData
from traderai_assets.domain.labels.barriers import label_memory
from traderai_assets.domain.labels.duration import expected_label_bars
from traderai_assets.domain.limits import MAX_LOOKBACK_DAYS, MIN_FOLDS
from traderai_assets.domain.training.plan import TrainingPlan
from traderai_assets.domain.training.search_plan import GROUPS_LEFT_OUT
from traderai_assets.domain.validation.combinatorial import combinatorial_splits
from traderai_assets.domain.validation.folds import walk_forward_folds


def require_feasible(plan: TrainingPlan, bar: timedelta) -> None:
    """Refuse a plan that bars of this length cannot fill.

    Parameters
    ----------
    plan : TrainingPlan
    bar : timedelta
        Length of a bar.

    Raises
    ------
    InvalidSettings
        If a horizon looks back further than labels may, or a fold or a group keeps too few rows;
        names the settings, their values and one that would do.
    """
    for labelling in plan.labellings:
        label_memory(bar, labelling.horizon_bars)
    lack = _lack(plan, bar)
    if lack is None:
        return
    bars = timedelta(days=plan.lookback_days) // bar
    raise InvalidSettings(
        f"lookback_days = {plan.lookback_days}, {bars} bars of {bar}, are too few for folds = "
        f"{plan.n_folds}, combinatorial_groups = {plan.search.combinatorial_groups} and a horizon "
        f"of {_longest(plan)} bars: {lack}; {_way_out(plan, bar)}"
    )


def _lack(plan: TrainingPlan, bar: timedelta) -> str | None:
    """Say what is lacking; None where nothing is."""
    lasting = 1 + max(expected_label_bars(*labelling) for labelling in plan.labellings)
    rows = timedelta(days=plan.lookback_days) // bar - lasting
    open_times = np.arange(max(rows, 0), dtype=np.int64) * (bar // MILLISECOND)
    intervals = open_times, open_times + lasting * (bar // MILLISECOND)
    embargo = plan.embargo // MILLISECOND
    try:
        walk_forward_folds(*intervals, sizes=plan.fold_sizes, embargo=embargo)
        if plan.search.combinatorial_groups:
            combinatorial_splits(
                *intervals,
                n_groups=plan.search.combinatorial_groups,
                n_test_groups=GROUPS_LEFT_OUT,
                embargo=embargo,
                minimum_rows=plan.minimum_rows,
            )
    except NotEnoughData as error:
        return str(error).partition(";")[0].partition(":")[0]
    return None


def _longest(plan: TrainingPlan) -> int:
    return max(labelling.horizon_bars for labelling in plan.labellings)


def _way_out(plan: TrainingPlan, bar: timedelta) -> str:
    """Name the least change that would do."""
    longer = range(plan.lookback_days + 1, MAX_LOOKBACK_DAYS + 1)
    enough = bisect_left(longer, True, key=lambda days: _lack(_lasting(plan, days), bar) is None)
    if enough < len(longer):
        return f"lookback_days = {longer[enough]} would do"
    for changed, words in _changes(plan):
        if _lack(changed, bar) is None:
            return f"{words} would do"
    return "take a shorter timeframe"


def _lasting(plan: TrainingPlan, days: int) -> TrainingPlan:
    return replace(plan, lookback_days=days)


def _changes(plan: TrainingPlan) -> Iterator[tuple[TrainingPlan, str]]:
    for folds in range(plan.n_folds - 1, MIN_FOLDS - 1, -1):
        yield replace(plan, n_folds=folds), f"folds = {folds}"
    for horizon in range(_longest(plan) - 1, 0, -1):
        search = replace(plan.search, horizons=())
        changed = replace(plan, horizon_bars=horizon, search=search)
        yield changed, f"horizons of at most {horizon} bars"
