"""When a probability is worth acting on, how far, and with how much."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from traderai_assets.domain.backtest.account_kernel import decide_rows
from traderai_assets.domain.backtest.policy import LIMITS, Policy, decide
from traderai_assets.domain.errors import InvalidInput, InvalidSettings


def decided(*probabilities, width=0.01, cost=0.002, **policy):
    return decide(
        np.array(probabilities, dtype=float),
        np.full(len(probabilities), width),
        cost=cost,
        policy=Policy(**policy),
        horizon_bars=12,
    )


def sides(*probabilities, **settings):
    return decided(*probabilities, **settings).side.tolist()


def test_gains_and_losses_of_one_percent_and_costs_of_a_fifth_ask_for_sixty_percent():
    assert sides(0.61, 0.60, 0.59, 0.5, 0.41, 0.40, 0.39) == [1, 0, 0, 0, 0, 0, -1]


def test_a_margin_is_asked_for_in_costs_on_top_of_the_costs():
    # (0.002 * 1.5) / (2 * 0.01) above one half: 0.65
    assert sides(0.64, 0.66, 0.36, 0.34, margin=0.5) == [0, 1, 0, -1]


def test_a_nearer_stop_asks_for_less_certainty_and_a_nearer_target_for_more():
    # p G - (1 - p) L > c at p = (L + c) / (G + L): 0.007 / 0.015 would take both sides, so that
    # the likelier one is taken; 0.012 / 0.015 is 0.8.
    assert sides(0.51, 0.5, 0.49, stop=0.5) == [1, 0, -1]
    assert sides(0.81, 0.79, 0.21, 0.19, target=0.5) == [1, 0, 0, -1]


def test_target_and_stop_are_multiples_of_the_width():
    said = decided(0.9, 0.1, target=2.0, stop=0.5)
    assert said.target.tolist() == [0.02, 0.02]
    assert said.stop.tolist() == [0.005, 0.005]
    assert said.horizon_bars.tolist() == [12, 12]


def test_the_account_put_in_grows_with_the_edge_up_to_the_whole():
    said = decided(0.7, 0.9, 0.25, full_size_edge=0.8, cost=0)
    assert said.size.tolist() == pytest.approx([0.5, 1.0, 0.625])
    assert decided(0.7, 0.9, cost=0).size.tolist() == [1, 1]


def test_barriers_nearer_than_the_costs_are_never_worth_it():
    assert sides(1.0, 0.0, width=0.002) == [0, 0]


def test_a_barrier_at_no_price_at_all_is_never_aimed_at():
    assert sides(0.9, width=0.3, target=3.0) == [1]
    assert sides(0.9, width=0.3, target=3.4) == [0]
    assert sides(0.99, width=0.3, stop=3.4) == [0]


def test_without_costs_any_lean_is_taken_and_a_coin_is_not():
    assert sides(0.5, 0.5001, 0.4999, cost=0.0) == [0, 1, -1]


def test_what_is_unknown_is_left_alone():
    assert sides(np.nan) == [0]
    assert sides(0.9, width=np.nan) == [0]


# .8 x .125 - .2 x .5 is 0, and .2 is not quite 1 - .8
@example(probability=0.2, width=0.5, cost=0.0, target=0.25)
@example(probability=0.8, width=0.5, cost=0.0, target=0.25)
@given(st.floats(0, 1), st.floats(0.0001, 0.5), st.floats(0, 0.05), st.floats(0.25, 4))
def test_a_side_is_taken_only_where_its_expectation_pays(probability, width, cost, target):
    side = sides(probability, width=width, cost=cost, target=target)[0]
    likely = probability if side > 0 else 1 - probability
    expected = likely * target * width - (1 - likely) * width
    assert side == 0 or expected > cost - 1e-12
    assert sides(1 - probability, width=width, cost=cost, target=target)[0] == -side


@given(st.integers(0, 2**32 - 1), st.data())
def test_the_compiled_rule_is_this_one_to_the_bit(seed, data):
    rng = np.random.default_rng(seed)
    values = {name: data.draw(st.floats(*limits)) for name, limits in LIMITS.items()}
    probability, width = rng.uniform(0, 1, 50), rng.uniform(0, 0.5, 50)
    probability[:3], width[3:6] = (np.nan, 0.5, 1), (np.nan, 0, 0.25)
    said = decide(probability, width, cost=0.001, policy=Policy(**values), horizon_bars=1)
    side, size = np.empty(50, np.int8), np.empty(50)
    decide_rows(probability, width, 0.001, np.array(list(values.values())), side, size)
    np.testing.assert_array_equal(side, said.side)
    np.testing.assert_array_equal(size, said.size)


@pytest.mark.parametrize(
    ("name", "value"),
    [("margin", -0.1), ("target", 0.2), ("stop", 4.1), ("full_size_edge", 1.1), ("stop", np.nan)],
)
def test_a_policy_outside_its_limits_is_refused(name, value):
    with pytest.raises(InvalidSettings, match=f"policy {name} {value}"):
        Policy(**{name: value})


def test_arrays_of_different_lengths_are_refused():
    with pytest.raises(InvalidInput, match="one of each per bar"):
        decide(np.zeros(2), np.zeros(3), cost=0, policy=Policy(), horizon_bars=1)
