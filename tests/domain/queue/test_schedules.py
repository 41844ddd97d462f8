"""The model on ten thousand random schedules, judged by rules that share no code with it."""

import random
from collections import Counter
from math import ceil

import pytest

from tests.domain.queue.simulation import simulate
from traderai_assets.work_classes import CLASS_TAG, LIMITS, LONG_SLOTS, LONG_TAG, WRITES_TAG

SCHEDULES = 10_000
TOTAL = 3


class Judge:
    """What must be true at every look at the queue."""

    def __init__(self, slots_of_class):
        self.slots_of_class = slots_of_class

    def faults(self, requests, services):
        if len(services) != len(requests) or len({id(s.request) for s in services}) != len(
            services
        ):
            return [f"{len(services)} runs were started of {len(requests)}"]
        asked = sorted(services, key=lambda service: service.asked)
        moments = {ceil(time) for service in services for time in (service.asked, service.ended)}
        found = []
        for now in sorted(moments | {service.started for service in services}):
            found += self.faults_at(now, services, asked)
        return found

    def faults_at(self, now, services, asked):
        """`services` in the order they were started in, `asked` in that they were asked for in."""
        at_work = [s for s in services if s.started < now < s.ended]
        begun = [s for s in services if s.started == now]
        waiting = [s for s in asked if s.asked <= now < s.started]
        turn = {id(s): (-s.request.run.priority, place) for place, s in enumerate(asked)}
        if self.is_too_much([*at_work, *begun]):
            yield f"too much runs at {now}"
        if begun != sorted(begun, key=lambda s: turn[id(s)]):
            yield f"what starts at {now} is not in its order"
        for left in waiting:
            before = [s for s in begun if turn[id(s)] < turn[id(left)]]
            if len(before) < len(begun) and not self.is_too_much([*at_work, *before, left]):
                yield f"{left.request.run.run_id} was passed over at {now}"
            if len(at_work) + len(begun) < TOTAL and not self.is_too_much([*at_work, *begun, left]):
                yield f"{left.request.run.run_id} waits at {now} and could run"

    def is_too_much(self, together):
        tags = [service.request.run.tags for service in together]
        classes = Counter(tag[CLASS_TAG] for tag in tags)
        written = Counter(
            (key, value) for tag in tags for key, value in tag.items() if key.startswith(WRITES_TAG)
        )
        return (
            len(together) > TOTAL
            or sum(LONG_TAG in tag for tag in tags) > LONG_SLOTS
            or any(count > self.slots_of_class[name] for name, count in classes.items())
            or any(count > 1 for count in written.values())
        )


@pytest.mark.slow
def test_no_limit_is_violated_nobody_is_passed_over_and_everything_ends(schedule, slots_of_class):
    judge = Judge(slots_of_class)
    for seed in range(SCHEDULES):
        requests = schedule(random.Random(seed))
        assert judge.faults(requests, simulate(requests, LIMITS)) == [], seed
