"""Runs that were made and are not queued: what they wait for, and what becomes of them."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from traderai_assets.domain.states.facts import SWEEP, WRITES
from traderai_assets.instance.run_queries import run_records
from traderai_assets.status.run_facts import as_utc, moment, run_row

if TYPE_CHECKING:
    from dagster import DagsterInstance, RunRecord


def unqueued_rows(
    instance: "DagsterInstance", now: datetime, *, alive: bool
) -> list[dict[str, Any]]:
    """Return one row for each run that was made and is not queued, the oldest first.

    Parameters
    ----------
    instance : where the runs are
    now : datetime
    alive : whether a daemon is there that reconciles what never was queued
    """
    made = run_records(instance, ["NOT_STARTED"], ascending=True)
    return [_row(record, now, alive=alive) for record in made]


def _row(record: "RunRecord", now: datetime, *, alive: bool) -> dict[str, Any]:
    from traderai_assets.instance.run_states import state_of

    since = as_utc(record.create_timestamp)
    state = state_of(record, now)
    return {
        **run_row(record.dagster_run),
        "since": moment(since),
        "waited_seconds": max(0, round((now - since).total_seconds())),
        "state": state.name,
        "next": _next(lost=not state.at_work, alive=alive),
    }


def _next(*, lost: bool, alive: bool) -> str:
    """Say what becomes of it, and of itself where nobody has to do anything."""
    if not lost:
        return f"is queued, or given up {WRITES.seconds} s after it was made"
    if alive:
        return (
            f"is marked as failed within {SWEEP.seconds} s; what is still wanted is asked for again"
        )
    return 'is reconciled by "make dev", or by "traderai runs clean --apply"'
