"""The state of a table at one version: what is stored, checked against what its commits say.

Guaranteed when `read_state` returns: the checkpoint Delta started from matches its seal (if a
later commit carries one), every commit since then was made by the lake or changes no value, and
every partition they name is stored as they say or stands in `damage`. What costs nothing to lose is
not guarded: times of commits, which only `as_of` reads. Rows are verified when they are read.
"""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from resources.lake.checkpoints import checked_seal, newest_checkpoint
from resources.lake.commit_log import WAY_OUT, Commit, Seal, read_commits
from resources.lake.faults import answering, raised_as
from resources.lake.partitions import EMPTY_PARTITION, PartitionSummary, partition_of
from resources.lake.storage import Storage
from resources.lake.stored_partitions import Chunk, StoredPartition, arranged
from traderai_assets.domain.errors import CorruptPartition
from traderai_assets.schemas.tables import PARTITION_COLUMNS, PartitionKey, Table

if TYPE_CHECKING:
    from deltalake import DeltaTable


@dataclass
class TableState:
    """What a table holds; `seal` is None as long as it has no checkpoint."""

    stored: dict[PartitionKey, StoredPartition]
    damage: dict[PartitionKey, str]
    seal: Seal | None
    unfolded: int
    """How much log has to be read on top of the checkpoint."""
    _months: dict[str, list[str]] | None = field(default=None, init=False, compare=False)

    def partitions(self) -> set[PartitionKey]:
        """Of partitions that are stored, or should be: a damaged one must not go unnoticed."""
        return self.stored.keys() | self.damage.keys()

    def months(self, market: str) -> list[str]:
        """Months of a market among them, sorted; told apart once, for all markets that ask."""
        if self._months is None:
            found: dict[str, list[str]] = {}
            for owner, month in sorted(self.partitions()):
                found.setdefault(owner, []).append(month)
            self._months = found
        return self._months.get(market, [])

    def put(self, key: PartitionKey, stored: StoredPartition | None) -> None:
        """Take over what was stored of a partition; None where it was removed."""
        self._months = None
        self.damage.pop(key, None)
        self.stored.pop(key, None)
        if stored is not None:
            self.stored[key] = stored

    def copy(self) -> "TableState":
        """Return the same state as one that may be changed by itself."""
        own = replace(self, stored=dict(self.stored), damage=dict(self.damage))
        own._months = self._months  # noqa: SLF001  # `put` leaves the shared one as it is
        return own

    def content_hash(self, key: PartitionKey) -> str:
        """Of a partition; the empty one's if it is absent."""
        found = self.stored.get(key)
        return found.content_hash if found else EMPTY_PARTITION.content_hash

    def summary(self, key: PartitionKey) -> PartitionSummary:
        """Of a partition; the empty one's if it is absent."""
        found = self.stored.get(key)
        return found.summary if found else EMPTY_PARTITION


def read_state(table: Table, delta: "DeltaTable | None", storage: Storage) -> TableState:
    """Read and check the state of a loaded table; None is one that nobody has written yet.

    Raises
    ------
    CorruptPartition
        If the log is damaged in a way that no single partition can answer for.
    LakeError
        If the store does not answer.
    """
    if delta is None:
        return TableState({}, {}, None, unfolded=0)
    what = f"table {table.path}, version {delta.version()}"
    with raised_as(CorruptPartition, what, WAY_OUT), answering(storage.uri("")):
        partitioned_by = tuple(delta.metadata().partition_columns)
        if partitioned_by != PARTITION_COLUMNS:
            raise CorruptPartition(
                f"table {table.path} is partitioned by {partitioned_by}, expected "
                f"{PARTITION_COLUMNS}; {WAY_OUT}"
            )
        stored, damage = _stored_partitions(table, delta)
        checkpoint = newest_checkpoint(storage, delta.version())
        since = range(0 if checkpoint is None else checkpoint + 1, delta.version() + 1)
        commits = list(read_commits(storage, since))
        seal = None if checkpoint is None else checked_seal(storage, checkpoint, commits)
    state = TableState(stored, damage, seal, unfolded=sum(c.weight for c in commits))
    _compare(state, commits)
    return state


def _stored_partitions(
    table: Table, delta: "DeltaTable"
) -> tuple[dict[PartitionKey, StoredPartition], dict[PartitionKey, str]]:
    import pyarrow as pa

    timed = table.times
    actions = pa.table(delta.get_add_actions(flatten=True))

    def values(column: str, cast_to: pa.DataType | None = None) -> list[Any]:
        if column not in actions.column_names:  # A table without files tells no statistics
            return [None] * len(actions)
        found = actions.column(column)
        return list((found.cast(cast_to).cast(pa.int64()) if cast_to else found).to_pylist())

    def moments(column: str) -> list[int | None]:
        return values(column if timed else "", pa.timestamp("ms", tz="UTC"))

    files: dict[PartitionKey, list[Chunk]] = {}
    damage: dict[PartitionKey, str] = {}
    for market, month, content_hash, rows, first, last, path in zip(
        *(values(f"partition.{column}") for column in PARTITION_COLUMNS),
        values("num_records"),
        moments(f"min.{table.key[0]}"),
        moments(f"max.{table.key[0]}"),
        values("path"),
        strict=True,
    ):
        found = Chunk(content_hash, rows, first, last, (unquote(path),))
        key = PartitionKey(market, month)
        _check_path(table, key, found)
        if found.rows is None or (timed and None in (found.first, found.last)):
            damage[key] = f"file {found.paths[0]} has no row count or time range in the log"
        files.setdefault(key, []).append(found)
    stored: dict[PartitionKey, StoredPartition] = {}
    for key, chunks in files.items():
        if len(chunks) == 1:
            stored[key] = StoredPartition(tuple(chunks))
            continue
        stored[key], wrong = arranged(chunks, grows=table.grows)
        if wrong:
            damage[key] = wrong
    return stored, damage


def _check_path(table: Table, key: PartitionKey, found: Chunk) -> None:
    path = found.paths[0]
    if path.startswith(f"market={key[0]}/month={key[1]}/content_hash={found.content_hash}/"):
        return
    if partition_of(path) != (key, found.content_hash):  # Slower, and right for encoded names
        raise CorruptPartition(
            f"table {table.path}: the log files {path} under {key}, {found.content_hash}; {WAY_OUT}"
        )


def _compare(state: TableState, commits: list[Commit]) -> None:
    """Note as damaged what is not stored as the last commit that names it says."""
    expected: dict[PartitionKey, PartitionSummary] = {}
    rewritten: dict[PartitionKey, frozenset[str]] = {}
    for commit in commits:
        expected |= commit.partitions
        for key, hashes in commit.rewritten.items():
            rewritten[key] = rewritten.get(key, frozenset()) | hashes
    for key, hashes in rewritten.items():
        found = state.stored.get(key)
        gone = hashes.difference(chunk.content_hash for chunk in found.chunks) if found else hashes
        if key not in expected and gone:
            state.damage[key] = f"was compacted as {', '.join(sorted(gone))} and is gone"
    for key, summary in expected.items():
        if state.summary(key) != summary:
            state.damage[key] = f"was published as {summary} and is {state.summary(key)}"
