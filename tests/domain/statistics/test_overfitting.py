"""Choosing the best of many by chance, and by merit."""

import itertools

import numpy as np
import pytest
from scipy import stats

from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.statistics.overfitting import (
    Overfitting,
    backtest_overfitting,
    sensible_blocks,
)


def noise(seed, n_periods=1_000, n_trials=40):
    return np.random.default_rng(seed).normal(size=(n_periods, n_trials))


def pbo(returns, n_blocks=8):
    return backtest_overfitting(returns, n_blocks).pbo


@pytest.mark.slow
@pytest.mark.parametrize("n_matrices", [40, pytest.param(400, marks=pytest.mark.torture)])
def test_noise_averages_one_half_with_the_spread_of_the_reference(n_matrices):
    # 1,000 periods, 100 trials, 16 blocks; never to be judged by a single matrix
    found = [pbo(noise(seed, n_trials=100), 16) for seed in range(n_matrices)]
    assert np.mean(found) == pytest.approx(0.5, abs=3.5 * 0.145 / np.sqrt(n_matrices))
    assert np.std(found, ddof=1) == pytest.approx(0.145, abs=3.5 * 0.145 / np.sqrt(2 * n_matrices))


def test_a_planted_annual_three_among_a_hundred_is_found_in_both_halves():
    # Over five years; over four it is 0.008, and single matrices reach from 0.000 to 0.04
    found = []
    for seed in range(15):
        returns = noise(seed, n_periods=1_250, n_trials=100)
        returns[:, 7] += 3 / np.sqrt(250)
        found.append(backtest_overfitting(returns, 16))
    assert np.median([one.pbo for one in found]) == pytest.approx(0.002, abs=0.002)
    assert np.median([one.probability_of_loss for one in found]) < 0.002


def test_noise_loses_in_every_other_split_and_copies_of_an_edge_in_none():
    bad = [backtest_overfitting(noise(seed), 8).probability_of_loss for seed in range(60)]
    assert np.mean(bad) == pytest.approx(0.5, abs=0.1)
    # Equally good trials: their order is luck, and so is the PBO; what they earn is not.
    common = np.random.default_rng(1).normal(0.2, 1, (1_000, 1))
    good = [backtest_overfitting(common + 0.1 * noise(seed), 8) for seed in range(60)]
    assert 0.3 < np.mean([one.pbo for one in good]) < 0.8
    assert max(one.probability_of_loss for one in good) == 0


def test_columns_scaled_to_the_same_mean_are_each_others_mirror_image():
    returns = noise(5)
    scaled = (returns - returns.mean(axis=0)) / returns.std(axis=0)
    assert pbo(scaled) == 1


def test_two_blocks_are_two_splits_worked_by_hand():
    # Mean over spread, trial 0 and trial 1: 3 and 1 in the first half, -2 and 4 in the second.
    first, second = [[4.0, 1], [2, 0]], [[-1.0, 5], [-3, 3]]
    found = backtest_overfitting(np.array(first + second), n_blocks=2)
    # Trial 0 is chosen at 3 and shows -2, trial 1 at 4 and shows 1: last of two both times.
    assert found == Overfitting(
        pbo=1, probability_of_loss=0.5, degradation=pytest.approx(3), n_splits=2
    )
    same = backtest_overfitting(np.array(first + first), n_blocks=2)
    assert same == Overfitting(pbo=0, probability_of_loss=0, degradation=None, n_splits=2)


def test_every_split_of_the_definition_is_judged():
    returns = noise(3, 60, 5)
    returns[:, 4] = 0
    blocks = returns.reshape(6, 10, 5)
    chosen, scores, ranks = [], [], []
    for members in itertools.combinations(range(6), 3):
        others = [block for block in range(6) if block not in members]
        seen, unseen = (blocks[list(half)].reshape(30, 5) for half in (members, others))
        seen, unseen = (half.mean(0) / np.maximum(half.std(0), 1e-9) for half in (seen, unseen))
        chosen.append(seen.max())
        scores.append(unseen[seen.argmax()])
        ranks.append(stats.rankdata(unseen)[seen.argmax()] / 6)
    found = backtest_overfitting(returns, n_blocks=6)
    assert found.n_splits == 20
    assert found.pbo == np.mean(np.array(ranks) <= 0.5)
    assert found.probability_of_loss == np.mean(np.array(scores) <= 0)
    assert found.degradation == pytest.approx(np.polyfit(chosen, scores, 1)[0])


def test_a_policy_that_never_trades_is_neither_good_nor_bad():
    returns = np.column_stack([np.zeros(1_000), noise(0, n_trials=3) - 0.3])
    found = backtest_overfitting(returns)
    assert found.pbo == 0
    # Chosen everywhere, and nowhere does it earn anything
    assert found.probability_of_loss == 1
    assert found.degradation is None


def test_a_constant_is_not_a_sharpe_ratio_without_bounds():
    # In floating point the variance of a tenth is not quite nothing.
    returns = np.column_stack([np.full(1_000, 0.1), noise(0, n_trials=1)[:, 0] + 0.5])
    assert backtest_overfitting(returns).probability_of_loss == 0
    assert backtest_overfitting(returns).pbo == 0


def test_nothing_but_copies_is_a_choice_that_told_nothing():
    copies = np.repeat(noise(0, n_trials=1) + 1.0, 10, axis=1)
    found = backtest_overfitting(copies)
    assert (found.pbo, found.probability_of_loss) == (1, 0)


@pytest.mark.parametrize(
    ("rows", "blocks"), [(10_000, 16), (160, 16), (159, 14), (40, 4), (20, 2), (19, 0), (0, 0)]
)
def test_a_short_series_is_cut_into_fewer_blocks(rows, blocks):
    assert sensible_blocks(rows) == blocks
    if blocks:
        found = backtest_overfitting(noise(0, rows, 3))
        assert found == backtest_overfitting(noise(0, rows, 3), blocks)


@pytest.mark.parametrize(
    ("returns", "n_blocks"),
    [
        (noise(0, 100, 1), 4),
        (noise(0, 100, 5), 5),
        (noise(0, 100, 5), 18),
        (noise(0, 7, 5), 4),
        (noise(0, 19, 5), None),
        (np.empty((0, 0)), None),
    ],
)
def test_too_little_to_split_is_refused(returns, n_blocks):
    with pytest.raises(InvalidInput, match="even number of blocks"):
        backtest_overfitting(returns, n_blocks)


def test_a_return_that_is_not_finite_is_refused():
    with pytest.raises(InvalidInput, match="not finite"):
        backtest_overfitting(np.full((100, 3), np.nan), n_blocks=4)
