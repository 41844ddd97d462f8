"""Evidence that may be looked at every day."""

import numpy as np
import pytest

from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.statistics.betting import betting_wealth


def test_wealth_is_the_mean_of_gamblers_who_stake_a_fixed_share():
    wealth = betting_wealth(np.array([1.0, -1.0]), fractions=(0.1, 0.2))
    assert wealth.tolist() == pytest.approx([(1.1 + 1.2) / 2, (1.1 * 0.9 + 1.2 * 0.8) / 2])


def test_a_single_day_proves_no_more_than_four_deviations_and_ruins_who_stakes_too_much():
    assert betting_wealth(np.array([100.0]), fractions=(0.2,)).tolist() == [pytest.approx(1.8)]
    ruined = betting_wealth(np.array([-6.0, 4.0, 4.0]), fractions=(0.2, 0.1))
    # The one who staked a fifth is out; the other has .4 of his half, then 1.4 times that each day
    assert ruined.tolist() == pytest.approx([0.2, 0.28, 0.392])


@pytest.mark.parametrize("law", ["normal", "heavy"])
def test_without_an_edge_it_hardly_ever_reaches_twenty(law):
    dice = np.random.default_rng(7)
    shape = (1_000, 500)
    days = dice.standard_normal(shape) if law == "normal" else dice.standard_t(4, shape) / 2**0.5
    reached = [betting_wealth(one).max() >= 20 for one in days]
    assert np.mean(reached) <= 0.05


def test_with_an_edge_it_gets_there():
    # A Sharpe ratio of 3 a year
    days = np.random.default_rng(8).standard_normal((100, 730)) + 3 / 365**0.5
    assert np.mean([betting_wealth(one).max() >= 20 for one in days]) > 0.9


def test_who_has_enough_stops_betting():
    days = np.concatenate([np.full(5_000, 4.0), np.full(10, -4.0)])
    wealth = betting_wealth(days)
    assert wealth[-1] == wealth[4_999] == 1e12


def test_parts_that_are_staked_later_lie_idle_until_then():
    wealth = betting_wealth(np.ones(3), fractions=(0.5,), restart_days=2)
    # Half grows from the first day, a sixth from the third, a third is never staked
    by_hand = [1.5**n / 2 + max(1.0, 1.5 ** (n - 2)) / 6 + 1 / 3 for n in (1, 2, 3)]
    assert wealth.tolist() == pytest.approx(by_hand)


def test_with_restarts_an_edge_that_begins_late_is_found_and_noise_is_not():
    dice = np.random.default_rng(9)
    good_then_bad = dice.standard_normal((60, 800)) + np.where(np.arange(800) < 400, -0.15, 0.25)
    once = [betting_wealth(one).max() >= 20 for one in good_then_bad]
    anew = [betting_wealth(one, restart_days=30).max() >= 20 for one in good_then_bad]
    assert np.mean(anew) > 0.9 > np.mean(once) + 0.2
    noise = dice.standard_normal((400, 800))
    assert np.mean([betting_wealth(one, restart_days=30).max() >= 20 for one in noise]) <= 0.05


def test_what_cannot_be_bet_on_is_refused():
    with pytest.raises(InvalidInput, match="1 of 2 results are not finite"):
        betting_wealth(np.array([0.0, np.nan]))
    with pytest.raises(InvalidInput, match="fractions above 0 and below 1"):
        betting_wealth(np.zeros(2), fractions=(1.0,))
