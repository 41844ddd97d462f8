"""A cause is asked for again when its runs have ended and left it, and never twice at a time."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traderai_assets.domain.states.tries import Try, asked_again_at, became_of, key_of_try, may_ask

NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def failed(*keys):
    return [Try(key, NOON) for key in keys]


def test_a_cause_nobody_asked_for_may_be_asked_for_at_once():
    assert may_ask([], NOON)
    assert key_of_try("cause", []) == "cause"


@pytest.mark.parametrize(("made", "hours"), [(1, 1), (2, 2), (3, 4), (5, 16), (6, 24), (60, 24)])
def test_each_try_that_came_to_nothing_rests_twice_as_long_a_day_at_most(made, hours):
    tries = failed(*(f"cause#{number}" for number in range(made, 0, -1)))
    assert asked_again_at(tries) == NOON + hours * HOUR
    assert not may_ask(tries, NOON + hours * HOUR - timedelta(seconds=1))
    assert may_ask(tries, NOON + hours * HOUR)


def test_runs_that_try_a_failed_one_again_are_one_try():
    assert asked_again_at(failed("cause", "cause", "cause")) == NOON + HOUR


def test_nothing_is_asked_for_while_a_run_can_still_end():
    tries = [Try("cause", NOON), Try("cause", None)]
    assert asked_again_at(tries) is None
    assert not may_ask(tries, NOON + 1000 * HOUR)


def test_what_succeeded_and_left_the_cause_rests_for_a_day():
    assert asked_again_at([Try("cause", NOON, succeeded=True)]) == NOON + 24 * HOUR


def test_a_sensor_may_let_its_causes_rest_for_longer():
    week = timedelta(days=7)
    assert asked_again_at(failed("cause"), week) == NOON + week


def test_a_clock_that_was_set_back_keeps_nobody_waiting():
    assert may_ask(failed("cause"), NOON - 1000 * HOUR)


@given(st.lists(st.sampled_from(["cause", *(f"cause#{number}" for number in range(2, 9))])))
def test_the_key_of_a_try_is_new_whatever_was_deleted(keys):
    assert key_of_try("cause", failed(*keys)) not in keys


def test_what_became_of_the_last_try_is_said_with_when_there_is_another():
    assert became_of([]) == became_of([Try("cause", None)]) == "a run was asked for"
    assert became_of([Try("cause", NOON, succeeded=True)]) == (
        "the run that was asked for ended at 2026-03-20 12:00 UTC, "
        "and another is asked for from 2026-03-21 12:00 UTC on"
    )
