"""The order in which the real daemon starts what was asked for in every way there is."""

from collections import Counter

import dagster as dg
import pytest

from tests.domain.queue.history import forbidden_starts
from tests.queue.mixed_runs import (
    HOLD,
    WAYS,
    ask_for_all,
    hold_all_slots,
    queued,
    way_of,
    wishes,
)
from tests.queue.queue_history import history, most_at_once, overtaken, passages, stays
from tests.queue.queue_platform import CODE, DAEMON, WEB
from traderai_assets.work_classes import LIMITS, TOTAL_SLOTS, WORK_CLASSES

pytestmark = pytest.mark.filterwarnings(  # of dagster_graphql
    "ignore:Using variable_values:DeprecationWarning"
)


@pytest.mark.parametrize(
    ("store", "number"),
    [
        ("sqlite", 14),
        pytest.param("postgres", 14, marks=pytest.mark.torture),
        pytest.param("sqlite", 60, marks=pytest.mark.torture),
        pytest.param("postgres", 60, marks=pytest.mark.torture),
    ],
)
def test_runs_asked_for_in_seven_ways_start_in_the_order_of_their_classes(
    platform_on, store, number
):
    platform = platform_on(store)
    platform.start(CODE, WEB)
    holding = hold_all_slots(platform)
    wanted = wishes(number)
    ask_for_all(platform, wanted)
    platform.start(DAEMON)
    # Slots first: one of those that hold them, still queued, would be counted as wanted
    platform.until(lambda: platform.at_work() == TOTAL_SLOTS and len(queued(platform)) == number)
    ways = Counter(way_of(run) for run in queued(platform))
    asked = Counter(wish.way for wish in wanted)
    launched = asked["button"] + asked["command line"] + asked["by hand"]
    assert ways == {**{way: asked[way] for way in WAYS if way in ways}, "launched": launched}

    run_ids = [run.run_id for run in queued(platform)]
    platform.release(HOLD)
    most = 0

    def all_done() -> bool:
        nonlocal most
        most = max(most, platform.at_work())
        return most and not platform.at_work() and not queued(platform)

    platform.until(all_done, seconds=60 + 20 * number)
    done = passages(platform, [*holding, *run_ids])
    # From its look at the queue to the last launch the daemon takes less than the quickest run,
    # and longer on a slower machine.
    slack = min(one.ended - one.started for one in done)
    assert overtaken(done, slack=slack) == []
    assert forbidden_starts(history(done), LIMITS, slack_seconds=2 * slack) == []
    assert most_at_once(stays(platform)) == most == TOTAL_SLOTS
    for one in done:
        run = platform.instance.get_run_by_id(one.run.run_id)
        assert run.status == dg.DagsterRunStatus.SUCCESS
        [work] = [work for work in WORK_CLASSES if work.name == run.tags["traderai/class"]]
        assert one.run.priority == work.priority
