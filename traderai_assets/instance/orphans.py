"""Orphans: runs that claim to wait or to work and never will again; and what becomes of them.

The order is what makes this safe: first the worker is gone for certain, then the log is read, then
the run is marked. A process that is gone writes nothing more, so a run that finished meanwhile is
seen to have finished, also where its last event was written and its status was not, or all its
steps had ended and its last event was not written.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from dagster import (
    DagsterEvent,
    DagsterEventType,
    DagsterInstance,
    DagsterRun,
    DagsterRunStatus,
    RunsFilter,
)
from dagster._core.events.log import EventLogEntry
from dagster._core.storage.dagster_run import RunRecord

from traderai_assets.instance.process_identity import Sight
from traderai_assets.instance.run_workers import answerable_for, stop, worker_of
from traderai_assets.work_classes import CLASS_TAG, RETRIES_TAG, WORK_CLASSES

# Between a run's launch and the note of who launches it lie two writes to the database; a worker
# that is started after its run was given up reads so and ends.
LAUNCH_GRACE = timedelta(minutes=1)
# A run that is cancelled is told so at once; who has not stopped by then is stopped
CANCEL_GRACE = timedelta(seconds=30)
# What only a person can judge is not told before this
SILENCE = timedelta(hours=1)
_MOST_TIME = {work.name: timedelta(hours=work.most_hours) for work in WORK_CLASSES}
_LAST_EVENTS = {
    DagsterEventType.RUN_SUCCESS,
    DagsterEventType.RUN_FAILURE,
    DagsterEventType.RUN_CANCELED,
}
_UNFINISHED = [
    DagsterRunStatus.NOT_STARTED,
    DagsterRunStatus.STARTING,
    DagsterRunStatus.STARTED,
    DagsterRunStatus.CANCELING,
]


@dataclass(frozen=True)
class Orphan:
    """A run nobody works on, or nobody should work on any more.

    Attributes
    ----------
    run : DagsterRun
    reason : str
        Half a sentence that goes on after "the run".
    certain : bool
        Whether it may be settled without a person looking at it. Where a person says so it is
        settled also if its worker lives, perhaps, on another machine: the lake refuses what such
        a worker wants to commit.
    again : bool
        Whether the retry policy may have it.
    """

    run: DagsterRun
    reason: str
    certain: bool = True
    again: bool = True


def find_orphans(instance: DagsterInstance, now: datetime) -> list[Orphan]:
    """Return every orphan there is, oldest run first; nothing is changed."""
    records = instance.get_run_records(RunsFilter(statuses=_UNFINISHED), ascending=True)
    return [orphan for record in records for orphan in _judged(record, now)]


def settle(instance: DagsterInstance, orphan: Orphan) -> str:
    """Stop what is left of the run's worker, then mark the run; return what became of it.

    Raises
    ------
    sqlalchemy.exc.SQLAlchemyError
        If the database does not answer; nothing is lost by settling again.
    """
    run_id = orphan.run.run_id
    name = f"run {run_id[:8]}"
    run = instance.get_run_by_id(run_id)
    worker = worker_of(run) if run is not None else None
    if worker is not None and not stop(worker) and orphan.certain:
        return f"{name} is left as it is: {worker.label} cannot be stopped from here"
    run = instance.get_run_by_id(run_id)
    if run is None or run.is_finished:
        return f"{name} has ended by itself"
    last = finished_in_log(instance, run_id)
    if last is not None and last.dagster_event is not None:
        ended = datetime.fromtimestamp(last.timestamp, UTC)
        instance.run_storage.handle_run_event(run_id, last.dagster_event, ended)
        return f"{name} had ended before, as its log says; now its status says so too"
    if run.status is DagsterRunStatus.CANCELING:
        instance.report_run_canceled(run, f"The run was cancelled: {orphan.reason}.")
        return f"{name} is cancelled"
    if _all_done(instance, run):
        # To try it again from where it failed there is nothing, and Dagster would give it up
        success = DagsterEvent(DagsterEventType.RUN_SUCCESS.value, job_name=run.job_name)
        instance.report_dagster_event(success, run_id)
        return f"{name} had done all its steps; now it is said to have succeeded"
    if not orphan.again:
        instance.add_run_tags(run_id, {RETRIES_TAG: "0"})
    instance.report_run_failed(run, f"The run failed: {orphan.reason}.")
    return f"{name} is marked as failed: {orphan.reason}"


def finished_in_log(instance: DagsterInstance, run_id: str) -> EventLogEntry | None:
    """Return the event by which the run ended, if there is one.

    Dagster writes the event and then the status: who is killed in between leaves a run that ended
    and does not say so.
    """
    found = instance.get_records_for_run(run_id, of_type=_LAST_EVENTS, limit=1).records
    return found[0].event_log_entry if found else None


def _all_done(instance: DagsterInstance, run: DagsterRun) -> bool:
    """Whether every step of the run ended well, so that only the run's own last word is missing."""
    if run.execution_plan_snapshot_id is None:
        return False
    plan = instance.get_execution_plan_snapshot(run.execution_plan_snapshot_id)
    ended = instance.all_logs(
        run.run_id, of_type={DagsterEventType.STEP_SUCCESS, DagsterEventType.STEP_SKIPPED}
    )
    return set(plan.step_keys_to_execute) <= {entry.step_key for entry in ended}


def _judged(record: RunRecord, now: datetime) -> Iterator[Orphan]:
    """Yield the run as an orphan, if it is one."""
    run, unchanged = record.dagster_run, now - _utc(record.update_timestamp)
    who = answerable_for(run)
    sight = who.sight() if who is not None else None
    if who is not None and sight is Sight.GONE:
        yield Orphan(run, f"{who.label} is gone, which worked on it")
    elif who is not None and sight is Sight.ELSEWHERE:
        if unchanged > SILENCE:
            yield Orphan(run, f"nothing was heard of {who.label} for {SILENCE}", certain=False)
    elif run.status is DagsterRunStatus.NOT_STARTED:
        if unchanged > SILENCE:
            yield Orphan(run, "it was made and never queued", certain=False)
    elif run.status is DagsterRunStatus.CANCELING:
        if unchanged > CANCEL_GRACE:
            yield Orphan(run, "its worker did not stop when it was told to")
    elif who is None:
        yield from _unanswered(run, unchanged)
    elif record.start_time is not None:
        yield from _overdue(run, timedelta(seconds=now.timestamp() - record.start_time))


def _unanswered(run: DagsterRun, unchanged: timedelta) -> Iterator[Orphan]:
    """Yield a run of which nobody knows who works on it."""
    if run.status is DagsterRunStatus.STARTING and unchanged > LAUNCH_GRACE:
        yield Orphan(run, "its launch was interrupted before there was a worker")
    elif run.status is DagsterRunStatus.STARTED:
        # Another launcher's, from older days: its worker may live
        yield Orphan(run, "nobody knows its worker", certain=False)


def _overdue(run: DagsterRun, at_work: timedelta) -> Iterator[Orphan]:
    """Yield a run that is at work for longer than its class may be."""
    work_class = run.tags.get(CLASS_TAG, "")
    most = _MOST_TIME.get(work_class)
    if most is not None and at_work > most:
        hours = at_work.total_seconds() / 3600
        reason = f"it was at work for {hours:.1f} hours, and {work_class} may take {most}"
        yield Orphan(run, reason, again=False)


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
