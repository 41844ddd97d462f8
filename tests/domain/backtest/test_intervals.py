"""Intervals of a backtest's figures, against what is known of the returns they come from."""

import numpy as np
import pytest

from traderai_assets.domain.backtest.intervals import INTERVALS, result_intervals
from traderai_assets.domain.errors import InvalidInput

YEARLY = 365 * 24


def account(seed, *, mean, n_bars=1_000):
    return np.cumprod(1 + np.random.default_rng(seed).normal(mean, 0.01, n_bars))


def intervals(values, **settings):
    return result_intervals(values, bars_per_year=YEARLY, **settings)


def test_the_figures_themselves_lie_inside_and_the_same_seed_gives_the_same_bounds():
    values = account(0, mean=0.0005)
    returns = values / np.concatenate([[1.0], values[:-1]]) - 1
    found = intervals(values)
    assert tuple(found) == INTERVALS
    assert found["total_return_lower"] < values[-1] - 1 < found["total_return_upper"]
    sharpe = returns.mean() / returns.std() * np.sqrt(YEARLY)
    assert found["sharpe_lower"] < sharpe < found["sharpe_upper"]
    assert found == intervals(values)


def test_independent_returns_give_the_width_that_theory_does():
    # Of a Sharpe ratio per bar near 0 the standard error is 1 / sqrt(n).
    found = intervals(account(1, mean=0))
    width = (found["sharpe_upper"] - found["sharpe_lower"]) / np.sqrt(YEARLY)
    assert width == pytest.approx(2 * 1.96 / np.sqrt(1_000), rel=0.15)


def test_more_confidence_asks_for_a_wider_interval():
    wide, narrow = (intervals(account(2, mean=0), confidence=c) for c in (0.99, 0.5))
    assert wide["sharpe_lower"] < narrow["sharpe_lower"] < narrow["sharpe_upper"]
    assert wide["total_return_upper"] > narrow["total_return_upper"]


@pytest.mark.parametrize("values", [[], [1.1], [1.0, 1.0, 1.0], [1.1, 0.0, 0.0]])
def test_where_nothing_can_be_drawn_nothing_is_claimed(values):
    assert np.isnan(list(intervals(np.array(values)).values())).all()


@pytest.mark.parametrize("confidence", [0, 1, np.nan])
def test_a_confidence_that_is_none_is_refused(confidence):
    with pytest.raises(InvalidInput, match="confidence"):
        intervals(np.array([1.0, 1.1]), confidence=confidence)
