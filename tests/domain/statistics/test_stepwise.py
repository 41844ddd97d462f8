"""Which of many means are above zero."""

import numpy as np
import pytest
from arch.bootstrap import SPA, StepM

from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.statistics.stepwise import stepwise_superior


def alike(days, count, seed, correlation=0.6):
    dice = np.random.default_rng(seed)
    own, common = dice.standard_normal((days, count)), dice.standard_normal((days, 1))
    return np.sqrt(correlation) * common + np.sqrt(1 - correlation) * own


@pytest.mark.parametrize("seed", range(6))
def test_errors_critical_values_and_finds_are_those_of_arch(seed):
    values = alike(548, 8, seed)
    values -= values.mean(axis=0)  # So that none is found by a hair in one and not in the other
    values[:, 2] += 0.25
    values[:, 5] += 0.22
    # A loss that is less than the benchmark's 0 is a mean above zero
    asked = {"block_size": 13, "reps": 4_000, "seed": seed}
    step = StepM(np.zeros(548), -values, size=0.05, **asked)
    step.compute()
    found = stepwise_superior(values, mean_block=13, n_resamples=4_000, seed=seed)
    assert np.flatnonzero(found.found).tolist() == list(step.superior_models)
    peer = SPA(np.zeros(548), -values, **asked)
    peer.compute()
    error = np.sqrt(peer._loss_diff_var / 548)
    np.testing.assert_allclose(found.statistic, values.mean(axis=0) / error, rtol=1e-9, atol=1e-9)
    best = (peer._simulated_vals[:, :, 2] / error[:, None]).max(axis=0)
    # Each quantile of 4,000 draws has a standard error of .033
    assert found.critical[2] == pytest.approx(np.quantile(best, 0.95), abs=4 * 0.033 * 2**0.5)


def test_a_series_alone_is_held_to_the_normal_quantile():
    values = np.random.default_rng(1).standard_normal((2_000, 1)) + 0.1
    found = stepwise_superior(values, mean_block=1, n_resamples=5_000)
    assert found.statistic[0] == pytest.approx(
        values.mean() / values.std() * np.sqrt(2_000), rel=0.02
    )
    assert found.found.tolist() == [True]
    weak = stepwise_superior(values - values.mean(), mean_block=1, n_resamples=5_000)
    assert weak.critical[0] == pytest.approx(1.645, abs=0.04)


def test_what_is_found_is_taken_out_and_the_rest_asked_again():
    values = alike(548, 20, seed=3, correlation=0.0)
    values[:, :15] += 1.0
    found = stepwise_superior(values)
    assert found.found[:15].all()
    # Of five that are left the best is lower than of twenty
    assert (found.critical[15:] < found.critical[0] - 0.2).all()


def test_copies_cost_nothing():
    values = np.random.default_rng(5).standard_normal((400, 1)) + 0.1
    alone, tenfold = (stepwise_superior(np.tile(values, (1, n)), seed=2) for n in (1, 10))
    assert tenfold.critical[0] == pytest.approx(alone.critical[0])
    assert tenfold.statistic == pytest.approx(alone.statistic[0])


def test_everything_may_be_found_and_nothing():
    values = alike(548, 3, seed=1)
    assert stepwise_superior(values + 1.0).found.tolist() == [True] * 3
    assert stepwise_superior(values - 1.0).found.tolist() == [False] * 3


def test_days_that_a_series_lacks_are_not_its_own():
    values = alike(400, 2, seed=9)
    values[:, 1] += 0.5
    values[:200, 1] = np.nan
    found = stepwise_superior(values, mean_block=1, n_resamples=5_000)
    assert found.found.tolist() == [False, True]
    own = values[200:, 1]
    assert found.statistic[1] == pytest.approx(own.mean() / own.std() * np.sqrt(200), rel=0.05)


def test_what_never_varies_is_never_found():
    values = np.column_stack([np.full(200, 0.3), alike(200, 1, seed=0)[:, 0] + 1.0])
    found = stepwise_superior(values)
    assert found.statistic[0] == 0.0
    assert found.found.tolist() == [False, True]


def test_the_same_seed_finds_the_same():
    values = alike(300, 4, seed=0)
    first, again, other = (stepwise_superior(values, seed=seed) for seed in (1, 1, 2))
    assert first.critical.tolist() == again.critical.tolist()
    assert first.critical.tolist() != other.critical.tolist()


def test_what_cannot_be_tested_is_refused():
    for values in (np.empty((10, 0)), np.array([[1.0], [np.nan]]), np.array([[1.0], [np.inf]])):
        with pytest.raises(InvalidInput, match="two finite values in each"):
            stepwise_superior(values)
