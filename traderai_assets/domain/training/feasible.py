"""Whether a plan can be carried out on bars of some length, decided before a candle is fetched.

The folds are cut as a training would cut them, over a look-back without a gap whose labels last as
long as those of a random walk do on average; where it may be shorter, also over the shortest, of
which the features' warm-up is lost. What only the data can show, the training refuses. What is
named as a way out leaves rows enough also where every label lasts as long as it can.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import numpy as np

from traderai_assets.domain.arrays import MILLISECOND
from traderai_assets.domain.errors import InvalidSettings, NotEnoughData
from traderai_assets.domain.labels.barriers import label_memory
from traderai_assets.domain.labels.duration import expected_label_bars
from traderai_assets.domain.limits import MAX_LOOKBACK_DAYS, MAX_WARM_UP_BARS, MIN_FOLDS
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
    _require("lookback_days", plan.lookback_days, plan, bar, _lack(plan, bar), _way_out)
    shortest = plan.expanding_from_days
    if shortest:
        lack = _lack_of_shortest(plan, bar, shortest)
        _require("expanding_from_days", shortest, plan, bar, lack, _way_out_of_shortest)


def _require(
    name: str,
    days: int,
    plan: TrainingPlan,
    bar: timedelta,
    lack: str | None,
    way_out: Callable[[TrainingPlan, timedelta], str],
) -> None:
    if lack is not None:
        raise InvalidSettings(
            f"{name} = {days}, {timedelta(days=days) // bar} bars of {bar}, are too few for folds "
            f"= {plan.n_folds}, combinatorial_groups = {plan.search.combinatorial_groups} and a "
            f"horizon of {_longest(plan)} bars: {lack}; {way_out(plan, bar)}"
        )


def _lack_of_shortest(
    plan: TrainingPlan, bar: timedelta, days: int, *, surely: bool = False
) -> str | None:
    """Say what a market lacks of which there are so many days and nothing before."""
    shortest = replace(plan, lookback_days=days, expanding_from_days=0)
    return _lack(shortest, bar, cold=MAX_WARM_UP_BARS, surely=surely)


def _lack(plan: TrainingPlan, bar: timedelta, *, cold: int = 0, surely: bool = False) -> str | None:
    """Say what is lacking; None where nothing is.

    Parameters
    ----------
    plan, bar
        As in `require_feasible`.
    cold : int, default=0
        Bars at the beginning of which nothing is learned.
    surely : bool, default=False
        Whether labels last as long as they can, instead of as long as on average.
    """
    mean = max(expected_label_bars(*labelling) for labelling in plan.labellings)
    lasting = 1 + (_longest(plan) if surely else mean)
    rows = timedelta(days=plan.lookback_days) // bar - lasting - cold
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
    enough = bisect_left(
        longer, True, key=lambda days: _enough(replace(plan, lookback_days=days), bar)
    )
    if enough < len(longer):
        return f"lookback_days = {longer[enough]} would do"
    for changed, words in _changes(plan):
        if _enough(changed, bar):
            return f"{words} would do"
    return "take a shorter timeframe"


def _way_out_of_shortest(plan: TrainingPlan, bar: timedelta) -> str:
    longer = range(plan.expanding_from_days + 1, plan.lookback_days + 1)
    enough = bisect_left(
        longer, True, key=lambda days: _lack_of_shortest(plan, bar, days, surely=True) is None
    )
    if enough < len(longer):
        return f"expanding_from_days = {longer[enough]} would do"
    return "expanding_from_days = 0 would do, which asks for the whole look-back"


def _enough(plan: TrainingPlan, bar: timedelta) -> bool:
    return _lack(plan, bar, surely=True) is None


def _changes(plan: TrainingPlan) -> Iterator[tuple[TrainingPlan, str]]:
    for folds in range(plan.n_folds - 1, MIN_FOLDS - 1, -1):
        yield replace(plan, n_folds=folds), f"folds = {folds}"
    for horizon in range(_longest(plan) - 1, 0, -1):
        search = replace(plan.search, horizons=())
        changed = replace(plan, horizon_bars=horizon, search=search)
        yield changed, f"horizons of at most {horizon} bars"
