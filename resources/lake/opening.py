"""Opening the Delta table behind a table of ours: the newest version, an earlier one, a new one."""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from resources.lake.commit_log import WAY_OUT, kept_versions, read_commits
from resources.lake.faults import answering, raised_as
from resources.lake.maintenance import table_configuration
from resources.lake.storage import Storage
from traderai_assets.domain.errors import CorruptPartition, LakeError
from traderai_assets.schemas.tables import PARTITION_COLUMNS, Table

if TYPE_CHECKING:
    from deltalake import DeltaTable


def open_newest(table: Table, uri: str, options: Mapping[str, str]) -> "DeltaTable":
    """The table at its newest version; created, without rows, where there is none.

    Raises
    ------
    CorruptPartition
        If there is a table and its log cannot be read.
    LakeError
        If there is none and it cannot be created, or the store does not answer.
    """
    from deltalake import DeltaTable
    from deltalake.exceptions import TableNotFoundError

    with (
        raised_as(CorruptPartition, f"log of table {table.name} at {uri}", WAY_OUT),
        answering(uri),
    ):
        try:
            return DeltaTable(uri, storage_options=dict(options))
        except TableNotFoundError:
            _create(table, uri, options)
            return DeltaTable(uri, storage_options=dict(options))


def open_earlier(
    table: Table, uri: str, options: Mapping[str, str], then: int | datetime
) -> "DeltaTable":
    """The table as it was at a version, or at a time.

    Raises
    ------
    LakeError
        If there was no such version, or it is no longer kept.
    """
    from deltalake import DeltaTable

    way_out = "ask for a version that maintenance has kept"
    what = f"table {table.name} at {uri} as of {then}"
    with raised_as(LakeError, what, way_out):
        delta = DeltaTable(uri, storage_options=dict(options))
        storage = Storage(delta.table_uri, options)
        version = _version_at(storage, then) if isinstance(then, datetime) else then
        if version is None:
            raise LakeError(f"{what}: the log does not reach back so far; {way_out}")
        delta.load_as_version(version)
    return delta


def _version_at(storage: Storage, moment: datetime) -> int | None:
    """The newest version committed at or before a moment; None if none is kept.

    Delta goes by the times of its files, so a lake that was copied has no past for it.
    """
    versions = kept_versions(storage)
    newer = bisect_right(
        versions, moment, key=lambda version: next(read_commits(storage, [version])).published_at
    )
    return versions[newer - 1] if newer > 0 else None


def _create(table: Table, uri: str, options: Mapping[str, str]) -> None:
    import pyarrow as pa
    from deltalake import CommitProperties, DeltaTable
    from deltalake.exceptions import DeltaError

    columns = [pa.field(name, pa.string()) for name in PARTITION_COLUMNS]
    with raised_as(LakeError, f"creating table {table.name} at {uri}", "mend the cause and retry"):
        try:
            DeltaTable.create(
                uri,
                pa.schema([*columns, *table.arrow_schema()]),
                partition_by=list(PARTITION_COLUMNS),
                name=table.name,
                configuration=table_configuration(table.key[0]),
                storage_options=dict(options),
                # With retries Delta would commit a second creation on top of another run's.
                commit_properties=CommitProperties(max_commit_retries=0),
            )
        except DeltaError:
            if not DeltaTable.is_deltatable(uri, dict(options)):  # Else another run was faster
                raise
