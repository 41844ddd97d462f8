"""Estimates told only above a threshold are lowered by what is luck in them."""

import numpy as np
import pytest

from traderai_assets.domain.statistics.truncated import median_excess


def test_an_estimate_just_above_its_threshold_is_luck_for_the_most_part():
    # 15.87 % of estimates are more than one error too high, 31.73 % more than .4753 errors: of
    # those told above .4753 half are above 1
    assert median_excess(np.array([1.0 - 0.4753])) == pytest.approx([1.0], abs=1e-3)
    # 2.275 % are 2 errors too high or more, 4.55 % are 1.6901
    assert median_excess(np.array([2.0 - 1.6901])) == pytest.approx([2.0], abs=2e-3)


def test_far_above_the_threshold_nothing_is_luck_and_below_it_no_number_is_low_enough():
    found = median_excess(np.array([-1.0, 0.0, 0.5, 1.0, 2.0, 6.0, np.inf]))
    assert found[:2].tolist() == [4.0, 4.0]
    assert (np.diff(found[1:-1]) < 0).all()
    assert found[-2:] == pytest.approx([0.0, 0.0], abs=1e-5)


@pytest.mark.parametrize("threshold", [0.0, 1.0, 2.5])
def test_what_is_told_is_too_high_as_often_as_too_low(threshold):
    """Of ten thousand estimates of 1.5, told where they are above the threshold."""
    told = 1.5 + np.random.default_rng(8).standard_normal(10_000)
    told = told[told > threshold]
    lowered = told - median_excess(told - threshold)
    assert (lowered > 1.5).mean() == pytest.approx(0.5, abs=2 / np.sqrt(len(told)))
