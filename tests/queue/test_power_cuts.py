"""Daemon, code server and workers killed at once, and started again: nothing is lost or doubled."""

import random
import time
from collections import Counter

import dagster as dg
import pytest

from tests.queue.launch_ways import launch_job
from tests.queue.mixed_runs import HOLD, hold_all_slots, wishes
from tests.queue.queue_history import most_at_once, stays
from tests.queue.queue_platform import CODE, DAEMON, QueuePlatform
from traderai_assets.work_classes import TOTAL_SLOTS

SUCCESS = dg.DagsterRunStatus.SUCCESS


def all_succeeded(platform: QueuePlatform, roots: list[str]) -> bool:
    """Whether each run or one of its retries succeeded; never two of them."""
    ended = [[run.status for run in platform.attempts(root)] for root in roots]
    assert all(statuses.count(SUCCESS) <= 1 for statuses in ended)
    return all(SUCCESS in statuses for statuses in ended)


def times_done(platform: QueuePlatform, root: str) -> set[int]:
    """How often a run with its retries did each of its assets to the end."""
    lines = [line for line in platform.journal() if line["root"] == root]
    done = Counter(line["asset"] for line in lines if line["event"] == "ended")
    return {done[asset] for asset in {line["asset"] for line in lines}}


@pytest.mark.parametrize(
    ("store", "cuts", "waiting"),
    [
        ("sqlite", 1, 4),
        pytest.param("postgres", 1, 4, marks=pytest.mark.torture),
        pytest.param("sqlite", 30, 20, marks=pytest.mark.torture),
        pytest.param("postgres", 10, 20, marks=pytest.mark.torture),
    ],
)
def test_after_a_power_cut_every_run_succeeds_exactly_once(platform_on, store, cuts, waiting):
    platform = platform_on(store)
    platform.start()
    chance = random.Random(cuts)
    for cut in range(cuts):
        held = hold_all_slots(platform, f"released {cut}")
        waits = [launch_job(platform, wish.job, [wish.key], {}) for wish in wishes(waiting)]
        platform.until(lambda: platform.at_work() == TOTAL_SLOTS)
        time.sleep(chance.uniform(0, 5))  # Some have a worker by then, some are at work
        at_once = cut % 3 == 2
        if at_once:  # Some end, some are taken from the queue as it comes
            platform.release(f"released {cut}")
            time.sleep(chance.uniform(0, 3))
        platform.crash()
        platform.release(f"released {cut}")
        platform.start()
        platform.until(lambda held=held, waits=waits: all_succeeded(platform, [*held, *waits]), 600)
        for root in [*held, *waits]:
            done = times_done(platform, root)
            killed = len(platform.attempts(root)) - 1
            assert done
            assert done <= set(range(1, 2 + (killed if at_once else 0)))
    platform.until(lambda: not platform.at_work())
    assert most_at_once(stays(platform)) == TOTAL_SLOTS


def test_workers_outlive_daemon_and_code_server_and_end_as_if_nothing_had_been(platform_on):
    platform = platform_on("sqlite")
    platform.start()
    roots = hold_all_slots(platform)
    platform.until(lambda: len(platform.journal()) == TOTAL_SLOTS)
    workers = platform.workers()
    platform.kill(CODE, DAEMON)
    log = platform.home / "daemon.log"
    before = len(log.read_text())
    platform.start(CODE, DAEMON)
    platform.until(lambda: f"Checking run {roots[0]}" in log.read_text()[before:])
    assert platform.workers() == workers
    platform.release(HOLD)
    platform.until(lambda: all_succeeded(platform, roots))
    assert all(times_done(platform, root) == {1} for root in roots)
    assert all(len(platform.attempts(root)) == 1 for root in roots)
