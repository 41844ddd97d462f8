"""Two markets side by side: both trainings are waited for, and one that fails is told."""

import pytest

from benchmarks import markets

pytestmark = [pytest.mark.processes, pytest.mark.slow]


def test_a_training_that_fails_is_told():
    with pytest.raises(RuntimeError, match="ended with"):
        markets.train_in_processes((-1,), quick=True)  # No seed is below zero


@pytest.mark.torture  # Half a minute that only `make bench` depends on
def test_both_ways_are_timed():
    (ratio,) = markets.measure(quick=True)
    assert 0.0 < ratio.ours_seconds < 2.0 * ratio.peer_seconds
