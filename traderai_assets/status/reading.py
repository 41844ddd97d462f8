"""The state of the queue, read in one look: plain values, which the screen and programs share.

The keys are what programs rely on: a test names them all.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from traderai_assets.domain.progress_line import PROGRESS_TAG
from traderai_assets.instance.run_queries import run_records
from traderai_assets.status.failures import failure_rows
from traderai_assets.status.gate import gate_state
from traderai_assets.status.markets import refusal_rows
from traderai_assets.status.notifications import notification_troubles
from traderai_assets.status.run_facts import moment, run_row, short
from traderai_assets.status.sensors import failing_sensors
from traderai_assets.status.trainings import training_row
from traderai_assets.status.unqueued import unqueued_rows
from traderai_assets.status.waiting import daemon_seen, is_alive, waiting_rows
from traderai_assets.work_classes import CLASS_TAG, TOTAL_SLOTS, WORK_CLASSES

if TYPE_CHECKING:
    from dagster import DagsterInstance, DagsterRun, RunRecord

QUEUED = "QUEUED"
# As Dagster has them: those that hold a slot
ACTIVE = ("STARTING", "STARTED", "CANCELING")


def read_status(instance: "DagsterInstance") -> dict[str, Any]:
    """Return the queue by class, what runs, trains, waits, is refused and failed, and leftovers."""
    now = datetime.now(UTC)
    seen = daemon_seen(instance)
    # In one query, or a run that is just being started would be seen twice or not at all
    records = run_records(instance, [QUEUED, *ACTIVE], ascending=True)
    active = [one for one in records if one.dagster_run.status.value in ACTIVE]
    queued = [one for one in records if one.dagster_run.status.value == QUEUED]
    running = [record.dagster_run for record in active]
    waiting = [record.dagster_run for record in queued]
    trainings = [row for run in running if (row := training_row(instance, run)) is not None]
    alive = is_alive(seen, now)
    return {
        "as_of": moment(now),
        "slots": {"used": len(running), "most": TOTAL_SLOTS},
        "daemon": {"alive": alive, "seen": moment(seen)},
        "classes": _class_rows(running, waiting),
        "running": [_running_row(record, now) for record in active],
        "trainings": trainings,
        "queued": waiting_rows(queued, running, now, alive=alive),
        "unqueued": unqueued_rows(instance, now, alive=alive),
        "gate": gate_state(instance),
        "refused": refusal_rows(instance),
        "failed": failure_rows(instance),
        "leftovers": _leftovers(instance, [*running, *waiting], now),
        "sensors": failing_sensors(instance),
        "notifications": notification_troubles(instance),
    }


def _class_rows(
    running: Sequence["DagsterRun"], queued: Sequence["DagsterRun"]
) -> list[dict[str, Any]]:
    return [
        {
            "class": work.name,
            "priority": work.priority,
            "running": _count(running, work.name),
            "slots": work.slots,
            "queued": _count(queued, work.name),
        }
        for work in WORK_CLASSES
    ]


def _count(runs: Sequence["DagsterRun"], name: str) -> int:
    return sum(run.tags.get(CLASS_TAG) == name for run in runs)


def _running_row(record: "RunRecord", now: datetime) -> dict[str, Any]:
    from traderai_assets.instance.run_workers import worker_of

    run = record.dagster_run
    worker = worker_of(run)
    began = record.start_time
    return {
        **run_row(run),
        "status": run.status.value.lower(),
        "since": moment(began),
        "worked_seconds": None if began is None else max(0, round(now.timestamp() - began)),
        "progress": run.tags.get(PROGRESS_TAG, ""),
        "worker": None if worker is None else worker.pid,
    }


def _leftovers(
    instance: "DagsterInstance", claimed: Sequence["DagsterRun"], now: datetime
) -> list[dict[str, Any]]:
    """Return runs that nobody works on, and those that came past the coordinator."""
    from traderai_assets.instance.orphans import find_orphans

    orphans = find_orphans(instance, now)
    found = [
        {**run_row(orphan.run), "reason": orphan.reason, "next": "traderai runs clean"}
        for orphan in orphans
        if orphan.run.status.value != "NOT_STARTED"  # Of those "unqueued" tells
    ]
    known = {orphan.run.run_id for orphan in orphans}
    found += [
        {
            **run_row(run),
            "reason": "it has no class: no limit holds it",
            "next": f"traderai runs cancel {short(run.run_id)}",
        }
        for run in claimed
        if CLASS_TAG not in run.tags and run.run_id not in known
    ]
    return found
