"""What is wrong with a window of values, whatever their distribution."""

import numpy as np

from traderai_assets.domain.drift.faults import faults_of
from traderai_assets.domain.drift.reference import ReferenceDistribution

TO_HUNDRED = ReferenceDistribution.from_sample(np.arange(1, 101, dtype=float))


def test_a_column_that_is_not_there_is_missing():
    assert faults_of(TO_HUNDRED, None)[:2] == (1.0, 0.0)
    assert faults_of(TO_HUNDRED, None).fault == "missing"


def test_without_a_row_nothing_is_wrong():
    assert faults_of(TO_HUNDRED, np.empty(0)).fault == ""


def test_a_twentieth_more_without_a_value_is_allowed_and_no_more():
    values = np.full(100, 50.0)
    values[:5] = np.nan
    assert faults_of(TO_HUNDRED, values).fault == ""
    values[5] = np.nan
    assert faults_of(TO_HUNDRED, values)[0] == 0.06
    assert faults_of(TO_HUNDRED, values).fault == "missing"


def test_one_infinite_value_is_a_finding():
    found = faults_of(TO_HUNDRED, np.array([50.0, -np.inf, 60.0, 70.0]))
    assert (found.infinite, found.fault) == (0.25, "infinite")


def test_more_than_a_twentieth_outside_of_all_that_was_seen_is_novel():
    values = np.linspace(1, 100, 100)
    values[:5] = 101.0
    assert faults_of(TO_HUNDRED, values).fault == ""
    values[5] = 0.0
    assert faults_of(TO_HUNDRED, values)[2:] == (0.06, "novel")
