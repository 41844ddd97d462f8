"""What Dagster would remember of a filled lake: an event of each partition, upstream first."""

from collections.abc import Iterator, Mapping, Sequence

import dagster as dg
from dagster._core.definitions.data_version import DATA_VERSION_TAG, INPUT_EVENT_POINTER_TAG_PREFIX
from dagster._core.events import StepMaterializationData
from dagster._core.events.log import EventLogEntry
from dagster._core.storage.event_log import SqlEventLogStorageTable, SqliteEventLogStorage
from sqlalchemy import func, insert, select

_AT_ONCE = 2_000


def remember(
    instance: dg.DagsterInstance,
    assets: Sequence[dg.AssetKey],
    original: Mapping[dg.AssetKey, str],
    versions: Mapping[dg.AssetKey, Mapping[str, str]],
) -> Iterator[tuple[dg.AssetKey, int]]:
    """Store an event of each partition, made after the event of one that was really made.

    Parameters
    ----------
    instance : DagsterInstance
    assets : sequence of AssetKey
        Upstream first.
    original : mapping of AssetKey to str
        The partition that was made; assets without one have no events.
    versions : mapping of AssetKey to mapping of str to str
        Partition -> its data version, of all that there should be.

    Yields
    ------
    AssetKey, int
        And how many events were stored.
    """
    for asset in assets:
        if asset not in original:
            continue
        asked = dg.AssetRecordsFilter(asset, asset_partitions=[original[asset]])
        [record] = instance.fetch_materializations(asked, limit=1).records
        known = instance.get_materialized_partitions(asset)
        wanted = [(key, told) for key, told in versions[asset].items() if key not in known]
        pointer = _last_id(instance)
        for first in range(0, len(wanted), _AT_ONCE):
            some = wanted[first : first + _AT_ONCE]
            _store(
                instance,
                [_entry(record.event_log_entry, key, told, pointer) for key, told in some],
            )
        yield asset, len(wanted)


def _entry(template: EventLogEntry, key: str, version: str, pointer: int) -> EventLogEntry:
    """Return the event of another partition, which knew all that was stored before it."""
    made, told = template.asset_materialization, template.dagster_event
    if made is None or told is None:
        raise RuntimeError(f"the event {template.user_message!r} is no materialization")
    tags = {
        name: str(pointer) if name.startswith(INPUT_EVENT_POINTER_TAG_PREFIX) else value
        for name, value in (made.tags or {}).items()
    }
    event = dg.AssetMaterialization(
        asset_key=made.asset_key,
        metadata=made.metadata,
        partition=key,
        tags={**tags, DATA_VERSION_TAG: version},
    )
    specific = StepMaterializationData(event)
    return template._replace(dagster_event=told._replace(event_specific_data=specific))


def _last_id(instance: dg.DagsterInstance) -> int:
    storage = instance.event_log_storage
    connect = getattr(storage, "index_connection")  # noqa: B009  # Of every SQL storage
    with connect() as connection:
        return int(connection.execute(select(func.max(SqlEventLogStorageTable.c.id))).scalar() or 0)


def _store(instance: dg.DagsterInstance, entries: Sequence[EventLogEntry]) -> None:
    storage = instance.event_log_storage
    if not isinstance(storage, SqliteEventLogStorage):
        storage.store_event_batch(entries)
        return
    rows = [storage._event_to_row(entry) for entry in entries]  # noqa: SLF001
    before = _last_id(instance)
    with storage.index_transaction() as connection:
        connection.execute(insert(SqlEventLogStorageTable), rows)
        # Nobody else writes: ids follow one another
        ids = list(range(before + 1, before + 1 + len(rows)))
        storage._store_asset_event_tags(connection, entries, ids)  # noqa: SLF001
        storage._store_asset_event(connection, entries[-1], ids[-1])  # noqa: SLF001
