"""Distances between samples, by hand, by theory, and against scipy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from traderai_assets.domain.drift.measures import (
    ks_distance,
    ks_p_value,
    population_stability_index,
    psi_limit,
)
from traderai_assets.domain.drift.reference import ReferenceDistribution, bin_counts
from traderai_assets.domain.errors import InvalidInput

NORMAL = np.random.default_rng(0).normal(size=200_000)
REFERENCE = ReferenceDistribution.from_sample(NORMAL)


def test_psi_of_shares_worked_by_hand():
    halves = population_stability_index([500, 500], [60, 40])
    quarters = population_stability_index([25] * 4, [100, 200, 300, 400])
    assert halves == pytest.approx(0.0405465, abs=5e-8)
    assert quarters == pytest.approx(0.2282174, abs=5e-8)


def test_mass_that_leaves_a_bin_counts_as_half_a_row_there():
    by_hand = (1 - 0.5) * np.log(1 / 0.5) + (0.005 - 0.5) * np.log(0.005 / 0.5)
    assert population_stability_index([50, 50], [100, 0]) == pytest.approx(by_hand)


def test_a_bin_empty_in_both_samples_says_nothing():
    with_it = population_stability_index([50, 50, 0], [60, 40, 0])
    assert with_it == population_stability_index([50, 50], [60, 40])


@given(st.lists(st.integers(0, 50), min_size=2, max_size=12), st.data())
def test_psi_is_never_negative_and_the_same_both_ways_where_no_bin_is_empty(counts, data):
    other = data.draw(st.lists(st.integers(0, 50), min_size=len(counts), max_size=len(counts)))
    if sum(counts) and sum(other):
        assert population_stability_index(counts, other) >= 0
        there, back = ([count + 1 for count in sample] for sample in (counts, other))
        forth = population_stability_index(there, back)
        assert forth == pytest.approx(population_stability_index(back, there))


def test_samples_without_rows_or_of_other_bins_are_refused():
    for reference, current in (([1, 1], [0, 0]), ([1, 1], [1, 1, 1])):
        with pytest.raises(InvalidInput, match="the same bins"):
            population_stability_index(reference, current)


@pytest.mark.parametrize(
    ("shift", "psi", "ks"),
    [(0.1, 0.00959, 0.0399), (0.25, 0.05982, 0.0995), (0.5, 0.23775, 0.1974), (1, 0.92614, 0.3829)],
)
def test_a_shifted_normal_lies_as_far_off_as_theory_says(shift, psi, ks):
    edges = stats.norm.ppf(np.arange(1, 10) / 10)
    expected, actual = (
        np.diff(stats.norm.cdf([-np.inf, *edges, np.inf], loc)) * 1e9 for loc in (0, shift)
    )
    assert population_stability_index(expected, actual) == pytest.approx(psi, abs=5e-6)
    shifted = NORMAL + shift
    found = population_stability_index(
        [*REFERENCE.counts, 0], bin_counts(shifted, np.array(REFERENCE.edges))
    )
    assert found == pytest.approx(psi, rel=0.05)
    assert ks_distance(REFERENCE, shifted) == pytest.approx(ks, abs=0.005)
    assert ks_distance(REFERENCE, shifted) == pytest.approx(
        stats.ks_2samp(NORMAL, shifted).statistic, abs=0.002
    )


def test_with_a_hundred_rows_chance_alone_exceeds_the_usual_tenth_in_three_cases_of_eight():
    assert psi_limit(1e12, 100, 10, false_alarm_rate=0.375, floor=0) == pytest.approx(0.1, abs=0.03)
    # chi-squared, nine degrees of freedom, 95 %: 16.919.
    assert psi_limit(1_000, 100, 10) == pytest.approx(16.919 * (0.001 + 0.01), abs=1e-5)


def test_with_many_rows_the_limit_is_what_one_would_act_on():
    assert psi_limit(8_640, 8_640, 10) == 0.1
    assert psi_limit(10, 10, 1) == 0.1


def test_a_constant_that_moves_is_as_far_off_as_can_be_either_way():
    constant = ReferenceDistribution.from_sample(np.full(100, 2.0))
    assert ks_distance(constant, np.full(9, 2.0)) == 0
    assert ks_distance(constant, np.full(9, 1.0)) == 1
    assert ks_distance(constant, np.full(9, 3.0)) == 1


def test_values_that_go_missing_are_a_change_of_distribution():
    half = NORMAL[:1_000].copy()
    half[::2] = np.nan
    assert ks_distance(REFERENCE, half) == pytest.approx(0.5, abs=0.03)
    never = ReferenceDistribution.from_sample(np.full(10, np.nan))
    assert ks_distance(never, np.array([1.0, np.nan, np.nan, np.nan])) == 0.25
    assert ks_distance(REFERENCE, np.full(10, np.nan)) == 1


def test_the_p_value_is_scipys_for_two_samples():
    left, right = NORMAL[:400], NORMAL[400:700] + 0.2
    expected = stats.ks_2samp(left, right, method="asymp")
    assert ks_p_value(expected.statistic, 400, 300) == pytest.approx(expected.pvalue, rel=0.02)
