"""How far a week may lie from a look-back whose days hang together."""

import json

import numpy as np
import pytest

from traderai_assets.domain.drift.day_means import DayMeans, mean_variance, window_p_value
from traderai_assets.domain.drift.reference import ReferenceDistribution

A_DAY = 288


def autoregression(rows, memory, rng):
    """A series of unit variance."""
    from scipy.signal import lfilter

    shocks = rng.normal(size=rows)
    return lfilter([np.sqrt(1 - memory**2)], [1, -memory], shocks, zi=[memory * rng.normal()])[0]


def p_values(memory, shift, *, days=30, runs=120, every=1):
    rng = np.random.default_rng(7)
    found = []
    for _ in range(runs):
        series = autoregression((days + 20 + 7) * A_DAY, memory, rng)
        numbers = np.arange(series.size) // A_DAY
        look_back, week = series[: days * A_DAY], series[-7 * A_DAY :] + shift
        reference = ReferenceDistribution.from_sample(look_back, days=numbers[: days * A_DAY])
        grid = np.asarray(reference.quantiles)
        found.append(reference.days.p_value(week[::every], numbers[: 7 * A_DAY][::every], grid))
    return np.array(found)


def test_the_variance_of_a_mean_by_hand():
    # Two days of persistence .5: (1 + 1 + 2 * .5) / 4
    assert mean_variance(2, 0.5) == pytest.approx(0.75)
    assert mean_variance(7, 0.0) == pytest.approx(1 / 7)


def test_days_without_memory_are_measured_by_hand():
    found = DayMeans.of(np.array([0.0, 1.0] * 5))
    assert (found.mean, found.persistence, found.days) == (0.5, 0.0, 10)
    # A quarter, of ten days around their own mean: over 9 / 10
    assert found.variance == pytest.approx(0.25 / 0.9)
    assert DayMeans.from_json(json.loads(json.dumps(found.to_json()))) == found


def test_few_days_on_either_side_are_not_judged():
    days = np.arange(30.0) % 3
    assert np.isnan(window_p_value(DayMeans.of(days[:9]), days[:7]))
    assert np.isnan(window_p_value(DayMeans.of(days), days[:3]))
    assert window_p_value(DayMeans.of(days), days[:4]) > 0.5


def test_what_never_varied_is_another_as_soon_as_it_moves():
    still = DayMeans.of(np.full(30, 2.0))
    assert window_p_value(still, np.full(7, 2.0)) == 1.0
    assert window_p_value(still, np.full(7, 2.1)) == 0.0


@pytest.mark.slow
@pytest.mark.parametrize(("memory", "power"), [(0.95, 0.9), (0.99, 0.6)])
def test_slow_features_are_seldom_called_drifted_and_a_shift_is_found(memory, power):
    assert (p_values(memory, 0.0) <= 0.05).mean() <= 0.09  # Two deviations above .05 of 120
    assert (p_values(memory, 1.0) <= 0.05).mean() >= power - 0.05


def test_a_tenth_of_the_rows_says_the_same():
    for shift in (0.0, 2.0):
        whole, tenth = (p_values(0.95, shift, runs=10, every=every) for every in (1, 10))
        assert ((whole <= 0.05) == (tenth <= 0.05)).all()
