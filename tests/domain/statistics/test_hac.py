"""Means of days that depend on each other."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.stats import norm
from scipy.stats import t as student

from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.statistics.hac import MeanTest, intercept_test, mean_test


def persistent(rows, seed):
    dice = np.random.default_rng(seed)
    values = dice.standard_t(4, rows)
    for row in range(1, rows):
        values[row] += 0.4 * values[row - 1]
    return values + 0.1


def test_neighbours_count_by_bartletts_weights():
    values = np.array([0.0, 1.0, 2.0])
    # Deviations -1, 0, 1: squares add up to 2, neighbours to 0, those two apart to -1
    assert mean_test(values, lag=0).error == pytest.approx(np.sqrt(2) / 3)
    assert mean_test(values, lag=1).error == pytest.approx(np.sqrt(2) / 3)
    assert mean_test(values, lag=2).error == pytest.approx(np.sqrt(2 - 2 / 3) / 3)
    assert mean_test(values, lag=0).t == pytest.approx(3 / np.sqrt(2))
    assert mean_test(values, lag=0).lower(2.0) == pytest.approx(1 - 2 * np.sqrt(2) / 3)


@pytest.mark.parametrize("rows", [12, 180, 548])
def test_the_mean_is_tested_as_statsmodels_does(rows):
    values = persistent(rows, seed=rows)
    peer = sm.OLS(values, np.ones(rows)).fit(cov_type="HAC", cov_kwds={"maxlags": 10})
    found = mean_test(values)
    assert found.estimate == pytest.approx(peer.params[0], rel=1e-10)
    assert found.t == pytest.approx(peer.tvalues[0], rel=1e-10)


@pytest.mark.parametrize("rows", [12, 180, 548])
def test_the_intercept_is_tested_as_statsmodels_does(rows):
    on = persistent(rows, seed=1)
    values = persistent(rows, seed=2) + 0.5 * on
    peer = sm.OLS(values, sm.add_constant(on)).fit(cov_type="HAC", cov_kwds={"maxlags": 10})
    found = intercept_test(values, on)
    assert found.estimate == pytest.approx(peer.params[0], rel=1e-9)
    assert found.t == pytest.approx(peer.tvalues[0], rel=1e-9)


def test_a_t_is_as_rare_as_its_normal_number():
    # Bartlett's weights 10/11 to 1/11: their squares add up to 385 / 121, so that 548 values are
    # worth 548 / (1 + 2 * 3.1818) = 74.42, and the mean takes 10.93 / 548 of the variance
    found = mean_test(persistent(548, seed=548))
    assert found.freedom == pytest.approx(548 / (1 + 770 / 121))
    taken = 1 + 2 * sum((1 - j / 11) * (1 - j / 548) for j in range(1, 11))
    assert taken == pytest.approx(10.93, abs=0.01)
    assert found.seen == pytest.approx(1 - taken / 548)
    for t in (-4.5, -2.5, 0.0, 1.65, 2.47, 4.45):
        z = MeanTest(t, 1.0, found.freedom, 1.0).z
        assert z == pytest.approx(norm.ppf(student.cdf(t, found.freedom)), abs=0.012)
        # Never more than it may be
        assert abs(z) <= abs(norm.ppf(student.cdf(t, found.freedom))) + 1e-4


@pytest.mark.parametrize("days", [181, 547])
def test_without_skill_the_normal_number_is_beyond_its_one_percent_once_in_a_hundred(days):
    dice = np.random.default_rng(1)
    tests = [mean_test(dice.standard_normal(days)) for _ in range(6_000)]
    # 60 expected, with a deviation of 8; t alone would be 88 of 181 days, and 72 of 547
    assert 40 <= sum(test.z > 2.326 for test in tests) <= 76


def test_what_is_only_a_share_of_the_market_has_no_intercept():
    market = persistent(300, seed=3)
    assert intercept_test(2.0 * market, market).estimate == pytest.approx(0.0, abs=1e-12)
    # A market that stands still explains nothing
    still = intercept_test(market, np.full(300, 0.01))
    assert still == mean_test(market)


def test_what_never_varies_proves_nothing():
    assert mean_test(np.full(100, 0.1)).t == 0.0
    assert mean_test(np.zeros(100)).t == 0.0
    assert mean_test(np.full(100, 0.1)).estimate == pytest.approx(0.1)


def test_the_unit_does_not_matter():
    values = persistent(200, seed=4)
    assert mean_test(1e-9 * values).t == pytest.approx(mean_test(values).t, rel=1e-9)


def test_what_has_no_standard_error_is_refused():
    for values in (np.array([1.0]), np.array([1.0, np.nan, 2.0])):
        with pytest.raises(InvalidInput, match="at least 2, all finite"):
            mean_test(values)
    with pytest.raises(InvalidInput, match="4 values on 3"):
        intercept_test(np.arange(4.0), np.arange(3.0))
