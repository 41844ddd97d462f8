"""Numbers that a library or a simulation gives, and that what we build rests on.

Those of our own functions stand beside them: sharpe, overfitting, drift measures, combinatorial.
"""

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

from traderai_assets.domain.backtest.policy import Policy, Pricing, decide
from traderai_assets.domain.drift.measures import (
    ks_p_value,
    population_stability_index,
    psi_limit,
)
from traderai_assets.domain.statistics.autocorrelation import effective_sample_size


def autoregression(random, rows, memory=0.95):
    values = random.normal(size=rows)
    values[0] /= np.sqrt(1 - memory**2)
    for row in range(1, rows):
        values[row] += memory * values[row - 1]
    return values


@pytest.mark.parametrize(
    ("shift", "auc"), [(0.1, 0.528), (0.25, 0.570), (0.5, 0.638), (1.0, 0.760)]
)
def test_a_shifted_normal_is_told_from_the_plain_one_as_often_as_theory_says(shift, auc):
    # Of a pair, the shifted draw is the larger: N(shift, 2) above 0
    assert stats.norm.cdf(shift / np.sqrt(2)) == pytest.approx(auc, abs=5e-4)
    draws = np.random.default_rng(0).normal(size=200_000)
    shifted = np.arange(200_000) % 2
    assert roc_auc_score(shifted, draws + shift * shifted) == pytest.approx(auc, abs=0.005)


def test_a_hundred_rows_without_drift_exceed_a_psi_of_a_tenth_in_three_of_eight_cases():
    random = np.random.default_rng(0)
    counts = random.multinomial(100, [0.1] * 10, size=4_000)
    found = np.array([population_stability_index([1e9] * 10, row) for row in counts])
    assert (found > 0.1).mean() == pytest.approx(0.375, abs=0.025)
    # The limit that knows the rows keeps its word (it is a little wide in bins of ten rows)
    assert (found > psi_limit(1e10, 100, 10)).mean() == pytest.approx(0.05, abs=0.025)


def test_kolmogorov_smirnov_cries_wolf_on_persistent_series_unless_rows_are_counted_by_worth():
    random = np.random.default_rng(0)
    naive, worth = [], []
    for _ in range(200):
        left, right = (autoregression(random, 1_000) for _ in range(2))
        found = stats.ks_2samp(left, right, method="asymp")
        naive.append(found.pvalue)
        rows = effective_sample_size(left), effective_sample_size(right)
        worth.append(ks_p_value(found.statistic, *rows))
    assert np.mean(np.array(naive) < 0.05) > 0.5
    assert np.mean(np.array(worth) < 0.05) < 0.08


def test_five_rising_p_values_all_become_the_last_of_them():
    # Benjamini and Hochberg: p n / rank is .05 for each
    found = stats.false_discovery_control([0.01, 0.02, 0.03, 0.04, 0.05])
    assert found == pytest.approx(0.05)


def test_a_probability_pays_its_costs_from_three_fifths_on():
    # Trades return a width of 1 % a unit of forecast 2 p - 1, 0.2 % are costs: p* = (1 + 0.2) / 2
    probability = np.array([0.39, 0.41, 0.59, 0.599, 0.601, 0.61])
    width = np.full(6, 0.01)
    sides = decide(
        probability,
        width,
        cost=0.002,
        policy=Policy(),
        pricing=Pricing(1.0, 1.0),
        horizon_bars=12,
    ).side
    assert sides.tolist() == [-1, 0, 0, 0, 1, 1]
