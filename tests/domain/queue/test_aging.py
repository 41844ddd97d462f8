from datetime import timedelta

import pytest

from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.domain.queue.aging import aged_priority

HOUR = timedelta(hours=1)


def test_nothing_ages_unless_a_step_is_given():
    assert aged_priority(1, timedelta(days=30), None, highest=10) == 1


@pytest.mark.parametrize(
    ("waited", "priority"),
    [(0 * HOUR, 3), (0.99 * HOUR, 3), (HOUR, 4), (4.5 * HOUR, 7), (100 * HOUR, 8)],
)
def test_each_full_step_gives_one_more_up_to_the_highest(waited, priority):
    assert aged_priority(3, waited, HOUR, highest=8) == priority


def test_a_class_above_the_highest_stays_where_it_is():
    assert aged_priority(10, 5 * HOUR, HOUR, highest=8) == 10


def test_a_clock_set_back_makes_nothing_less_urgent():
    assert aged_priority(5, -3 * HOUR, HOUR, highest=8) == 5


@pytest.mark.parametrize("step", [timedelta(0), -HOUR])
def test_a_step_without_length_is_refused(step):
    with pytest.raises(InvalidSettings, match="give a time above zero"):
        aged_priority(5, HOUR, step, highest=8)
