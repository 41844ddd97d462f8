"""The table of run states: every fact has a state, and every state but an end has a way out."""

import re
from dataclasses import replace
from datetime import timedelta
from itertools import product

from traderai_assets.domain.states.facts import RunFacts
from traderai_assets.domain.states.runs import RUN_STATES, run_state

BY_NAME = {state.name: state for state in RUN_STATES}
STATUSES = sorted({status for state in RUN_STATES for status in state.statuses})
ENDED = {"SUCCESS", "FAILURE", "CANCELED"}
HOUR = timedelta(hours=1)
SPANS = [timedelta(seconds=seconds) for seconds in (0, 29, 31, 59, 61, 599, 601)] + [
    hours * HOUR for hours in (0.9, 1.1, 2.1, 24.9, 25.1, 1000)
]
ALL_FACTS = [
    RunFacts(status, unchanged, answers, at_work, most, retry_due)
    for status, unchanged, answers, at_work, most, retry_due in product(
        STATUSES,
        SPANS,
        ("alive", "gone", "elsewhere", None),
        (None, timedelta(0), 1.1 * HOUR, 1000 * HOUR),
        (None, HOUR, 24 * HOUR),
        (False, True),
    )
]


def test_dagsters_statuses_all_stand_in_the_table():
    from dagster import DagsterRunStatus

    assert sorted(status.value for status in DagsterRunStatus) == STATUSES


def test_whatever_is_seen_of_a_run_is_one_state():
    found = {run_state(facts).name for facts in ALL_FACTS}
    assert found == set(BY_NAME)


def test_names_are_unique_and_exits_lead_to_states_of_the_table():
    assert len(BY_NAME) == len(RUN_STATES)
    targets = {to for state in RUN_STATES for one in state.exits for to in one.to}
    assert targets <= {*BY_NAME, "removed"}


def test_every_state_but_an_end_has_an_exit_that_needs_no_person():
    """By itself it comes to an end: no chain of exits without a person runs in a circle only."""
    ends = {name for name, state in BY_NAME.items() if not state.exits}
    assert ends == {"succeeded", "failed", "cancelled"}
    reached = set(ends)
    for _ in RUN_STATES:
        reached |= {
            state.name
            for state in RUN_STATES
            for one in state.exits
            if one.who != "a person" and reached & set(one.to)
        }
    assert reached == set(BY_NAME)


def test_time_alone_brings_a_run_nobody_works_on_out_of_every_state():
    """With nobody alive, a day and two hours of silence: all that is ours is reconciled."""
    for facts in ALL_FACTS:
        if facts.answers == "alive" or facts.status in {*ENDED, "QUEUED", "MANAGED"}:
            continue
        state = run_state(replace(facts, unchanged=facts.unchanged + 26 * HOUR))
        assert (state.reconciled, state.at_work) == ("by itself", False), facts


def test_what_lives_is_reconciled_only_where_its_hours_are_over_or_it_ignores_a_stop():
    alive = [facts for facts in ALL_FACTS if facts.answers == "alive"]
    reconciled = {run_state(facts).name for facts in alive if run_state(facts).reconciled != "no"}
    # What has no worker yet, or none at all, answers to nobody
    assert reconciled == {"overdue", "stop ignored", "never queued", "suspended"}


def test_at_work_is_what_somebody_can_still_finish():
    counted = {state.name for state in RUN_STATES if state.at_work}
    assert counted == {
        *("being made", "queued", "launching", "working", "overdue"),
        *("stopping", "stop ignored", "worker silent", "worker unknown"),
    }


def test_the_table_stands_in_the_docs(repository):
    text = (repository / "docs" / "architecture.md").read_text()
    stated = re.findall(r"^\| ([a-z ]+) \| (yes|no) \| (.*?) \|", text, re.MULTILINE)
    rows = {name: (at_work, meaning) for name, at_work, meaning in stated}
    for state in RUN_STATES:
        assert rows[state.name] == ("yes" if state.at_work else "no", state.meaning)
