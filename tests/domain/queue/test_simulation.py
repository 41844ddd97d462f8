import random
from datetime import timedelta

from tests.domain.queue.simulation import Request, simulate
from traderai_assets.domain.queue.aging import aged_priority
from traderai_assets.domain.queue.policy import Limits, QueueRun, TagLimit
from traderai_assets.work_classes import LIMITS

ONE_SLOT = Limits(1, ())


def asked(run_id, at=0.0, lasts=1.0, priority=0, **more):
    return Request(at, QueueRun(run_id, priority, more.pop("tags", {})), lasts, **more)


def times(requests, limits=ONE_SLOT, **how):
    return {
        service.request.run.run_id: (service.asked, service.started, service.ended)
        for service in simulate(requests, limits, **how)
    }


def test_a_run_starts_at_the_first_look_after_it_was_asked_for_and_a_slot_is_free():
    found = times([asked("a", at=0.4, lasts=2.5), asked("b", at=1.0, lasts=2.0)])
    assert found == {"a": (0.4, 1.0, 3.5), "b": (1.0, 4.0, 6.0)}


def test_what_ends_at_a_look_leaves_its_slot_to_that_look():
    assert times([asked("a", lasts=2.0), asked("b")])["b"] == (0.0, 2.0, 3.0)


def test_looks_fall_on_multiples_of_the_tick_also_where_floats_do_not():
    found = times([asked("a", at=0.3, lasts=0.1), asked("b", at=0.7)], tick_seconds=0.1)
    assert found["b"][1] >= 0.7


def test_what_follows_is_asked_for_when_its_run_has_ended():
    found = times([asked("a", at=2.0, lasts=3.0, then=(asked("b", at=0.5),))])
    assert found["b"] == (5.5, 6.0, 7.0)


def test_it_is_not_asked_for_again_while_another_one_of_its_cause_is_unfinished():
    repeated = [asked(f"r{at}", at=at, lasts=1.5, cause="same") for at in (0.0, 1.0, 2.0)]
    assert list(times(repeated)) == ["r0.0", "r2.0"]


def test_what_can_never_start_is_left_out_and_stops_nobody_else():
    never = Limits(2, (TagLimit("class", 0, value="never"),))
    found = times([asked("a", tags={"class": "never"}), asked("b", at=1.0)], never)
    assert list(found) == ["b"]


def test_the_same_requests_are_served_the_same_way(schedule):
    requests = schedule(random.Random(1))
    assert simulate(requests, LIMITS) == simulate(requests, LIMITS)


def test_every_request_is_served_also_where_the_queue_is_read_in_short_pages(schedule):
    for seed in range(200):
        requests = schedule(random.Random(seed))
        assert len(simulate(requests, LIMITS, page=2)) == len(requests)


def test_a_run_that_ages_is_not_passed_over_for_ever():
    urgent = [asked(f"urgent{at}", at=float(at), priority=9) for at in range(100)]
    patient = asked("patient", priority=5)

    def aging(run, waited):
        return aged_priority(
            run.priority, timedelta(seconds=waited), timedelta(seconds=10), highest=10
        )

    assert times([*urgent, patient])["patient"][1] == 100
    # After 40 s it is as urgent as they are, and older than whoever waits
    assert times([*urgent, patient], aging=aging)["patient"][1] == 40


def test_aging_changes_no_run_only_its_turn():
    services = simulate([asked("a"), asked("b")], ONE_SLOT, aging=lambda _run, _waited: 99)
    assert [service.request.run.priority for service in services] == [0, 0]
