"""Old runs: which of them may be deleted, and what goes with each.

A run goes with its events, its logs, its tags, and on SQLite its file. It stays as long as the web
UI and staleness need it: the latest event of each kind of an asset's partition, and the latest
result of each check, are some run's, and without them a partition would look as if it had never
been made. So what stays is bounded by what there is, and not by how long it has been there. Nothing
that is audit lies in events: signals, outcomes, champions, verdicts and models are tables.

What goes with a run goes before it: who is killed in between finds the run again.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from dagster import DagsterInstance, DagsterRunStatus, RunRecord, RunsFilter
from dagster._core.storage.event_log import SqlEventLogStorage, SqliteEventLogStorage
from dagster._core.storage.event_log.schema import (
    AssetCheckExecutionsTable,
    SqlEventLogStorageTable,
)
from dagster._core.storage.runs import SqlRunStorage
from dagster._core.storage.runs.schema import RunTagsTable
from dagster._core.storage.tags import PARENT_RUN_ID_TAG, ROOT_RUN_ID_TAG
from sqlalchemy import delete, func, select

from traderai_assets.domain.errors import InvalidSettings

ENDED = (DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED)
_PAGE = 500
_FILES = ("", "-wal", "-shm", "-journal")


@dataclass(frozen=True)
class Deleted:
    """What became of the runs that are old.

    Attributes
    ----------
    runs : int
        That were deleted.
    needed : int
        That are old and stay: something of theirs is the latest there is.
    left : int
        That were too many for this time.
    """

    runs: int
    needed: int
    left: int

    def __str__(self) -> str:
        more = f"; {self.left} more are for the next time" if self.left else ""
        return f"{self.runs} runs deleted, {self.needed} older ones hold what is latest{more}"


def delete_old_runs(instance: DagsterInstance, *, before: datetime, at_most: int) -> Deleted:
    """Delete runs that ended before a moment and that nothing needs any more.

    Parameters
    ----------
    instance : DagsterInstance
    before : datetime
        Runs that were changed later stay, and so does whatever has not ended.
    at_most : int
        Runs to delete; the oldest are first.

    Raises
    ------
    InvalidSettings
        If the instance keeps its runs or events in no SQL database.
    """
    needed = _needed(instance)
    old = list(_old(instance, before))
    spare = [record.dagster_run.run_id for record in old if record.dagster_run.run_id not in needed]
    for run_id in spare[:at_most]:
        _delete(instance, run_id)
    return Deleted(
        runs=len(spare[:at_most]), needed=len(old) - len(spare), left=len(spare[at_most:])
    )


def delete_every_run(instance: DagsterInstance, *, before: datetime, with_latest: bool) -> int:
    """Delete all runs that ended before a moment; return how many.

    Parameters
    ----------
    with_latest : bool
        Whether those go, too, that hold what is latest of a partition, and all that is known of
        assets with them: right where the tables are gone.
    """
    needed = set() if with_latest else _needed(instance)
    spare = [record.dagster_run.run_id for record in _old(instance, before)]
    going = [run_id for run_id in spare if run_id not in needed]
    for run_id in going:
        _delete(instance, run_id)
    if with_latest and (keys := instance.all_asset_keys()):
        instance.wipe_assets(list(keys))
    return len(going)


def _old(instance: DagsterInstance, before: datetime) -> Iterator[RunRecord]:
    asked, cursor = RunsFilter(statuses=list(ENDED), updated_before=before), None
    while True:
        page = instance.get_run_records(asked, limit=_PAGE, cursor=cursor, ascending=True)
        yield from page
        if len(page) < _PAGE:
            return
        cursor = page[-1].dagster_run.run_id


def _needed(instance: DagsterInstance) -> set[str]:
    """Runs of the latest events and checks, and those that others were tried again of."""
    runs, events = _storages(instance)
    event, check, tag = SqlEventLogStorageTable.c, AssetCheckExecutionsTable.c, RunTagsTable.c
    latest = (
        select(func.max(event.id))
        .where(event.asset_key.is_not(None))
        .group_by(event.asset_key, event.partition, event.dagster_event_type)
    )
    checked = select(func.max(check.id)).group_by(
        check.asset_key, check.check_name, check.partition, check.execution_status
    )
    with events.index_connection() as connection:
        found = set(connection.scalars(select(event.run_id).where(event.id.in_(latest))))
        found |= set(connection.scalars(select(check.run_id).where(check.id.in_(checked))))
    with runs.connect() as connection:
        origins = select(tag.value).where(tag.key.in_((ROOT_RUN_ID_TAG, PARENT_RUN_ID_TAG)))
        return found | set(connection.scalars(origins))


def _delete(instance: DagsterInstance, run_id: str) -> None:
    runs, events = _storages(instance)
    instance.compute_log_manager.delete_logs(prefix=[run_id])
    if isinstance(events, SqliteEventLogStorage):
        with events.index_connection() as connection:
            events.delete_events_for_run(connection, run_id)
        # Else this process would take an empty file for one that it has laid out
        events._initialized_dbs.discard(run_id)  # noqa: SLF001
        for ending in _FILES:
            with suppress(FileNotFoundError):
                Path(events.path_for_shard(run_id) + ending).unlink()
    else:
        events.delete_events(run_id)
    with events.index_connection() as connection:
        connection.execute(
            delete(AssetCheckExecutionsTable).where(AssetCheckExecutionsTable.c.run_id == run_id)
        )
    with runs.connect() as connection:
        connection.execute(delete(RunTagsTable).where(RunTagsTable.c.run_id == run_id))
    runs.delete_run(run_id)


def _storages(instance: DagsterInstance) -> tuple[SqlRunStorage, SqlEventLogStorage]:
    runs, events = instance.run_storage, instance.event_log_storage
    if not isinstance(runs, SqlRunStorage) or not isinstance(events, SqlEventLogStorage):
        raise InvalidSettings(
            f"runs are kept in {type(runs).__name__} and events in {type(events).__name__}, from "
            "which none can be deleted; expected SQLite or PostgreSQL, as in dagster.yaml and "
            "deploy/dagster.yaml"
        )
    return runs, events
