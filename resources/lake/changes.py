"""What publishing a frame changes in its partition: which chunks stay, which rows are written."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import pandas as pd

from resources.lake.chunk_policy import rows_kept_and_cuts
from resources.lake.partitions import PartitionSummary
from resources.lake.stored_partitions import Chunk, StoredPartition, milliseconds_of
from traderai_assets.domain.chained_hash import Chain, chained_hash, is_chained
from traderai_assets.domain.content_hash import content_hash
from traderai_assets.domain.months import Month
from traderai_assets.schemas.rows import checked_values, rows_in_order, validated_rows
from traderai_assets.schemas.tables import ALL_MONTHS, PartitionKey, Table

_ROWS_FOR_A_STEP = 2


class NewChunk(NamedTuple):
    """Checked rows to be written as one chunk."""

    content_hash: str
    rows: pd.DataFrame

    def stored(self, table: Table, paths: tuple[str, ...]) -> Chunk:
        """The same, once it is in these files."""
        first, last = _first_and_last(table, self.rows)
        return Chunk(
            content_hash=self.content_hash,
            rows=len(self.rows),
            first=None if first is None else milliseconds_of(first),
            last=None if last is None else milliseconds_of(last),
            paths=paths,
        )


class Change(NamedTuple):
    """How a partition becomes what it is to be; nothing is written if it is that already."""

    summary: PartitionSummary
    """Of all its rows."""
    kept: tuple[Chunk, ...] = ()
    removed: tuple[Chunk, ...] = ()
    """Told where something is kept; else all that is stored goes, whatever it is."""
    written: tuple[NewChunk, ...] = ()


def change_of(
    table: Table,
    key: PartitionKey,
    frame: pd.DataFrame,
    stored: StoredPartition | None,
    *,
    anew: bool,
    check: Callable[[pd.DataFrame], pd.DataFrame] | None = None,
) -> Change:
    """Say what publishing `frame` changes; `anew` trusts nothing that is stored.

    `check` looks at the values of what a growing table is to be given, then or later.

    Raises
    ------
    InvalidRows
        If the frame breaks the table's schema. Rows that stay as they are were checked when they
        were stored; of those only columns, dtypes, order and uniqueness of the key are.
    """
    if not table.grows:
        rows = validated_rows(table, frame)
        return _all(table, content_hash(table.name, *key, rows), rows)
    rows = rows_in_order(table, frame)
    if stored is not None and not is_chained(stored.content_hash):
        flat = content_hash(table.name, *key, rows)
        # Stored before tables grew: the same rows keep the hash that others know them by
        if flat == stored.content_hash:
            return _all(table, flat, checked_values(table, rows) if anew else rows)
    chain = chained_hash(table.name, *key, rows, time=table.key[0])
    summary = _summary(table, chain.content_hash, rows)
    unchanged = stored is not None and chain.content_hash == stored.content_hash
    if len(rows) == 0 or (unchanged and not anew):
        return Change(summary)
    chunks = () if anew or stored is None else stored.chunks
    kept, cuts = rows_kept_and_cuts(
        _unchanged_ends(chain, chunks[:-1]), chain.ends, closed=_is_closed(table, key, rows)
    )
    start = sum(chunk.rows for chunk in chunks[:kept])
    return Change(
        summary,
        kept=chunks[:kept],
        removed=chunks[kept:] if kept else (),
        written=_cut(
            (check or partial(checked_values, table))(rows.iloc[start:]), chain, start, cuts
        ),
    )


def _all(table: Table, found: str, rows: pd.DataFrame) -> Change:
    written = (NewChunk(found, rows),) if len(rows) > 0 else ()
    return Change(_summary(table, found, rows), written=written)


def _summary(table: Table, found: str, rows: pd.DataFrame) -> PartitionSummary:
    return PartitionSummary(len(rows), *_first_and_last(table, rows), found)


def _first_and_last(table: Table, rows: pd.DataFrame) -> tuple[datetime | None, datetime | None]:
    if not table.times or len(rows) == 0:
        return None, None
    times = rows[table.key[0]]
    return times.iloc[0].to_pydatetime(), times.iloc[-1].to_pydatetime()


def _unchanged_ends(chain: Chain, chunks: Sequence[Chunk]) -> list[int]:
    """Rows up to the end of each chunk that the new rows begin with.

    Never the last chunk that is stored: every writer removes that one, so that Delta refuses the
    second of two.
    """
    ends: list[int] = []
    for chunk in chunks:
        end = (ends[-1] if ends else 0) + chunk.rows
        if chain.at(end) != chunk.content_hash:
            break
        ends.append(end)
    return ends


def _is_closed(table: Table, key: PartitionKey, rows: pd.DataFrame) -> bool:
    """Whether the next row, as close as any two, would belong to the next month."""
    if key.month == ALL_MONTHS or len(rows) < _ROWS_FOR_A_STEP:
        return False
    times = rows[table.key[0]]
    end: datetime = Month.parse(key.month).end
    return bool(times.iloc[-1] + times.diff().min() >= end)


def _cut(rows: pd.DataFrame, chain: Chain, start: int, ends: Sequence[int]) -> tuple[NewChunk, ...]:
    """Cut the rows from `start` on where these ends are; all count from the first row of all."""
    return tuple(
        NewChunk(found, rows.iloc[begin - start : end - start])
        for begin, end in pairwise([start, *ends])
        if (found := chain.at(end)) is not None
    )
