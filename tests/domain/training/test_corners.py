"""The shortest and longest look-backs, bars and horizons: trained, or refused by name."""

import itertools
import re
from datetime import timedelta

import pytest

from traderai_assets.domain.arrays import milliseconds_of
from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.domain.limits import MAX_LOOKBACK_DAYS, MIN_LOOKBACK_DAYS
from traderai_assets.domain.markets import BARS
from traderai_assets.domain.training.feasible import require_feasible
from traderai_assets.domain.training.plan import TrainingPlan
from traderai_assets.domain.training.search_plan import SearchPlan
from traderai_assets.domain.validation.folds import walk_forward_folds

LONGEST = 500
CORNERS = list(
    itertools.product(BARS, (1, 12, LONGEST), (MIN_LOOKBACK_DAYS, 30, 365, MAX_LOOKBACK_DAYS))
)


def plan_of(horizon, days, **changes):
    """The plan of the shipped settings but for these."""
    search = SearchPlan(horizons=(horizon,))
    return TrainingPlan(horizon_bars=horizon, lookback_days=days, search=search, **changes)


def refusal(timeframe, horizon, days):
    try:
        require_feasible(plan_of(horizon, days), BARS[timeframe])
    except InvalidSettings as error:
        return str(error)
    return None


@pytest.mark.parametrize(("timeframe", "horizon", "days"), CORNERS)
def test_a_corner_can_be_carried_out_or_says_what_would_do_and_that_does(timeframe, horizon, days):
    told = refusal(timeframe, horizon, days)
    if told is None:
        return
    way_out, named = told.split("; ")[-1], int(re.findall(r"\d+", told)[-1])
    if way_out == f"lookback_days = {named} would do":
        assert days < named <= MAX_LOOKBACK_DAYS
        assert refusal(timeframe, horizon, named) is None
    elif way_out == f"horizons of at most {named} bars would do":
        assert refusal(timeframe, named, days) is None
    elif way_out == f"at most {named} bars fit":  # In what may be fetched for labels
        assert refusal(timeframe, named, MAX_LOOKBACK_DAYS) is None
    else:
        assert (way_out, timeframe, horizon) == ("take a shorter timeframe", "12h", LONGEST)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("timeframe", "days"), [("5m", 2), ("15m", 7), ("1h", 30), ("4h", 180)])
def test_of_the_days_that_are_named_every_fold_has_its_rows(planted, timeframe, days, seed):
    told, bar = refusal(timeframe, LONGEST, days), BARS[timeframe]
    enough = int(re.findall(r"\d+", told)[-1])
    bars = timedelta(days=enough) // bar
    labels = planted(bars, strength=0.0, horizon=LONGEST, bar=bar, seed=seed).labels
    intervals = (milliseconds_of(labels[name]) for name in ("open_time", "label_end"))
    assert len(walk_forward_folds(*intervals, sizes=plan_of(LONGEST, enough).fold_sizes)) == 6


@pytest.mark.parametrize(
    ("timeframe", "horizon", "days"),
    [("1m", 12, 2), pytest.param("1m", LONGEST, 2, marks=pytest.mark.slow), ("1d", 12, 730)],
)
def test_the_ends_are_trained(planted, train, timeframe, horizon, days):
    bar = BARS[timeframe]
    plan = plan_of(horizon, days, learners=("lightgbm",))
    market = planted(timedelta(days=days) // bar, horizon=horizon, bar=bar)
    model = train(market, plan=plan, bar=bar)
    assert model.card["selection"]["reasons"] is not None
    assert len(model.card["folds"]) == 5
