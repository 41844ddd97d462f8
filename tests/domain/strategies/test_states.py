"""The table of a strategy's states."""

import pandas as pd
import pytest

from tests.domain.strategies.days import START
from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.strategies import states
from traderai_assets.domain.strategies.changes import _CAUSES
from traderai_assets.domain.strategies.states import (
    STRATEGY_STATES,
    TRANSITIONS,
    StateChange,
    registered_again,
    retired,
    state_after,
)

NAMES = [state.name for state in STRATEGY_STATES]
PASSED = StateChange(START, "insufficient", "candidate", states.LOOK_PASSED)
PROVED = StateChange(START, "candidate", "promoted", states.LIVE_PROOF)
BROKEN = StateChange(START, "promoted", "suspended", states.BROKEN_PROMISE)


@pytest.mark.parametrize("name", NAMES)
def test_every_state_has_an_exit_and_can_be_come_to(name):
    exits = [one for one in TRANSITIONS if one.before == name]
    assert exits
    assert name == "insufficient" or [one for one in TRANSITIONS if one.after == name]
    # A person is never the only one who can lead out of a state that a person did not make
    assert name == "retired" or any(one.who == "the verdict" for one in exits)


def test_transitions_lead_between_states_of_the_table_each_for_one_cause():
    assert {name for one in TRANSITIONS for name in (one.before, one.after)} == set(NAMES)
    ways = [(one.before, one.cause) for one in TRANSITIONS]
    assert len(set(ways)) == len(ways)


def test_every_cause_that_a_verdict_may_name_is_measured_and_no_other():
    assert {one.cause for one in TRANSITIONS if one.who == "the verdict"} == set(_CAUSES)


def test_only_what_is_promoted_speaks_in_full_and_only_a_candidate_in_part():
    speaks = {state.name: state.speaks for state in STRATEGY_STATES}
    assert speaks.pop("promoted") == "in full"
    assert speaks.pop("candidate") == "on paper or with a quarter"
    assert set(speaks.values()) == {"not"}


def test_the_state_is_where_the_changes_lead():
    assert state_after([]) == "insufficient"
    assert state_after([PASSED]) == "candidate"
    assert state_after([PASSED, PROVED, BROKEN]) == "suspended"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ([PROVED], "does not follow on insufficient"),
        (
            [PASSED, StateChange(START - pd.Timedelta(days=1), "candidate", "promoted", "x")],
            "does not follow on candidate since 2023-01-01",
        ),
        (
            [StateChange(START, "insufficient", "promoted", "I say so")],
            'no transition leads from insufficient to promoted because "I say so".*candidate',
        ),
        (
            [StateChange(START, "insufficient", "suspended", states.DRAWDOWN)],
            "no transition leads from insufficient to suspended",
        ),
    ],
)
def test_a_change_that_is_not_in_the_table_is_refused(changes, told):
    with pytest.raises(InvalidInput, match=told):
        state_after(changes)


@pytest.mark.parametrize(
    ("so_far", "again"),
    [
        ([], "insufficient"),
        ([PASSED], "insufficient"),
        ([PASSED, PROVED], "insufficient"),
        ([PASSED, PROVED, BROKEN], "suspended"),
    ],
)
def test_who_is_registered_again_has_not_escaped_a_suspension(so_far, again):
    ended = [*so_far, retired(so_far, START)]
    assert state_after(ended) == "retired"
    assert state_after([*ended, registered_again(ended, START)]) == again


def test_who_is_not_retired_cannot_be_registered_again_and_no_one_retires_twice():
    with pytest.raises(InvalidInput, match="from candidate to insufficient"):
        registered_again([PASSED], START)
    with pytest.raises(InvalidInput, match="from retired to retired"):
        retired([retired([], START)], START)


def test_the_page_for_traders_has_the_table(repository):
    page = (repository / "docs" / "strategies.md").read_text()
    for state in STRATEGY_STATES:
        assert f"| {state.name} | {state.meaning} | {state.speaks} |" in page
    told = [
        line for line in page.splitlines() if line.endswith(("| the verdict |", "| a person |"))
    ]
    assert told == [
        f"| {one.before} | {one.after} | {one.cause} | {one.who} |" for one in TRANSITIONS
    ]
