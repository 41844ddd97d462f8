"""The state of a run here and now: its facts, gathered for the table in `domain/states`."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from traderai_assets.domain.states.facts import RunFacts, RunState
from traderai_assets.domain.states.runs import RUN_STATES, run_state
from traderai_assets.instance.run_queries import run_records
from traderai_assets.instance.run_workers import answerable_for
from traderai_assets.work_classes import CLASS_TAG, WORK_CLASSES

if TYPE_CHECKING:
    from dagster import DagsterInstance, RunRecord

# As Dagster has them; to read a state must not cost its import
WILL_RETRY_TAG, AUTO_RETRY_RUN_ID_TAG = "dagster/will_retry", "dagster/auto_retry_run_id"
_MOST_TIME = {work.name: timedelta(hours=work.most_hours) for work in WORK_CLASSES}
_ENDED = ("SUCCESS", "FAILURE", "CANCELED")
UNFINISHED = tuple(
    sorted({status for state in RUN_STATES for status in state.statuses} - {*_ENDED})
)
"""Names of Dagster's statuses in which a run has not ended."""


def unfinished(instance: "DagsterInstance") -> "list[RunRecord]":
    """Return every run that has not ended, whatever it claims to do; the oldest first."""
    return run_records(instance, UNFINISHED, ascending=True)


def state_of(record: "RunRecord", now: datetime) -> RunState:
    """Return the state the run is in, as far as can be seen from here."""
    return run_state(facts_of(record, now))


def facts_of(record: "RunRecord", now: datetime) -> RunFacts:
    """Gather the facts of the run, as far as they can be seen from here."""
    run = record.dagster_run
    who = answerable_for(run) if not run.is_finished else None
    began = record.start_time
    return RunFacts(
        status=run.status.value,
        unchanged=now - as_utc(record.update_timestamp),
        answers=who.liveness().value if who is not None else None,
        at_work=None if began is None else timedelta(seconds=now.timestamp() - began),
        most=_MOST_TIME.get(run.tags.get(CLASS_TAG, "")),
        retry_due=run.tags.get(WILL_RETRY_TAG) == "true" and AUTO_RETRY_RUN_ID_TAG not in run.tags,
    )


def reason_of(record: "RunRecord", state: RunState, now: datetime) -> str:
    """Return why the run is reconciled, in the words of its state."""
    run = record.dagster_run
    who = answerable_for(run)
    facts = facts_of(record, now)
    hours = facts.at_work.total_seconds() / 3600 if facts.at_work is not None else 0.0
    return state.reason.format(
        who=who.label if who is not None else "its worker",
        hours=f"{hours:.1f}",
        work=run.tags.get(CLASS_TAG, "its class"),
        most=facts.most,
    )


def as_utc(moment: datetime) -> datetime:
    """Return a moment of Dagster's database, which may not say that it is UTC."""
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
