"""What a queue did, read from the event log once it is done; and a plain check of its order.

The look asks of each start only what DESIGN says: whoever had the better turn and was still waiting
must have been held back by a limit. It knows nothing of the model in domain/queue, on purpose.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import dagster as dg

from tests.domain.queue.history import QueueEvent
from tests.queue.queue_platform import QueuePlatform
from traderai_assets.domain.queue.policy import QueueRun
from traderai_assets.work_classes import CLASS_TAG, LONG_SLOTS, LONG_TAG, WORK_CLASSES, WRITES_TAG

_SLOTS_OF_CLASS = {work.name: work.slots for work in WORK_CLASSES}
_LAST = {
    dg.DagsterEventType.RUN_SUCCESS,
    dg.DagsterEventType.RUN_FAILURE,
    dg.DagsterEventType.RUN_CANCELED,
}


@dataclass(frozen=True)
class Passage:
    """One run's way through the queue.

    Attributes
    ----------
    run : QueueRun
    place : its place in the order of submission
    submitted, started, ended : float
        Seconds since the epoch; `started` is when the daemon took it from the queue.
    """

    run: QueueRun
    place: int
    submitted: float
    started: float
    ended: float

    @property
    def turn(self) -> tuple[int, int]:
        """Who comes first where no limit says otherwise."""
        return -self.run.priority, self.place


def passages(platform: QueuePlatform, run_ids: Sequence[str]) -> list[Passage]:
    """Return the ways of these runs, all of them ended, in the order in which they started."""
    wanted, found = set(run_ids), []
    records = platform.instance.get_run_records(dg.RunsFilter(run_ids=list(wanted)), ascending=True)
    assert len(records) == len(wanted)
    for place, record in enumerate(records):
        run = record.dagster_run
        found.append(
            Passage(
                run=QueueRun(run.run_id, int(run.tags["dagster/priority"]), run.tags),
                place=place,
                submitted=_time_of(platform, run, {dg.DagsterEventType.RUN_ENQUEUED}),
                started=_time_of(platform, run, {dg.DagsterEventType.RUN_STARTING}),
                ended=_time_of(platform, run, _LAST),
            )
        )
    return sorted(found, key=lambda one: one.started)


def overtaken(ways: Sequence[Passage], *, slack: float) -> list[str]:
    """Say who started while another had the better turn and no limit held it back.

    The daemon looks, and then launches one run after another: what ended less than `slack` seconds
    before a start may still have been at work when the daemon looked.
    """
    found = []
    for taken in ways:
        at_work = [
            one for one in ways if one.started < taken.started and one.ended > taken.started - slack
        ]
        for other in ways:
            waited = other.submitted < taken.started - slack and other.started > taken.started
            if waited and other.turn < taken.turn and not _held_back(other, at_work):
                found.append(f"{_named(taken)} started before {_named(other)}")
    return found


def history(ways: Sequence[Passage]) -> list[QueueEvent]:
    """Return the same as the model reads it."""
    submitted = sorted(ways, key=lambda one: one.place)
    return [
        *(QueueEvent(one.submitted, "submitted", one.run) for one in submitted),
        *(QueueEvent(one.started, "started", one.run) for one in ways),
        *(QueueEvent(one.ended, "ended", one.run) for one in ways),
    ]


def most_at_once(stays: Iterable[tuple[float, float]]) -> int:
    """Return how many held a slot at the same time at most; each from one time to another."""
    changes = sorted(change for since, until in stays for change in ((since, 1), (until, -1)))
    at_work = most = 0
    for _, change in changes:
        at_work += change
        most = max(most, at_work)
    return most


def stays(platform: QueuePlatform) -> list[tuple[float, float]]:
    """From when to when each run held a slot, of all runs that ever did; all are over."""
    found = []
    for run in platform.instance.get_runs():
        taken = platform.instance.all_logs(run.run_id, of_type=dg.DagsterEventType.RUN_STARTING)
        if taken:
            found.append((taken[0].timestamp, max(_times_of(platform, run, _LAST))))
    return found


def _held_back(waiting: Passage, at_work: Sequence[Passage]) -> bool:
    work_class = waiting.run.tags[CLASS_TAG]
    of_class = [one for one in at_work if one.run.tags[CLASS_TAG] == work_class]
    writes = {tag for tag in waiting.run.tags.items() if tag[0].startswith(WRITES_TAG)}
    writers = [one for one in at_work if writes & set(one.run.tags.items())]
    long = [one for one in at_work if LONG_TAG in one.run.tags]
    return (
        bool(writers)
        or len(of_class) >= _SLOTS_OF_CLASS[work_class]
        or (LONG_TAG in waiting.run.tags and len(long) >= LONG_SLOTS)
    )


def _time_of(platform: QueuePlatform, run: dg.DagsterRun, kinds: set[dg.DagsterEventType]) -> float:
    [time] = _times_of(platform, run, kinds)
    return time


def _times_of(
    platform: QueuePlatform, run: dg.DagsterRun, kinds: set[dg.DagsterEventType]
) -> list[float]:
    return [event.timestamp for event in platform.instance.all_logs(run.run_id, of_type=kinds)]


def _named(one: Passage) -> str:
    return f"{one.run.run_id[:8]} ({one.run.tags[CLASS_TAG]}, {one.place})"
