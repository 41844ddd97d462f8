"""When a probability is worth acting on, how far, and with how much."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from traderai_assets.domain.backtest.account_kernel import decide_rows
from traderai_assets.domain.backtest.policy import LIMITS, UNKNOWN, Policy, Pricing, decide
from traderai_assets.domain.errors import InvalidInput, InvalidSettings


def decided(*probabilities, width=0.01, cost=0.002, lower=1.0, **policy):
    return decide(
        np.array(probabilities, dtype=float),
        np.full(len(probabilities), width),
        cost=cost,
        policy=Policy(**policy),
        pricing=Pricing(2 * lower, lower),
        horizon_bars=12,
    )


def sides(*probabilities, **settings):
    return decided(*probabilities, **settings).side.tolist()


def test_a_width_of_one_percent_a_unit_and_costs_of_a_fifth_ask_for_sixty_percent():
    # 2 * 0.6 - 1 is a forecast of 0.2: of one percent that is the cost
    assert sides(0.61, 0.60, 0.59, 0.5, 0.41, 0.40, 0.39) == [1, 0, 0, 0, 0, 0, -1]


def test_a_margin_is_asked_for_in_costs_on_top_of_the_costs():
    # (0.002 * 1.5) / (2 * 0.01) above one half: 0.65
    assert sides(0.64, 0.66, 0.36, 0.34, margin=0.5) == [0, 1, 0, -1]


def test_what_trades_returned_decides_and_not_where_their_barriers_stand():
    assert sides(0.56, 0.54, 0.46, 0.44, lower=2.0) == [1, 0, 0, -1]
    for target, stop in ((0.5, 3.0), (3.0, 0.5)):
        far = sides(0.61, 0.59, 0.5, 0.41, 0.39, target=target, stop=stop)
        assert far == [1, 0, 0, 0, -1]


def test_where_nothing_is_known_nothing_is_done():
    assert sides(0.999, 0.001, lower=0.0, cost=0.0) == [0, 0]
    assert (UNKNOWN.slope, UNKNOWN.lower) == (0.0, 0.0)


def test_near_a_coin_no_side_is_taken_whatever_the_barriers():
    """The price that a geometry of p = 1/2 once promised: 44 of the 63 basis points."""
    near = np.linspace(0.495, 0.505, 41)
    for target in (0.5, 1.0, 3.0):
        for stop in (0.5, 1.0, 3.0):
            taken = sides(*near, width=0.0044, cost=0.0012, margin=1.0, target=target, stop=stop)
            assert not any(taken)


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


@example(probability=0.2, width=0.5, cost=0.0, lower=0.25)
@example(probability=0.8, width=0.5, cost=0.0, lower=0.25)
@given(st.floats(0, 1), st.floats(0.0001, 0.5), st.floats(0, 0.05), st.floats(0, 4))
def test_a_side_is_taken_only_where_what_is_counted_on_pays(probability, width, cost, lower):
    side = sides(probability, width=width, cost=cost, lower=lower)[0]
    counted_on = lower * abs(2 * probability - 1) * width
    assert side == 0 or counted_on > cost - 1e-12
    assert side * (probability - 0.5) >= 0
    assert sides(1 - probability, width=width, cost=cost, lower=lower)[0] == -side


@given(st.integers(0, 2**32 - 1), st.data())
def test_the_compiled_rule_is_this_one_to_the_bit(seed, data):
    rng = np.random.default_rng(seed)
    values = {name: data.draw(st.floats(*limits)) for name, limits in LIMITS.items()}
    probability, width = rng.uniform(0, 1, 50), rng.uniform(0, 0.5, 50)
    probability[:3], width[3:6] = (np.nan, 0.5, 1), (np.nan, 0, 0.25)
    lower = data.draw(st.floats(0, 4))
    policy, pricing = Policy(**values), Pricing(lower, lower)
    said = decide(probability, width, cost=0.001, policy=policy, pricing=pricing, horizon_bars=1)
    side, size = np.empty(50, np.int8), np.empty(50)
    decide_rows(probability, width, 0.001, np.array([*values.values(), lower]), side, size)
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
        decide(np.zeros(2), np.zeros(3), cost=0, policy=Policy(), pricing=UNKNOWN, horizon_bars=1)


@pytest.mark.parametrize(
    ("name", "value"), [("slope", np.nan), ("lower", -0.1), ("lower", np.inf), ("error", -0.1)]
)
def test_a_pricing_that_is_no_number_is_refused(name, value):
    with pytest.raises(InvalidSettings, match=f"pricing {name} {value}"):
        Pricing(**{name: value})


def promised(hurdle, **pricing):
    """Of a forecast of .6 for the upper barrier and one for the lower, widths of one percent."""
    return Pricing(**pricing).promised(np.array([0.8, 0.2]), np.full(2, 0.01), hurdle).tolist()


def test_a_promise_is_lower_the_less_the_bar_had_to_spare():
    sure = {"slope": 2.0, "lower": 1.0, "error": 0.5}
    # Of 60 % of one percent .73765 a unit had to be exceeded: 1 is .5247 errors above that, where
    # one error is luck (`test_truncated`), so 1.5 a unit is promised
    assert promised(0.73765 * 0.006, **sure) == pytest.approx([0.009, 0.009], rel=1e-3)
    # Nothing to spare: no more than what is counted on
    assert promised(0.006, **sure) == pytest.approx([0.006, 0.006])
    # Eight errors to spare are all the slope
    assert promised(0.0, slope=5.0, lower=4.0, error=0.5) == pytest.approx([0.03, 0.03])


def test_without_an_error_the_slope_is_promised_and_without_a_forecast_nothing():
    """A card of before has a slope and its bound alone."""
    assert promised(0.005, slope=2.0, lower=1.0) == pytest.approx([0.012, 0.012])
    pricing = Pricing(2.0, 1.0, 0.5)
    told = pricing.promised(np.array([0.5, np.nan, 0.8]), np.array([0.01, 0.01, np.nan]), 0.0)
    assert told[0] == 0.0
    assert np.isnan(told[1:]).all()
