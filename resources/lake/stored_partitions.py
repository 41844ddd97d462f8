"""What the log tells of a partition that has rows: its chunks, and the files they are in.

A partition has one chunk, or, where its table grows, several: stretches of its rows one after the
other, each under the hash of all rows up to its end. That of the last is the partition's.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from resources.lake.partitions import PartitionSummary
from traderai_assets.domain.chained_hash import is_chained

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Chunk(NamedTuple):
    """A stretch of a partition's rows; `first` and `last` in milliseconds since 1970, UTC."""

    content_hash: str
    rows: int
    first: int | None
    last: int | None
    paths: tuple[str, ...]


class StoredPartition(NamedTuple):
    """Chunks by time, at least one; a tuple, as a table may hold 20,000 partitions."""

    chunks: tuple[Chunk, ...]

    @property
    def content_hash(self) -> str:
        """Of all its rows."""
        return self.chunks[-1].content_hash

    @property
    def rows(self) -> int:
        """How many there are."""
        return sum(chunk.rows or 0 for chunk in self.chunks)

    @property
    def paths(self) -> tuple[str, ...]:
        """All its files."""
        return tuple(path for chunk in self.chunks for path in chunk.paths)

    @property
    def summary(self) -> PartitionSummary:
        """What may be told of it without reading rows."""
        first, last = _moment(self.chunks[0].first), _moment(self.chunks[-1].last)
        return PartitionSummary(self.rows, first, last, self.content_hash)


def arranged(files: Iterable[Chunk], *, grows: bool) -> tuple[StoredPartition, str | None]:
    """Put together the files of one partition; the second is what is wrong with them, if anything.

    Several files of one hash are as another tool's OPTIMIZE may leave them behind.
    """
    of_hash: dict[str, Chunk] = {}
    for file in files:
        known = of_hash.get(file.content_hash)
        of_hash[file.content_hash] = file if known is None else _joined(known, file)
    chunks = sorted(of_hash.values(), key=lambda chunk: (chunk.first or 0, chunk.last or 0))
    damage = None
    for one, other in pairwise(chunks):
        chained = is_chained(one.content_hash) and is_chained(other.content_hash)
        if not (grows and chained and (one.last or 0) < (other.first or 0)):
            damage = f"holds both {one.content_hash} and {other.content_hash}"
    return StoredPartition(tuple(chunks)), damage


def _joined(one: Chunk, other: Chunk) -> Chunk:
    firsts = [first for first in (one.first, other.first) if first is not None]
    lasts = [last for last in (one.last, other.last) if last is not None]
    return Chunk(
        content_hash=other.content_hash,
        rows=(one.rows or 0) + (other.rows or 0),
        first=min(firsts, default=None),
        last=max(lasts, default=None),
        paths=one.paths + other.paths,
    )


def _moment(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else _EPOCH + timedelta(milliseconds=milliseconds)


def milliseconds_of(moment: datetime) -> int:
    """Since 1970, UTC, rounded down."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)
