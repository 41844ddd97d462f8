"""Orphans: runs that claim to wait or to work and never will again; and what becomes of them.

The order is what makes this safe: first the worker is gone for certain, then the log is read, then
the run is marked. A process that is gone writes nothing more, so a run that finished meanwhile is
seen to have finished, also where its last event was written and its status was not, or all its
steps had ended and its last event was not written. `domain/states` decides which runs these are.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from traderai_assets.instance.run_states import reason_of, state_of, unfinished
from traderai_assets.instance.run_workers import stop, worker_of
from traderai_assets.work_classes import RETRIES_TAG

if TYPE_CHECKING:
    from dagster import DagsterInstance, DagsterRun, RunRecord
    from dagster._core.events.log import EventLogEntry


@dataclass(frozen=True)
class Orphan:
    """A run nobody works on, or nobody should work on any more.

    Attributes
    ----------
    run : DagsterRun
    reason : str
        Half a sentence that goes on after "the run".
    certain : bool
        Whether it may be reconciled without a person's leave. Where a person gives it, it is
        reconciled also if its worker lives, perhaps, on another machine: the lake refuses what such
        a worker wants to commit.
    again : bool
        Whether the retry policy may have it.
    out_of_reach : bool
        Whether it is reconciled also where its worker cannot be stopped from here.
    """

    run: "DagsterRun"
    reason: str
    certain: bool = True
    again: bool = True
    out_of_reach: bool = False


def find_orphans(instance: "DagsterInstance", now: datetime) -> list[Orphan]:
    """Return every orphan there is, oldest run first; nothing is changed."""
    found = (orphan_of(record, now) for record in unfinished(instance))
    return [orphan for orphan in found if orphan is not None]


def orphan_of(record: "RunRecord", now: datetime) -> Orphan | None:
    """Return the run as an orphan, if the state it is in makes it one."""
    state = state_of(record, now)
    if state.reconciled == "no":
        return None
    return Orphan(
        record.dagster_run,
        reason_of(record, state, now),
        certain=state.reconciled == "by itself",
        again=state.again,
        out_of_reach=state.out_of_reach,
    )


def reconcile(instance: "DagsterInstance", orphan: Orphan) -> str:
    """Stop what is left of the run's worker, then mark the run; return what became of it.

    Raises
    ------
    sqlalchemy.exc.SQLAlchemyError
        If the database does not answer; nothing is lost by reconciling again.
    """
    # Who only looks for orphans imports neither Dagster nor SQLAlchemy
    from dagster import DagsterEvent, DagsterEventType, DagsterRunStatus

    from traderai_assets.instance.run_claims import release

    run_id = orphan.run.run_id
    name = f"run {run_id[:8]}"
    run = instance.get_run_by_id(run_id)
    worker = worker_of(run) if run is not None else None
    if worker is not None and not stop(worker) and not orphan.out_of_reach:
        return f"{name} is left as it is: {worker.label} cannot be stopped from here"
    run = instance.get_run_by_id(run_id)
    if run is None or run.is_finished:
        return f"{name} has ended by itself"
    release(instance, run_id)
    last = finished_in_log(instance, run_id)
    if last is not None and last.dagster_event is not None:
        ended = datetime.fromtimestamp(last.timestamp, UTC)
        instance.run_storage.handle_run_event(run_id, last.dagster_event, ended)
        return f"{name} had ended before, as its log shows; now its status shows it too"
    if run.status is DagsterRunStatus.CANCELING:
        instance.report_run_canceled(run, f"The run was cancelled: {orphan.reason}.")
        return f"{name} is cancelled"
    if _all_done(instance, run):
        # To try it again from where it failed there is nothing, and Dagster would give it up
        success = DagsterEvent(DagsterEventType.RUN_SUCCESS.value, job_name=run.job_name)
        instance.report_dagster_event(success, run_id)
        return f"{name} had done all its steps; now it is marked as succeeded"
    if not orphan.again:
        instance.add_run_tags(run_id, {RETRIES_TAG: "0"})
    instance.report_run_failed(run, f"The run failed: {orphan.reason}.")
    return f"{name} is marked as failed: {orphan.reason}"


def finished_in_log(instance: "DagsterInstance", run_id: str) -> "EventLogEntry | None":
    """Return the event by which the run ended, if there is one.

    Dagster writes the event and then the status: who is killed in between leaves a run that ended
    and does not say so.
    """
    from dagster import DagsterEventType

    last = {
        DagsterEventType.RUN_SUCCESS,
        DagsterEventType.RUN_FAILURE,
        DagsterEventType.RUN_CANCELED,
    }
    found = instance.get_records_for_run(run_id, of_type=last, limit=1).records
    return found[0].event_log_entry if found else None


def _all_done(instance: "DagsterInstance", run: "DagsterRun") -> bool:
    """Whether every step of the run ended well, so that only the run's own end is missing."""
    if run.execution_plan_snapshot_id is None:
        return False
    from dagster import DagsterEventType

    plan = instance.get_execution_plan_snapshot(run.execution_plan_snapshot_id)
    ended = instance.all_logs(
        run.run_id, of_type={DagsterEventType.STEP_SUCCESS, DagsterEventType.STEP_SKIPPED}
    )
    return set(plan.step_keys_to_execute) <= {entry.step_key for entry in ended}
