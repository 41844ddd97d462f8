"""Materializations of many partitions in one batch, where the storage of the instance can.

Dagster stores an event at a time, on SQLite by three connections each: 20 ms. Here one transaction
a database holds them all. Nothing is read back by it that Dagster would not have written itself.
"""

import os
import time
from collections.abc import Sequence

import dagster as dg
from dagster._core.events import DagsterEvent, DagsterEventType, StepMaterializationData
from dagster._core.events.log import EventLogEntry
from dagster._core.storage.event_log import SqlEventLogStorageTable, SqliteEventLogStorage
from sqlalchemy import insert

_DEBUG = 10


def store_materializations(
    context: dg.OpExecutionContext, events: Sequence[dg.AssetMaterialization]
) -> None:
    """Store the events of a step of a run, in their order."""
    if not events:
        return
    entries = [_entry(context, event) for event in events]
    storage = context.instance.event_log_storage
    if isinstance(storage, SqliteEventLogStorage):
        _store_in_files(storage, entries)
        return
    of_assets: dict[dg.AssetKey, list[EventLogEntry]] = {}
    for event, entry in zip(events, entries, strict=True):
        of_assets.setdefault(event.asset_key, []).append(entry)
    for some in of_assets.values():  # The last of a batch stands for its asset
        storage.store_event_batch(some)


def _store_in_files(storage: SqliteEventLogStorage, entries: Sequence[EventLogEntry]) -> None:
    """Store them in the file of the run, then in the one that is read across runs."""
    rows = [storage._event_to_row(entry) for entry in entries]  # noqa: SLF001  # Version pinned
    table = SqlEventLogStorageTable
    with storage.run_connection(entries[0].run_id) as connection:
        connection.execute(insert(table), rows)
    last = {entry.get_dagster_event().asset_key: place for place, entry in enumerate(entries)}
    with storage.index_transaction() as connection:
        ids = [connection.execute(insert(table).values(row)).lastrowid for row in rows]
        storage._store_asset_event_tags(connection, entries, ids)  # noqa: SLF001
        for place in last.values():
            storage._store_asset_event(connection, entries[place], ids[place])  # noqa: SLF001


def _entry(context: dg.OpExecutionContext, event: dg.AssetMaterialization) -> EventLogEntry:
    """Return the event as Dagster itself would log it."""
    step = context.get_step_execution_context()
    message = "Materialized value"
    told = DagsterEvent(
        event_type_value=DagsterEventType.ASSET_MATERIALIZATION.value,
        job_name=step.job_name,
        step_handle=step.step.handle,
        node_handle=step.step.node_handle,
        step_kind_value=step.step.kind.value,
        logging_tags=step.event_tags,
        event_specific_data=StepMaterializationData(event),
        message=f"{message} {event.label}.",
        pid=os.getpid(),
    )
    return EventLogEntry(  # type: ignore[no-untyped-call]
        error_info=None,
        level=_DEBUG,
        user_message=f"{message} {event.label}.",
        run_id=context.run_id,
        timestamp=time.time(),
        step_key=step.step.key,
        job_name=step.job_name,
        dagster_event=told,
    )
