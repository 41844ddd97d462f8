"""Uniqueness weights: worked by hand, and what must hold for any labels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traderai_assets.domain.labels.weights import uniqueness_weights


def weights(*intervals):
    starts, ends = np.array(intervals, dtype=np.int64).reshape(-1, 2).T
    return uniqueness_weights(starts, ends)


def test_a_label_alone_is_worth_one():
    assert weights((0, 10), (10, 15), (40, 41)) == pytest.approx([1, 1, 1])


def test_shared_time_is_shared_weight():
    # [0, 4) and [2, 6): half of each life is lived by two, so (2 * 1 + 2 * 1/2) / 4
    assert weights((0, 4), (2, 6)) == pytest.approx([0.75, 0.75])
    # Three over [0, 6): the short one is never alone; the long one for a third of its life
    assert weights((0, 6), (0, 2), (2, 4)) == pytest.approx([4 / 6, 0.5, 0.5])


def test_the_same_label_three_times_is_worth_one_together():
    assert weights((5, 9), (5, 9), (5, 9)) == pytest.approx([1 / 3] * 3)


def test_no_labels_have_no_weights():
    assert weights().shape == (0,)


intervals = st.lists(
    st.tuples(st.integers(0, 200), st.integers(1, 40)).map(lambda pair: (pair[0], sum(pair))),
    min_size=1,
    max_size=40,
)


@given(intervals)
def test_weights_are_shares_and_labels_do_not_stand_in_order(labels):
    found = weights(*labels)
    assert ((found > 0) & (found <= 1 + 1e-12)).all()
    assert found[::-1] == pytest.approx(weights(*labels[::-1]))


@given(intervals)
def test_the_weighted_lives_fill_exactly_the_time_anyone_lived(labels):
    lives = np.array([end - start for start, end in labels])
    lived = {moment for start, end in labels for moment in range(start, end)}
    assert weights(*labels) @ lives == pytest.approx(len(lived))
