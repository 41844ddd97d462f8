"""What a series that remembers its past is worth in independent rows."""

import numpy as np
import pytest

from traderai_assets.domain.statistics.autocorrelation import (
    autocorrelation_time,
    effective_sample_size,
)


def autoregression(n_rows, memory, seed=0):
    shocks = np.random.default_rng(seed).normal(size=n_rows)
    values = np.empty(n_rows)
    values[0] = shocks[0] / np.sqrt(1 - memory**2)
    for row in range(1, n_rows):
        values[row] = memory * values[row - 1] + shocks[row]
    return values


@pytest.mark.parametrize("memory", [0.0, 0.5, 0.9])
def test_an_autoregression_is_worth_what_theory_says(memory):
    times = [autocorrelation_time(autoregression(20_000, memory, seed)) for seed in range(5)]
    assert np.mean(times) == pytest.approx((1 + memory) / (1 - memory), rel=0.15)


def test_a_few_huge_values_do_not_hide_the_persistence_of_the_rest():
    values = autoregression(5_000, 0.9)
    plain = autocorrelation_time(values)
    values[::500] += 1e6
    assert autocorrelation_time(values) == pytest.approx(plain, rel=0.3)


def test_missing_rows_are_left_out():
    values = autoregression(2_000, 0.0)
    values[:500] = np.nan
    assert effective_sample_size(values) == pytest.approx(1_500, rel=0.15)


def test_a_constant_and_next_to_nothing_are_taken_as_they_are():
    for values in (np.full(50, 3.0), np.array([1.0, 2.0]), np.array([]), np.full(5, np.nan)):
        assert autocorrelation_time(values) == 1


def test_a_series_is_never_worth_less_than_a_row_or_more_than_its_rows():
    trend, zigzag = np.arange(100.0), np.tile([1.0, -1.0], 50)
    assert 1 <= effective_sample_size(trend) < 10
    assert effective_sample_size(zigzag) == 100
