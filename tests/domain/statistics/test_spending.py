"""What each look may spend."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm

from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.statistics import spending
from traderai_assets.domain.statistics.spending import SpentLook, next_bound, spent_by

MONTHS = [month / 18 for month in (6, 9, 12, 15, 18)]


def bounds(alpha, fractions):
    made, spent, found = [], 0.0, []
    for fraction in fractions:
        may = spent_by(alpha, fraction)
        found.append(next_bound(made, fraction, may - spent))
        if found[-1] is not None:
            made.append(SpentLook(fraction, found[-1]))
            spent = may
    return found


def test_five_equal_looks_have_the_bounds_of_the_literature():
    # Lan-DeMets, O'Brien-Fleming type, one-sided 2.5 %: as tabled by ldbounds and gsDesign
    found = bounds(0.025, [0.2, 0.4, 0.6, 0.8, 1.0])
    assert found == pytest.approx([4.8769, 3.3569, 2.6803, 2.2898, 2.0310], abs=2e-4)


@pytest.mark.parametrize(
    ("alpha", "simulated"),
    [(0.05, [3.19, 2.56, 2.18, 1.93, 1.76]), (0.01, [None, 3.50, 2.97, 2.63, 2.40])],
)
def test_looks_by_months_have_the_bounds_that_were_simulated(alpha, simulated):
    found = bounds(alpha, MONTHS)
    # Four thousand simulations know a bound that is crossed once in 3,000 to .04 at best, and none
    # that is crossed once in 100,000: 4.31 is the bound of the first look at 1 %
    for bound, about in zip(found, simulated, strict=True):
        assert bound == pytest.approx(4.31 if about is None else about, abs=0.04)


def test_all_looks_together_are_crossed_as_often_as_was_allowed():
    fractions = [1 / 3, 2 / 3, 1.0]
    found = bounds(0.05, fractions)
    covariance = [[min(a, b) / np.sqrt(a * b) for b in fractions] for a in fractions]
    below = multivariate_normal.cdf(found, cov=covariance, abseps=1e-8, rng=0)
    assert 1 - below == pytest.approx(0.05, abs=1e-5)


def test_a_single_look_may_spend_everything():
    assert next_bound([], 1.0, 0.05) == pytest.approx(norm.isf(0.05), abs=1e-6)
    assert spent_by(0.05, 1.0) == pytest.approx(0.05)
    # 2 - 2 Phi(1.96 / root(1 / 3))
    assert spent_by(0.05, 1 / 3) == pytest.approx(2 * norm.sf(1.959964 * np.sqrt(3)), rel=1e-5)


def test_a_finer_integral_gives_the_same_bounds(monkeypatch):
    coarse = bounds(0.04, MONTHS)
    monkeypatch.setattr(spending, "_INTERVALS", 1_600)
    spending._paths.cache_clear()
    spending._solved.cache_clear()
    fine = bounds(0.04, MONTHS)
    spending._paths.cache_clear()
    spending._solved.cache_clear()
    assert coarse == pytest.approx(fine, abs=2e-6)


def test_nothing_left_to_spend_is_no_bound():
    made = [SpentLook(0.5, 2.0)]
    assert next_bound(made, 1.0, 0.0) is None
    assert next_bound(made, 1.0, -0.01) is None
    # Beyond 5 standard deviations nothing is asked
    assert next_bound([], 1 / 3, 1e-7) is None


def test_looks_in_disorder_are_refused():
    with pytest.raises(InvalidInput, match="each above the one before"):
        next_bound([SpentLook(0.5, 2.0)], 0.5, 0.01)
    with pytest.raises(InvalidInput, match="each above the one before"):
        next_bound([], 1.5, 0.01)
    with pytest.raises(InvalidInput, match=r"alpha 0\.05 at the fraction 0\.0"):
        spent_by(0.05, 0.0)
