"""Stalled backfills: nothing of them is at work, and nothing will be, and Dagster waits on.

A backfill of assets ends when each partition that it asked for is there or has failed. Where a run
of it was deleted, or its partition, neither ever happens: it says that it is requested, or that it
is being cancelled, for ever.
"""

from dataclasses import dataclass
from datetime import datetime

from dagster import DagsterInstance, DagsterRunStatus, RunsFilter
from dagster._core.execution.backfill import (
    BulkActionsFilter,
    BulkActionStatus,
    PartitionBackfill,
)
from dagster._core.storage.tags import BACKFILL_ID_TAG

from traderai_assets.domain.states.facts import SILENCE
from traderai_assets.instance.run_states import UNFINISHED

# Dagster polls it every half a minute: a machine that slept for an hour has not seen it stalled
POLLS = 100
_ENDS_AS = {
    BulkActionStatus.REQUESTED: BulkActionStatus.COMPLETED_FAILED,
    BulkActionStatus.CANCELING: BulkActionStatus.CANCELED,
    BulkActionStatus.FAILING: BulkActionStatus.FAILED,
}


@dataclass
class _Standing:
    """Since when a backfill was seen stalled, how often, and with how many runs."""

    since: datetime
    runs: int
    looks: int = 0


class StalledBackfills:
    """What one process has seen of backfills; it is asked again and again."""

    def __init__(self) -> None:
        self._seen: dict[str, _Standing] = {}

    def give_up(self, instance: DagsterInstance, now: datetime) -> list[str]:
        """End each backfill that was seen to stand for an hour; return what was ended."""
        going_on = instance.get_backfills(filters=BulkActionsFilter(statuses=list(_ENDS_AS)))
        standing = {
            one.backfill_id: one for one in going_on if not _works(instance, one.backfill_id)
        }
        seen = {key: self._look(instance, key, now) for key in standing}
        self._seen = seen
        given_up = [key for key, one in seen.items() if _for_long(one, now)]
        return [_end(instance, standing[key], now) for key in given_up]

    def _look(self, instance: DagsterInstance, backfill_id: str, now: datetime) -> _Standing:
        runs = instance.get_runs_count(RunsFilter(tags={BACKFILL_ID_TAG: backfill_id}))
        before = self._seen.get(backfill_id)
        if before is None or before.runs != runs:
            return _Standing(now, runs)
        return _Standing(before.since, runs, before.looks + 1)


def _works(instance: DagsterInstance, backfill_id: str) -> bool:
    asked = RunsFilter(
        statuses=[DagsterRunStatus(name) for name in UNFINISHED],
        tags={BACKFILL_ID_TAG: backfill_id},
    )
    return bool(instance.get_run_ids(asked, limit=1))


def _for_long(standing: _Standing, now: datetime) -> bool:
    return standing.looks >= POLLS and now - standing.since > SILENCE


def _end(instance: DagsterInstance, backfill: PartitionBackfill, now: datetime) -> str:
    ends_as = _ENDS_AS[backfill.status]
    ended = backfill._replace(status=ends_as, backfill_end_timestamp=now.timestamp())
    instance.update_backfill(ended)
    return (
        f"backfill {backfill.backfill_id} stood for {SILENCE} with nothing at work, and was ended "
        f"as {ends_as.value}; ask again for what it lacks"
    )
