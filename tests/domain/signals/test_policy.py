"""When a probability is worth acting on."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traderai_assets.domain.signals.policy import decide


def sides(*probabilities, width=0.01, cost=0.002, margin=0.0):
    return decide(
        np.array(probabilities), np.full(len(probabilities), width), cost, margin
    ).tolist()


def test_gains_and_losses_of_one_percent_and_costs_of_a_fifth_ask_for_sixty_percent():
    assert sides(0.61, 0.60, 0.59, 0.5, 0.41, 0.40, 0.39) == [1, 0, 0, 0, 0, 0, -1]


def test_a_margin_is_asked_for_on_top_of_the_costs():
    # (0.002 + 0.001) / (2 * 0.01) above one half: 0.65
    assert sides(0.64, 0.66, 0.36, 0.34, margin=0.001) == [0, 1, 0, -1]


def test_barriers_nearer_than_the_costs_are_never_worth_it():
    assert sides(1.0, 0.0, width=0.002) == [0, 0]


def test_without_costs_any_lean_is_taken_and_a_coin_is_not():
    assert sides(0.5, 0.5001, 0.4999, cost=0.0) == [0, 1, -1]


def test_what_is_unknown_is_left_alone():
    assert sides(np.nan) == [0]
    assert sides(0.9, width=np.nan) == [0]


@given(st.floats(0, 1), st.floats(0.0001, 0.5), st.floats(0, 0.05))
def test_a_side_is_taken_only_where_its_expectation_pays(probability, width, cost):
    side = sides(probability, width=width, cost=cost)[0]
    expected = side * (probability * width - (1 - probability) * width)
    assert side == 0 or expected > cost - 1e-12
    assert sides(1 - probability, width=width, cost=cost)[0] in (-side, 0)


def test_sides_are_small_integers():
    assert decide(np.array([0.9]), np.array([0.1]), 0.0).dtype == np.int8
    assert decide(np.empty(0), np.empty(0), 0.0).shape == pytest.approx((0,))
