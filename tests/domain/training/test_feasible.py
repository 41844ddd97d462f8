"""A plan that passes can be trained on a market that walks at random; one that does not cannot."""

from dataclasses import replace
from datetime import timedelta

import pytest

from traderai_assets.domain.errors import InvalidSettings, NotEnoughData
from traderai_assets.domain.training.dataset import gather_look_back
from traderai_assets.domain.training.feasible import require_feasible

BAR = timedelta(minutes=5)


def feasible(plan):
    try:
        require_feasible(plan, BAR)
    except InvalidSettings:
        return False
    return True


def cut(market, plan):
    try:
        gather_look_back(*market, plan=plan, bar=BAR)
    except NotEnoughData:
        return False
    return True


@pytest.mark.parametrize("minimum_rows", [30, 60, 80, 90, 120, 200])
@pytest.mark.parametrize("folds", [2, 8])
def test_it_foretells_what_the_folds_of_a_market_at_random_can_hold(
    planted, small_plan, minimum_rows, folds
):
    market = planted(3 * 288, strength=0.0, horizon=12)
    plan = small_plan(horizon_bars=12, lookback_days=3, n_folds=folds, minimum_rows=minimum_rows)
    # 864 bars: with eight folds a test has 57 rows, with two 172, and the first train 345
    assert feasible(plan) == cut(market, plan)


def test_a_horizon_searched_is_held_to_the_look_back_like_the_one_asked_for(small_plan):
    with pytest.raises(InvalidSettings, match="a horizon of 400 bars"):
        require_feasible(small_plan(search={"horizons": (400,)}), timedelta(hours=1))


def test_the_shortest_look_back_that_may_be_learned_from_is_held_to_the_folds_too(small_plan):
    # 720 hours, less 300 of warm-up and a label: of 415 rows a test of six folds has 41, not 50
    plan = small_plan(lookback_days=90, expanding_from_days=30, n_folds=5, minimum_rows=50)
    with pytest.raises(InvalidSettings) as refused:
        require_feasible(plan, timedelta(hours=1))
    told = str(refused.value)
    assert told.startswith(
        "expanding_from_days = 30, 720 bars of 1:00:00, are too few for folds = 5"
    )
    assert told.endswith(
        "has 41 rows to test on, at least 50 are needed; expanding_from_days = 34 would do"
    )
    require_feasible(replace(plan, expanding_from_days=34), timedelta(hours=1))
    require_feasible(replace(plan, expanding_from_days=0), timedelta(hours=1))


def test_where_no_shorter_look_back_would_do_it_must_be_whole(small_plan):
    plan = small_plan(lookback_days=400, expanding_from_days=390, minimum_rows=25)
    with pytest.raises(InvalidSettings, match="expanding_from_days = 0 would do, which asks for"):
        require_feasible(plan, timedelta(days=1))
    require_feasible(replace(plan, expanding_from_days=0), timedelta(days=1))


@pytest.mark.parametrize("days", [1, 31, -3, 2.5, True])
def test_a_shortest_look_back_beyond_its_limits_is_refused_by_name(small_plan, days):
    with pytest.raises(InvalidSettings, match=r"expanding_from_days, .* from 2 to 30"):
        small_plan(lookback_days=30, expanding_from_days=days)
