"""A plan that passes can be trained on a market that walks at random; one that does not cannot."""

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
