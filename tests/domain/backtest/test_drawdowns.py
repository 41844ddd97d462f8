"""Drawdowns of accounts, worked by hand."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traderai_assets.domain.backtest.drawdowns import Drawdown, underwater, worst_drawdowns
from traderai_assets.domain.backtest.metrics import max_drawdown

ACCOUNT = np.array([1.0, 1.2, 0.9, 1.2, 1.5, 1.2, 0.6, 0.75])


def test_a_fall_begins_at_its_peak_and_is_over_where_the_peak_is_reached_again():
    deep, shallow = worst_drawdowns(ACCOUNT)
    assert deep == Drawdown(start=4, trough=6, recovery=None, depth=pytest.approx(0.6))
    assert shallow == Drawdown(start=1, trough=2, recovery=3, depth=pytest.approx(0.25))


def test_underwater_is_zero_at_each_peak():
    by_hand = [0, 0, -0.25, 0, 0, -0.2, -0.6, -0.5]
    assert underwater(ACCOUNT) == pytest.approx(by_hand)


def test_only_the_worst_are_kept():
    assert [one.depth for one in worst_drawdowns(ACCOUNT, most=1)] == [pytest.approx(0.6)]


def test_an_account_that_never_falls_has_none():
    assert worst_drawdowns(np.array([1.0, 1.0, 2.0])) == []


def test_an_account_that_is_gone_has_lost_all():
    assert worst_drawdowns(np.array([1.0, 0.0, 0.0]))[0].depth == 1.0


@given(st.lists(st.floats(0.0, 1e6), min_size=1, max_size=60))
def test_falls_never_overlap_and_the_first_is_the_largest_drawdown(values):
    account = np.array([1.0, *values])
    found = worst_drawdowns(account, most=100)
    assert max((one.depth for one in found), default=0.0) == pytest.approx(max_drawdown(account))
    spans = sorted((one.start, one.recovery or len(account)) for one in found)
    assert all(first[1] <= second[0] + 1 for first, second in pairwise(spans))
    for one in found:
        assert one.start < one.trough < (one.recovery or len(account))
