"""Choosing the best of many by chance, and by merit."""

import numpy as np
import pytest

from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.statistics.overfitting import backtest_overfitting_probability


def noise(seed, n_periods=1_000, n_trials=40):
    return np.random.default_rng(seed).normal(size=(n_periods, n_trials))


def test_the_best_of_trials_without_skill_is_as_often_below_the_median_as_above_on_average():
    found = [backtest_overfitting_probability(noise(seed), n_blocks=8) for seed in range(60)]
    assert np.mean(found) == pytest.approx(0.5, abs=0.08)


def test_a_trial_with_skill_is_found_in_both_halves():
    found = []
    for seed in range(10):
        returns = noise(seed)
        returns[:, 7] += 0.2
        found.append(backtest_overfitting_probability(returns, n_blocks=8))
    assert np.mean(found) < 0.01


def test_columns_scaled_to_the_same_mean_are_each_others_mirror_image():
    returns = noise(5)
    scaled = (returns - returns.mean(axis=0)) / returns.std(axis=0)
    assert backtest_overfitting_probability(scaled, n_blocks=8) == 1


def test_two_blocks_are_two_splits_worked_by_hand():
    # Trial 0 wins the first half (mean over spread 3 against 1) and loses the second, and back.
    first, second = [[4.0, 1], [2, 0]], [[1.0, 4], [0, 2]]
    assert backtest_overfitting_probability(np.array(first + second), n_blocks=2) == 1
    assert backtest_overfitting_probability(np.array(first + first), n_blocks=2) == 0


@pytest.mark.parametrize(
    ("returns", "n_blocks"),
    [(noise(0, 100, 1), 4), (noise(0, 100, 5), 5), (noise(0, 7, 5), 4)],
)
def test_too_little_to_split_is_refused(returns, n_blocks):
    with pytest.raises(InvalidInput, match="even number of blocks"):
        backtest_overfitting_probability(returns, n_blocks)


def test_a_return_that_is_not_finite_is_refused():
    with pytest.raises(InvalidInput, match="not finite"):
        backtest_overfitting_probability(np.full((100, 3), np.nan), n_blocks=4)
