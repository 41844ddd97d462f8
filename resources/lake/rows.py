"""Rows of partitions on their way into Parquet and out of it, verified before anyone sees them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from resources.lake.faults import raised_as
from resources.lake.partitions import PartitionSummary
from resources.lake.state import StoredPartition
from resources.lake.storage import Storage
from traderai_assets.domain.content_hash import content_hash
from traderai_assets.domain.errors import CorruptPartition, LakeError
from traderai_assets.schemas.tables import PARTITION_COLUMNS, TIMESTAMP, PartitionKey, Table

if TYPE_CHECKING:
    import pyarrow as pa
    from deltalake import WriterProperties


def way_out(table: Table) -> str:
    """What to do about a damaged partition of the table."""
    if table.keeps_history:
        return (
            "restore the table's folder from a backup: it holds what no run can make again, such "
            "as what was said or decided at the time"
        )
    return "materialize the partition again"


def summarized(table: Table, key: PartitionKey, frame: pd.DataFrame) -> PartitionSummary:
    """The summary of validated rows."""
    times = frame[table.key[0]] if table.times and len(frame) > 0 else None
    return PartitionSummary(
        rows=len(frame),
        first=None if times is None else times.iloc[0].to_pydatetime(),
        last=None if times is None else times.iloc[-1].to_pydatetime(),
        content_hash=content_hash(table.name, *key, frame),
    )


def read_rows(
    table: Table, key: PartitionKey, stored: StoredPartition, storage: Storage
) -> pd.DataFrame:
    """Read one partition and verify it.

    Raises
    ------
    CorruptPartition
        If a file cannot be read or the values are not those that were published.
    LakeError
        If the rows are older than a declared column that must not be null.
    """
    what = f"partition {' '.join(key)} of table {table.path}, files {', '.join(stored.paths)}"
    with raised_as(CorruptPartition, what, way_out(table)):
        frame = ordered(table, _joined_files([storage.read(path) for path in stored.paths]))
        found = content_hash(table.name, *key, frame)
    if found != stored.content_hash:
        raise CorruptPartition(
            f"{what}: the values have content hash {found}, published was "
            f"{stored.content_hash}; {way_out(table)}"
        )
    return _as_declared(table, what, frame)


def _joined_files(files: list[bytes]) -> pd.DataFrame:
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = pa.concat_tables(pq.ParquetFile(pa.BufferReader(file)).read() for file in files)
    coarse = pa.timestamp("ms", tz="UTC")  # Delta itself keeps microseconds
    schema = pa.schema(
        column.with_type(coarse) if pa.types.is_timestamp(column.type) else column
        for column in rows.schema
    )
    frame: pd.DataFrame = rows.cast(schema).to_pandas()
    return frame


def ordered(table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    """Rows sorted by the table's key."""
    leading = frame[table.key[0]]
    if leading.is_monotonic_increasing and leading.is_unique:
        return frame
    return frame.sort_values(list(table.key), ignore_index=True)


def _as_declared(table: Table, what: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Exactly the declared columns: younger ones are null or as declared, older ones left out."""
    for name, dtype in table.dtypes.items():
        column = table.schema.columns[name]
        if name not in frame.columns and (column.nullable or column.default is not None):
            frame[name] = pd.Series(column.default, index=frame.index, dtype=dtype)
        elif name not in frame.columns or frame.dtypes[name] != dtype:
            raise LakeError(
                f"{what}: published before column {name} was declared as {dtype}; {way_out(table)}"
            )
    return frame[list(table.dtypes)]


def to_arrow(
    table: Table, frames: Mapping[PartitionKey, pd.DataFrame], hashes: Mapping[PartitionKey, str]
) -> "pa.Table":
    """Validated rows of several partitions as one Arrow table with the partition columns."""
    import pyarrow as pa

    schema = table.arrow_schema()
    parts = []
    for key, frame in frames.items():
        rows = pa.Table.from_pandas(frame, schema=schema, preserve_index=False)
        for name, value in zip(PARTITION_COLUMNS, (*key, hashes[key]), strict=True):
            rows = rows.append_column(name, pa.repeat(pa.scalar(value), len(frame)))
        parts.append(rows)
    return pa.concat_tables(parts)


def parquet_properties(table: Table) -> "WriterProperties":
    """zstd; floats split by byte and times as deltas, a dictionary only where values repeat."""
    from deltalake import ColumnProperties, WriterProperties

    plain = ColumnProperties(dictionary_enabled=False)
    floats = ColumnProperties(dictionary_enabled=False, encoding="BYTE_STREAM_SPLIT")
    times = ColumnProperties(dictionary_enabled=False, encoding="DELTA_BINARY_PACKED")
    of_dtype = {"float64": floats, TIMESTAMP: times, "object": plain}
    return WriterProperties(
        compression="ZSTD",
        column_properties={
            name: of_dtype[dtype] for name, dtype in table.dtypes.items() if dtype in of_dtype
        },
    )
