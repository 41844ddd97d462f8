"""Rows of partitions on their way into Parquet and out of it, verified before anyone sees them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import pandas as pd

from resources.lake.faults import raised_as
from resources.lake.storage import Storage
from resources.lake.stored_partitions import Chunk, milliseconds_of
from traderai_assets.domain.chained_hash import chained_hash, is_chained
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


def read_chunks(
    table: Table,
    key: PartitionKey,
    chunks: Sequence[Chunk],
    storage: Storage,
    *,
    after: str | None = None,
) -> pd.DataFrame:
    """Read chunks of one partition that follow each other, and verify each by the one before.

    `after` is the hash of the chunk before the first of them, if there is one.

    Raises
    ------
    CorruptPartition
        If a file cannot be read or the values are not those that were published.
    LakeError
        If the rows are older than a declared column that must not be null.
    """
    frames = []
    for chunk in chunks:
        frames.append(_read_chunk(table, key, chunk, storage, after))
        after = chunk.content_hash
    return frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)


def read_chunks_since(
    table: Table, key: PartitionKey, chunks: Sequence[Chunk], storage: Storage, since: datetime
) -> pd.DataFrame:
    """Rows of one partition, given all its chunks, whose time is not before `since`.

    Raises
    ------
    CorruptPartition, LakeError
        As `read_chunks`.
    """
    start = milliseconds_of(since)
    skipped = sum(chunk.last is not None and chunk.last < start for chunk in chunks)
    after = chunks[skipped - 1].content_hash if skipped else None
    frame = read_chunks(table, key, chunks[skipped:], storage, after=after)
    return frame[frame[table.key[0]] >= since].reset_index(drop=True)


def _read_chunk(
    table: Table, key: PartitionKey, chunk: Chunk, storage: Storage, after: str | None
) -> pd.DataFrame:
    what = f"partition {' '.join(key)} of table {table.path}, files {', '.join(chunk.paths)}"
    with raised_as(CorruptPartition, what, way_out(table)):
        frame = ordered(table, _joined_files([storage.read(path) for path in chunk.paths]))
        if is_chained(chunk.content_hash):
            chain = chained_hash(table.name, *key, frame, time=table.key[0], after=after)
            found = chain.content_hash
        else:
            found = content_hash(table.name, *key, frame)
    if found != chunk.content_hash:
        raise CorruptPartition(
            f"{what}: the values have content hash {found}, published was "
            f"{chunk.content_hash}; {way_out(table)}"
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
    found = dict(zip(frame.columns, frame.dtypes, strict=True))
    for name, dtype in table.dtypes.items():
        column = table.schema.columns[name]
        if name not in found and (column.nullable or column.default is not None):
            frame[name] = pd.Series(column.default, index=frame.index, dtype=dtype)
        elif name not in found or found[name] != dtype:
            raise LakeError(
                f"{what}: published before column {name} was declared as {dtype}; {way_out(table)}"
            )
    return frame[list(table.dtypes)]


def to_arrow(table: Table, chunks: Iterable[tuple[PartitionKey, str, pd.DataFrame]]) -> "pa.Table":
    """Validated rows of several chunks, each with its partition and content hash, as one table."""
    import pyarrow as pa

    schema = table.arrow_schema()
    columns = [pa.field(name, pa.string()) for name in PARTITION_COLUMNS]
    parts = [pa.schema([*schema, *columns]).empty_table()]
    for key, found, frame in chunks:
        rows = pa.Table.from_pandas(frame, schema=schema, preserve_index=False)
        for name, value in zip(PARTITION_COLUMNS, (*key, found), strict=True):
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
