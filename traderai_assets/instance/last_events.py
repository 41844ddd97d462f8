"""Last events of partitions: of several assets at once, over one connection.

Dagster's own methods ask for one asset each, and open the database anew for every question.
"""

from collections.abc import Collection, Iterator, Mapping

import dagster as dg
from dagster import EventLogEntry
from dagster._core.storage.event_log import SqlEventLogStorage
from dagster._core.storage.event_log.schema import SqlEventLogStorageTable
from dagster._serdes import deserialize_value
from sqlalchemy import and_, func, or_, select

_COLUMNS = SqlEventLogStorageTable.c
_MATERIALIZED = dg.DagsterEventType.ASSET_MATERIALIZATION.value


def last_materializations(
    instance: dg.DagsterInstance, wanted: Mapping[dg.AssetKey, Collection[str]]
) -> Iterator[EventLogEntry]:
    """Yield the last materialization of each of these partitions that was ever materialized.

    Nothing where the instance keeps its events elsewhere than in a database.

    Parameters
    ----------
    instance : DagsterInstance
    wanted : mapping
        Asset -> keys of its partitions.
    """
    storage = instance.event_log_storage
    if not isinstance(storage, SqlEventLogStorage) or not wanted:
        return
    places = [
        and_(_COLUMNS.asset_key == asset.to_string(), _COLUMNS.partition.in_(sorted(keys)))
        for asset, keys in wanted.items()
    ]
    last = (
        select(func.max(_COLUMNS.id))
        .where(_COLUMNS.dagster_event_type == _MATERIALIZED, or_(*places))
        .group_by(_COLUMNS.asset_key, _COLUMNS.partition)
    )
    with storage.index_connection() as connection:
        ids = [*connection.execute(last).scalars()]
        told = connection.execute(select(_COLUMNS.event).where(_COLUMNS.id.in_(ids))).scalars()
        texts = [*told]
    for text in texts:
        yield deserialize_value(text, EventLogEntry)
