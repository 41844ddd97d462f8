"""Why what waits waits: a slot, a limit, its turn, or a daemon that is not there."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from traderai_assets.domain.queue.limits import QueueRun
from traderai_assets.domain.queue.policy import next_runs, waits
from traderai_assets.domain.run_tags import named
from traderai_assets.instance.run_queries import last_heartbeat
from traderai_assets.status.run_facts import as_utc, moment, run_row
from traderai_assets.work_classes import PRIORITY_TAG, WRITES_TAG, contested, limits_of

if TYPE_CHECKING:
    from dagster import DagsterInstance, DagsterRun, RunRecord

_QUEUE_DAEMON = "QUEUED_RUN_COORDINATOR"
# It writes a heartbeat every 30 s
SILENCE = timedelta(seconds=90)


def waiting_rows(
    queued: Sequence["RunRecord"], running: Sequence["DagsterRun"], now: datetime, *, alive: bool
) -> list[dict[str, Any]]:
    """Return one row for each run that waits, in the order in which they would start.

    Parameters
    ----------
    queued : runs that wait, in the order of their submission
    running : runs that hold a slot
    now : datetime
    alive : whether a daemon takes runs from the queue
    """
    waiting = [_queue_run(record.dagster_run) for record in queued]
    holding = [_queue_run(run) for run in running]
    everyone = [*waiting, *holding]
    limits = limits_of(_written(everyone), contested(run.tags for run in everyone))
    reason = (
        "starts when the daemon next reads the queue" if alive else 'no daemon takes it: "make dev"'
    )
    why: dict[str, tuple[str, str, tuple[str, ...]]] = {
        run.run_id: ("next" if alive else "daemon", reason, ())
        for run in next_runs(waiting, holding, limits)
    }
    for wait in waits(waiting, holding, limits):
        why[wait.run_id] = (wait.kind, wait.reason, wait.behind)
    records = {record.dagster_run.run_id: record for record in queued}
    return [_row(records[run_id], now, *why[run_id]) for run_id in why]


def daemon_seen(instance: "DagsterInstance") -> datetime | None:
    """Return the last heartbeat of the daemon that starts runs; None where there never was one."""
    seen = last_heartbeat(instance, _QUEUE_DAEMON)
    return None if seen is None else datetime.fromtimestamp(seen, UTC)


def is_alive(seen: datetime | None, now: datetime) -> bool:
    """Whether the daemon's last heartbeat is recent."""
    return seen is not None and now - seen < SILENCE


def _row(
    record: "RunRecord", now: datetime, kind: str, reason: str, behind: tuple[str, ...]
) -> dict[str, Any]:
    since = as_utc(record.create_timestamp)
    return {
        **run_row(record.dagster_run),
        "since": moment(since),
        "waited_seconds": max(0, round((now - since).total_seconds())),
        "kind": kind,
        "reason": reason,
        "behind": list(behind),
    }


def _written(runs: Iterable[QueueRun]) -> set[str]:
    """Return the assets of strategies that these runs write: the queue limits them likewise."""
    written = (asset for run in runs for asset in named(run.tags, WRITES_TAG))
    return {asset for asset in written if "/" in asset}


def _queue_run(run: "DagsterRun") -> QueueRun:
    """Return the run as the queue's model takes it; Dagster reads what is no number as 0."""
    priority = run.tags.get(PRIORITY_TAG, "0")
    try:
        return QueueRun(run.run_id, int(priority), run.tags)
    except ValueError:
        return QueueRun(run.run_id, 0, run.tags)
