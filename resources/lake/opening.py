"""Opening the Delta table behind a table of ours: the newest version, an earlier one, a new one."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from resources.lake.commit_log import WAY_OUT
from resources.lake.faults import raised_as
from resources.lake.maintenance import table_configuration
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
        If there is none and it cannot be created.
    """
    from deltalake import DeltaTable
    from deltalake.exceptions import TableNotFoundError

    with raised_as(CorruptPartition, f"log of table {table.name} at {uri}", WAY_OUT):
        try:
            return DeltaTable(uri, storage_options=dict(options))
        except TableNotFoundError:
            _create(table, uri, options)
            return DeltaTable(uri, storage_options=dict(options))


def open_earlier(
    table: Table, uri: str, options: Mapping[str, str], version: int | datetime
) -> "DeltaTable":
    """The table as it was at a version, or at a time."""
    from deltalake import DeltaTable

    what = f"table {table.name} at {uri} as of {version}"
    with raised_as(LakeError, what, "ask for a version that maintenance has kept"):
        delta = DeltaTable(uri, storage_options=dict(options))
        delta.load_as_version(version)
    return delta


def _create(table: Table, uri: str, options: Mapping[str, str]) -> None:
    import pyarrow as pa
    from deltalake import DeltaTable
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
            )
        except DeltaError:
            if not DeltaTable.is_deltatable(uri, dict(options)):  # Else another run was faster
                raise
