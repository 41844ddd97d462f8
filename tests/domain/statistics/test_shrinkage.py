"""Means of alike things, drawn towards each other."""

import numpy as np
import pytest

from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.statistics.shrinkage import shrunk_means


def test_means_that_differ_no_more_than_their_errors_are_one_mean():
    found = shrunk_means(np.array([1.0, 1.2, 0.8]), np.array([1.0, 1.0, 1.0]))
    assert found.between == 0.0
    assert found.mean.tolist() == pytest.approx([1.0, 1.0, 1.0])
    assert found.error.tolist() == pytest.approx([1 / np.sqrt(3)] * 3)


def test_means_that_differ_more_keep_what_is_their_own():
    found = shrunk_means(np.array([0.0, 4.0]), np.array([1.0, 1.0]))
    # Q = 8, one degree of freedom, scale 2 - 2 / 2 = 1: the variance between is 7
    assert found.between == pytest.approx(np.sqrt(7))
    assert found.common == pytest.approx(2.0)
    assert found.mean.tolist() == pytest.approx([2 - 2 * 7 / 8, 2 + 2 * 7 / 8])
    # 7/8 of the own variance, and the common one's (8 / 2) by the square of 1/8
    assert found.error[0] == pytest.approx(np.sqrt(7 / 8 + 4 / 64))


def test_surer_means_count_more_and_are_drawn_less():
    found = shrunk_means(np.array([0.0, 10.0, 5.0]), np.array([0.1, 3.0, 1.0]))
    assert abs(found.mean[0] - 0.0) < abs(found.mean[1] - 10.0)
    assert found.common_error > 0


def test_one_mean_is_its_own():
    found = shrunk_means(np.array([0.3]), np.array([0.2]))
    assert (found.mean[0], found.error[0]) == (pytest.approx(0.3), pytest.approx(0.2))


def test_errors_that_are_none_are_refused():
    for means, errors in (([], []), ([1.0], [0.0]), ([np.nan], [1.0]), ([1.0, 2.0], [1.0])):
        with pytest.raises(InvalidInput, match="errors above 0"):
            shrunk_means(np.array(means), np.array(errors))
