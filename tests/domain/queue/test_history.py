import random
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest

from tests.domain.queue.history import QueueEvent, forbidden_starts
from tests.domain.queue.simulation import simulate
from traderai_assets.domain.queue.policy import Limits, QueueRun
from traderai_assets.work_classes import LIMITS

ONE_SLOT, TWO_SLOTS = Limits(1, ()), Limits(2, ())
LOW, HIGH, OTHER = QueueRun("low", 1, {}), QueueRun("high", 9, {}), QueueRun("other", 1, {})


def recorded(*events):
    return [QueueEvent(time, kind, run) for time, kind, run in events]


def forbidden(*events, limits=ONE_SLOT, slack=1.0):
    return forbidden_starts(recorded(*events), limits, slack_seconds=slack)


def test_starts_in_their_order_are_allowed():
    assert not forbidden(
        (0, "submitted", LOW),
        (1, "submitted", HIGH),
        (5, "started", HIGH),
        (9, "ended", HIGH),
        (10, "started", LOW),
    )


def test_a_start_before_a_more_urgent_run_is_named_with_what_it_should_have_waited_for():
    [sentence] = forbidden((0, "submitted", LOW), (1, "submitted", HIGH), (5, "started", LOW))
    assert sentence == (
        "run low of priority 1 was started at 5.000, where no iteration of the queue could have "
        "chosen it; just before, it goes after 1 run of higher priority: high"
    )


def test_a_start_before_an_older_run_of_the_same_priority_is_forbidden():
    assert forbidden((0, "submitted", LOW), (1, "submitted", OTHER), (5, "started", OTHER))


def test_one_run_more_than_there_are_slots_is_forbidden():
    events = [(0, "submitted", LOW), (0, "submitted", OTHER), (5, "started", LOW)]
    assert not forbidden(*events, (6, "ended", LOW), (6.1, "started", OTHER))
    [sentence] = forbidden(*events, (5.1, "started", OTHER))
    assert "waits for a slot: 1 of 1 are taken by low" in sentence


def test_a_second_writer_of_a_market_is_forbidden(job_run):
    old, new = job_run("old", "backfill", "m", ("2026-01",)), job_run("new", "update_latest", "m")
    events = ((0, "submitted", old), (0, "submitted", new), (5, "started", old))
    [sentence] = forbidden(*events, (8, "started", new), limits=LIMITS)
    assert "waits for old, which writes" in sentence


def test_what_was_never_submitted_did_not_wait():
    [sentence] = forbidden((5, "started", LOW))
    assert sentence.endswith("it did not wait in the queue")


def test_a_more_urgent_run_that_came_after_the_iteration_is_forgiven_within_the_slack():
    events = ((0, "submitted", LOW), (4.5, "submitted", HIGH), (5, "started", LOW))
    assert not forbidden(*events, slack=1.0)
    assert forbidden(*events, slack=0.1)


def test_what_one_iteration_chose_is_launched_one_after_another():
    late = QueueRun("late", 9, {})
    events = (
        (0, "submitted", LOW),
        (0, "submitted", OTHER),
        (5, "started", LOW),
        (5.2, "submitted", late),
        (5.4, "started", OTHER),
    )
    assert not forbidden(*events, limits=TWO_SLOTS)
    assert forbidden(*events, limits=TWO_SLOTS, slack=0.1)


def test_what_was_launched_since_the_iteration_belongs_to_its_choice_too():
    # Two slots: no iteration chose both `high`, that came late, and `other`, the third in turn
    events = (
        (0, "submitted", LOW),
        (0, "submitted", OTHER),
        (4.8, "submitted", HIGH),
        (5, "started", HIGH),
        (5.2, "started", OTHER),
    )
    [sentence] = forbidden(*events, limits=TWO_SLOTS)
    assert sentence.startswith("run other")


def test_a_slot_may_be_seen_as_free_only_once_its_run_has_ended():
    events = ((0, "submitted", LOW), (0, "submitted", OTHER), (5, "started", LOW))
    assert forbidden(*events, (8.9, "started", OTHER), (9, "ended", LOW))


def test_an_iteration_may_see_a_run_that_ended_before_one_that_was_submitted_later_or_not():
    """Runs at work and runs that wait are read one after the other."""
    first = [(0, "submitted", OTHER), (1, "started", OTHER), (1, "submitted", LOW)]
    between = [(9, "submitted", HIGH), (9.1, "ended", OTHER)]
    assert not forbidden(*first, *between, (9.5, "started", HIGH))
    assert not forbidden(*first, *between, (9.5, "started", LOW))


def test_a_run_cancelled_while_it_waited_is_waited_for_no_more():
    events = [(0, "submitted", HIGH), (0, "submitted", LOW), (5, "started", LOW)]
    assert forbidden(*events)
    assert not forbidden(*events, (3, "ended", HIGH))


def test_a_run_submitted_again_keeps_its_place_and_may_change_its_priority():
    again = [(0, "submitted", LOW), (1, "submitted", OTHER), (2, "started", LOW)]
    again += [(3, "submitted", LOW)]
    assert not forbidden(*again, (9, "started", LOW))
    assert forbidden(*again, (9, "started", OTHER))
    older = (6, "submitted", replace(OTHER, priority=7))
    assert not forbidden(*again, older, (9, "started", OTHER))


def test_the_order_of_creation_counts_not_that_of_submission():
    created = [(2, "submitted", LOW), (1, "submitted", OTHER)]
    assert not forbidden(*created, (5, "started", LOW))
    assert forbidden(*created, (5, "started", OTHER))


def record_of(services, delay=0.0):
    """What a daemon leaves behind that takes `delay` for each launch."""
    events, launches = [], Counter()
    for service in services:
        run, launched = service.request.run, service.started + launches[service.started] * delay
        launches[service.started] += 1
        events += [QueueEvent(launched, "started", run), QueueEvent(service.ended, "ended", run)]
    asked = sorted(services, key=lambda s: (s.asked, int(s.request.run.run_id.removeprefix("run"))))
    return events + [QueueEvent(s.asked, "submitted", s.request.run) for s in asked]


@pytest.mark.parametrize("delay", [0.0, 0.4])
def test_whatever_the_simulated_queue_does_is_allowed(schedule, delay):
    for seed in range(300):
        requests = [replace(one, lasts=one.lasts + 2) for one in schedule(random.Random(seed))]
        services = simulate(requests, LIMITS, tick_seconds=5.0)
        assert forbidden_starts(record_of(services, delay), LIMITS, slack_seconds=1.0) == [], seed


def test_a_run_that_takes_the_place_of_the_one_before_it_is_always_found(schedule):
    found = 0
    for seed in range(300):
        services = simulate(schedule(random.Random(seed)), LIMITS)
        asked = {service.asked for service in services}
        for first, second in pairwise(services):
            if second.asked < first.started < second.started and first.started not in asked:
                sentences = forbidden_starts(
                    [*usurped(record_of(services), first, second)], LIMITS, slack_seconds=0.01
                )
                assert any(f"run {second.request.run.run_id} " in one for one in sentences), seed
                found += 1
    assert found > 100


def usurped(history, first, second):
    """The same, but that `second` starts in the place of `first`, which goes on waiting."""
    for event in history:
        if event.run == first.request.run and event.kind != "submitted":
            continue
        early = event.run == second.request.run and event.kind == "started"
        yield replace(event, time=first.started) if early else event
