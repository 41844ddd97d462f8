"""A mixture of runs of every class, asked for in every way in which runs come to the queue."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import dagster as dg

from tests.queue import location
from tests.queue.launch_ways import (
    backfill,
    launch_job,
    leave_request,
    materialize,
    run_again,
    start_schedule,
    terminate,
)
from tests.queue.queue_platform import MARKETS, OPEN_MONTH, QueuePlatform
from traderai_assets.cli.launch import launch
from traderai_assets.partitions import partition_key, partition_range_tags
from traderai_assets.work_classes import CLASS_TAG, JOBS, PRIORITY_TAG

OLD_MONTHS = ("2025-06", "2025-07", "2025-08")
# Whoever sets these by hand is not believed
JUMPING = {PRIORITY_TAG: "1000", CLASS_TAG: "backfill"}
HOLD = "released"
# What is not partitioned has no writer's tag to be limited by
PARTITIONED = tuple(job for job in location.ASSET_JOBS if job != "judge")
BY_THE_DAEMON = ("backfill", "sensor", "schedule")


@dataclass(frozen=True)
class Wish:
    """One run that is wanted: in which way, of which job or asset, and which partition."""

    way: str
    job: str
    key: str

    @property
    def asset(self) -> str:
        """One of what the job writes, for the ways that ask for an asset."""
        return min(JOBS[self.job])


def wishes(number: int) -> list[Wish]:
    """Return that many wishes, every way and class among them, always the same."""
    chance, found = random.Random(number), []
    for place in range(number):
        way = WAYS[place % len(WAYS)]
        jobs = location.SCHEDULED if way == "schedule" else PARTITIONED
        job = chance.choice(jobs)
        month = OPEN_MONTH if job == "update_latest" else chance.choice(OLD_MONTHS)
        market = chance.choice(MARKETS)
        key = market if job == "choose_champion" else partition_key(market, month)
        found.append(Wish(way, job, key))
    return found


def hold_all_slots(platform: QueuePlatform, until: str = HOLD) -> list[str]:
    """Queue three runs that come first and stay at work until they are released by this name."""
    old, latest = OLD_MONTHS[0], OPEN_MONTH
    held = {location.HOLD_TAG: until, location.SECONDS_TAG: "0"}
    return [
        launch_job(platform, job, [partition_key(market, month)], held)
        for job, market, month in (
            ("backfill", MARKETS[0], old),
            ("train", MARKETS[1], latest),
            ("update_latest", MARKETS[2], latest),
        )
    ]


def ask_for_all(platform: QueuePlatform, wanted: Sequence[Wish]) -> None:
    """Ask for every wish in its way, in order; the daemon does some of it when it is there."""
    for wish in wanted:
        if wish.way in _AT_ONCE:
            _AT_ONCE[wish.way](platform, wish)
    requests = [_request(wish, place) for place, wish in enumerate(wanted)]
    of_sensor = [one for one, wish in zip(requests, wanted, strict=True) if wish.way == "sensor"]
    leave_request(platform, "sensor", of_sensor)
    for job in {wish.job for wish in wanted if wish.way == "schedule"}:
        of_schedule = [
            one
            for one, wish in zip(requests, wanted, strict=True)
            if (wish.way, wish.job) == ("schedule", job)
        ]
        leave_request(platform, f"schedule-{job}", of_schedule)
        start_schedule(platform, job)


def queued(platform: QueuePlatform) -> list[dg.DagsterRun]:
    """Return what waits."""
    return list(platform.instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.QUEUED])))


def way_of(run: dg.DagsterRun) -> str:
    """Tell in which way a run came, as far as Dagster says it."""
    tags = run.tags
    marks = {"dagster/backfill": "backfill", "dagster/sensor_name": "sensor"}
    marks |= {"dagster/schedule_name": "schedule", "dagster/parent_run_id": "again"}
    return next((way for tag, way in marks.items() if tag in tags), "launched")


def _request(wish: Wish, place: int) -> dict[str, object]:
    return {"key": f"wish {place}", "job": wish.job, "tags": partition_range_tags([wish.key])}


def _again(platform: QueuePlatform, wish: Wish) -> None:
    """Cancel a queued run, and run it again."""
    first = launch_job(platform, wish.job, [wish.key], {})
    assert terminate(platform, first) == "TerminateRunSuccess"
    run_again(platform, first)


_AT_ONCE: dict[str, Callable[[QueuePlatform, Wish], object]] = {
    "button": lambda platform, wish: materialize(platform, wish.asset, wish.key),
    "backfill": lambda platform, wish: backfill(platform, wish.asset, [wish.key]),
    "command line": lambda platform, wish: launch(platform.url, wish.job, [wish.key]),
    "again": _again,
    "by hand": lambda platform, wish: launch_job(platform, wish.job, [wish.key], JUMPING),
}
WAYS = (*_AT_ONCE, "sensor", "schedule")
