"""Sharpe ratios and luck against the published numbers of Bailey and Lopez de Prado."""

import math

import numpy as np
import pytest

from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.statistics.sharpe import (
    SharpeEstimate,
    deflated_sharpe_ratio,
    expected_maximum,
    minimum_backtest_years,
    minimum_track_record,
    probabilistic_sharpe_ratio,
    probabilistic_sharpe_ratio_at_null,
)

DAYS = 250
ANNUAL = 2.5 / math.sqrt(DAYS)
SKEWED = SharpeEstimate(ANNUAL, observations=1250, skewness=-3, kurtosis=10)
NORMAL = SharpeEstimate(ANNUAL, observations=1250)
# The variance of the annual Sharpe ratios over the trials is one half.
DAILY_VARIANCE = 0.5 / DAYS
MONTHLY = SharpeEstimate(0.458, observations=24, skewness=-2.448, kurtosis=10.164)


def test_the_best_of_a_hundred_trials_must_beat_what_luck_alone_would_show():
    assert math.sqrt(DAILY_VARIANCE) * expected_maximum(100) == pytest.approx(0.1132, abs=5e-5)
    found = deflated_sharpe_ratio(SKEWED, n_trials=100, trial_variance=DAILY_VARIANCE)
    assert found == pytest.approx(0.9004, abs=5e-5)


def test_fewer_trials_or_friendlier_returns_deflate_less():
    fewer = deflated_sharpe_ratio(SKEWED, n_trials=46, trial_variance=DAILY_VARIANCE)
    normal = deflated_sharpe_ratio(NORMAL, n_trials=88, trial_variance=DAILY_VARIANCE)
    assert fewer == pytest.approx(0.9505, abs=5e-5)
    assert normal == pytest.approx(0.9505, abs=5e-5)


def test_a_single_trial_is_not_deflated():
    alone = deflated_sharpe_ratio(SKEWED, n_trials=1, trial_variance=DAILY_VARIANCE)
    assert alone == probabilistic_sharpe_ratio(SKEWED)


def test_bad_skewness_and_fat_tails_cost_certainty_in_the_2012_convention():
    assert probabilistic_sharpe_ratio(MONTHLY) == pytest.approx(0.913, abs=5e-4)
    normal = SharpeEstimate(0.458, observations=24)
    assert probabilistic_sharpe_ratio(normal) == pytest.approx(0.982, abs=5e-4)


def test_the_2025_convention_does_not_see_them_against_a_benchmark_of_zero():
    by_hand = 0.5 * (1 + math.erf(0.458 * math.sqrt(24) / math.sqrt(2)))  # 0.9876
    assert probabilistic_sharpe_ratio_at_null(MONTHLY) == pytest.approx(by_hand)
    assert probabilistic_sharpe_ratio_at_null(MONTHLY) == pytest.approx(0.987, abs=1e-3)


@pytest.mark.parametrize(("periods", "years"), [(250, 2.73), (52, 2.83), (12, 3.24)])
def test_the_track_record_that_tells_an_annual_two_from_one(periods, years):
    estimate = SharpeEstimate(2 / math.sqrt(periods), observations=periods)
    found = minimum_track_record(estimate, benchmark=1 / math.sqrt(periods)) / periods
    assert found == pytest.approx(years, abs=5e-3)


def test_no_track_record_shows_what_is_not_there():
    assert minimum_track_record(NORMAL, benchmark=ANNUAL) == math.inf


@pytest.mark.parametrize(("trials", "years"), [(10, 2.48), (45, 5.00), (100, 6.40), (1000, 10.60)])
def test_the_backtest_that_luck_needs_to_show_an_annual_one(trials, years):
    assert minimum_backtest_years(trials) == pytest.approx(years, abs=5e-3)


def test_the_expected_best_of_ten_draws():
    assert expected_maximum(10) == pytest.approx(1.57, abs=5e-3)


@pytest.mark.parametrize("n_trials", [5, 10, 100, 1000])
def test_the_expected_best_is_within_four_hundredths_of_a_simulation(n_trials):
    draws = np.random.default_rng(1).normal(size=(20_000, n_trials)).max(axis=1)
    assert expected_maximum(n_trials) == pytest.approx(draws.mean(), abs=0.04 + 3 * 0.6 / 141)


def test_no_trials_at_all_is_an_error():
    with pytest.raises(InvalidInput, match="0 trials"):
        expected_maximum(0)


def test_moments_are_those_of_the_returns():
    estimate = SharpeEstimate.from_returns(np.array([1.0, 1, 1, 5]))
    # Mean 2, deviations -1 -1 -1 3: variance 3 (4 with n - 1), third 6, fourth 21.
    assert estimate.sharpe == pytest.approx(2 / 2)
    assert estimate.skewness == pytest.approx(6 / 3**1.5)
    assert estimate.kurtosis == pytest.approx(21 / 9)


def test_a_constant_series_has_no_sharpe_ratio_to_boast_of():
    estimate = SharpeEstimate.from_returns(np.full(10, 0.1))
    assert estimate.sharpe == 0
    assert probabilistic_sharpe_ratio(estimate) == 0.5


def test_returns_that_cannot_be_measured_are_refused():
    for returns in (np.array([0.1]), np.array([0.1, np.nan])):
        with pytest.raises(InvalidInput, match="at least two, all finite"):
            SharpeEstimate.from_returns(returns)


def test_returns_of_two_values_can_be_certain():
    certain = SharpeEstimate(1.0, observations=10, skewness=2.0, kurtosis=5.0)
    assert probabilistic_sharpe_ratio(certain) == 1
    assert probabilistic_sharpe_ratio(certain, benchmark=1.0) == 0.5
