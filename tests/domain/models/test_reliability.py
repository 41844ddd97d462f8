"""Reliability: forecasts beside what happened."""

import numpy as np
import pytest

from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.models.reliability import reliability


def test_bins_count_what_was_said_and_what_happened():
    probability = np.array([0.05, 0.15, 0.12, 0.95, 1.0])
    happened = np.array([False, True, False, True, True])
    low, second, high = reliability(probability, happened)
    assert (low.rows, low.forecast, low.happened) == (1, 0.05, 0.0)
    assert (second.lower, second.upper, second.rows) == (0.1, 0.2, 2)
    assert second.forecast == pytest.approx(0.135)
    assert second.happened == 0.5
    assert (high.lower, high.rows, high.happened) == (0.9, 2, 1.0)


def test_the_interval_is_wilsons():
    [found] = reliability(np.full(100, 0.55), np.arange(100) < 60)
    # (0.6 + 1.92/100 -+ 1.96 sqrt(0.24/100 + 0.9604/10000)) / (1 + 3.8416/100)
    assert found.happened_lower == pytest.approx(0.5020, abs=1e-3)
    assert found.happened_upper == pytest.approx(0.6906, abs=1e-3)


def test_what_is_no_probability_is_refused():
    with pytest.raises(InvalidInput, match=r"1\.5 is no probability"):
        reliability(np.array([1.5]), np.array([True]))
    with pytest.raises(InvalidInput, match="1 probabilities, 2 outcomes"):
        reliability(np.array([0.5]), np.array([True, False]))


def test_nothing_said_is_no_bin():
    assert reliability(np.empty(0), np.empty(0, bool)) == []
