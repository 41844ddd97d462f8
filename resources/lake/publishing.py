"""Committing partitions against the state a run started from, or not at all.

Delta refuses a commit if another one touched the same partitions since the table was loaded. But a
successful commit moves the loaded table past the commits of others that went in between, and the
next one no longer sees them (measured with deltalake 1.6.6). So those are read here, one by one,
and a partition they name is closed to this snapshot.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from resources.lake.changes import Change
from resources.lake.checkpoints import (
    CHECKPOINT_WEIGHT,
    checkpoint_path,
    no_hooks,
    write_checkpoint,
)
from resources.lake.commit_log import DIGEST, Commit, commit_path, entry, read_commits
from resources.lake.delta_tables import Place, open_newest, open_or_create
from resources.lake.faults import raised_as
from resources.lake.lost_tables import BACKUP
from resources.lake.partitions import named, partition_of, predicate
from resources.lake.rows import parquet_properties, to_arrow
from resources.lake.state import TableState, read_state
from resources.lake.storage import Storage
from resources.lake.stored_partitions import StoredPartition
from traderai_assets.domain.errors import CorruptTable, LakeError, WriteConflict
from traderai_assets.domain.plain_text import plain_line
from traderai_assets.schemas.tables import PartitionKey

if TYPE_CHECKING:
    from deltalake import DeltaTable

Inputs = Mapping[PartitionKey, Mapping[str, str]]
# Each retry is one more look at the log; writers of other partitions are why there are any.
_COMMIT_RETRIES = 50
_WAY_OUT = "what was stored before is untouched; mend the cause and run it again"
_FLUSH_AGAIN = "it may not outlive a power cut; mend the disk and run it again"


class Publisher:
    """The writing half of one snapshot."""

    def __init__(
        self, place: Place, delta: "DeltaTable | None", storage: Storage, state: TableState
    ) -> None:
        self._place = place
        self._table = place.table
        self._loaded = delta
        self._storage = storage
        self._state = state
        self._read_up_to = 0 if delta is None else delta.version()
        self._taken: dict[PartitionKey, Commit] = {}

    @property
    def loaded_version(self) -> int:
        """The newest version this snapshot has looked at."""
        return self._read_up_to

    def refuse_taken(self, keys: Iterable[PartitionKey], run_id: str) -> None:
        """Raise WriteConflict if another run has replaced one of these partitions meanwhile."""
        what = f"reading the newest commits of table {self._named} in run {run_id}"
        with raised_as(LakeError, what, _WAY_OUT):
            self._loaded = self._loaded or open_newest(self._place)
            if self._loaded is not None:
                self._loaded.update_incremental()
                self._refuse_lost_log(self._loaded.version())
                self._catch_up()
        taken = {key: self._taken[key] for key in keys if key in self._taken}
        if taken:
            by = sorted(
                {
                    f"run {plain_line(c.run_id or c.operation)} (version {c.version})"
                    for c in taken.values()
                }
            )
            raise WriteConflict(
                f"partitions {named(taken)} of table {self._table.path} were replaced by "
                f"{', '.join(by)} after run {run_id} had loaded them; nothing of run {run_id} was "
                "stored, run it again"
            )

    def commit(
        self,
        changes: Mapping[PartitionKey, Change],
        *,
        run_id: str,
        code_version: str,
        inputs: Inputs,
    ) -> int:
        """Replace these partitions in one commit and return its version.

        Raises
        ------
        WriteConflict
            If another run replaced one of them since this snapshot was taken.
        LakeError
            If the rows could not be written, or not be made durable.
        """
        what = f"publishing {named(changes)} of table {self._named} in run {run_id}"
        summaries = {key: change.summary for key, change in changes.items()}
        with raised_as(LakeError, what, _WAY_OUT):
            if self._loaded is None:
                self._loaded = open_or_create(self._place)
                self.refuse_taken(changes, run_id)
            self._checkpoint_if_due()
            metadata = entry(run_id, code_version, summaries, inputs, self._state.seal)
            self._write(changes, metadata, run_id)
            ours = self._catch_up(metadata, changes)
            if ours is None:
                raise LakeError(f"{what}: the log does not hold the commit; run it again")
        with raised_as(LakeError, f"{what}: flushing version {ours.version}", _FLUSH_AGAIN):
            self._storage.make_durable([commit_path(ours.version), *ours.added])
        self._place.note(self._delta)
        return ours.version

    @property
    def _named(self) -> str:
        return f"{self._table.path} at {self._storage.place}"

    @property
    def _delta(self) -> "DeltaTable":
        if self._loaded is None:
            raise LakeError(f"table {self._named} was not created")
        return self._loaded

    def _refuse_lost_log(self, version: int) -> None:
        """Raise CorruptTable if the newest commit is gone: Delta would go on beside the loss."""
        if not self._storage.existing([commit_path(version), checkpoint_path(version)]):
            raise CorruptTable(
                f"table {self._named} was at version {version} when it was read, and the commit "
                f"{commit_path(version)} is gone; is the disk still mounted? {BACKUP.capitalize()}"
            )

    def _checkpoint_if_due(self) -> None:
        if self._state.unfolded < CHECKPOINT_WEIGHT:
            return
        # Once folded, what the commits said is no longer compared with what is stored.
        newest = read_state(self._table, self._delta, self._storage)
        if not newest.damage:
            self._state.seal = write_checkpoint(self._delta, self._storage)
            self._state.unfolded = 0

    def _write(
        self, changes: Mapping[PartitionKey, Change], metadata: dict[str, str], run_id: str
    ) -> None:
        from deltalake import CommitProperties, write_deltalake
        from deltalake.exceptions import CommitFailedError

        whole = [key for key, change in changes.items() if not change.kept]
        # Delta wants the rows it writes to satisfy the condition for what they replace
        in_part = {
            key: {
                *(chunk.content_hash for chunk in change.removed),
                *(chunk.content_hash for chunk in change.written),
            }
            for key, change in changes.items()
            if change.kept
        }
        written = [
            (key, chunk.content_hash, chunk.rows)
            for key, change in changes.items()
            for chunk in change.written
        ]
        known = {column.name for column in self._delta.schema().fields}
        try:
            write_deltalake(
                self._delta,
                to_arrow(self._table, written),
                mode="overwrite",
                predicate=predicate(whole, in_part),
                schema_mode=None if known.issuperset(self._table.dtypes) else "merge",
                writer_properties=parquet_properties(self._table),
                commit_properties=CommitProperties(metadata, max_commit_retries=_COMMIT_RETRIES),
                post_commithook_properties=no_hooks(),
            )
        except CommitFailedError as refusal:
            self.refuse_taken(changes, run_id)
            raise WriteConflict(
                f"table {self._table.path} refused {named(changes)} of run {run_id}: {refusal}; "
                "nothing of it was stored, run it again"
            ) from refusal

    def _catch_up(
        self,
        ours: Mapping[str, str] | None = None,
        changes: Mapping[PartitionKey, Change] | None = None,
    ) -> Commit | None:
        """Read the commits up to the loaded version; return the one that carries our entry."""
        since = range(self._read_up_to + 1, self._delta.version() + 1)
        found = None
        for commit in read_commits(self._storage, since, files=True):
            if ours is not None and commit.digest == ours[DIGEST]:
                found = commit
                self._keep(commit, changes or {})
            else:
                self._taken |= dict.fromkeys((*commit.partitions, *commit.rewritten), commit)
            self._state.unfolded += commit.weight
            self._read_up_to = commit.version
        return found

    def _keep(self, commit: Commit, changes: Mapping[PartitionKey, Change]) -> None:
        """Take over what our own commit stored, so that the run may read and replace it again."""
        paths: dict[tuple[PartitionKey, str], list[str]] = defaultdict(list)
        for path in commit.added:
            paths[partition_of(path)].append(path)
        for key, change in changes.items():
            written = (
                chunk.stored(self._table, tuple(paths[key, chunk.content_hash]))
                for chunk in change.written
            )
            chunks = (*change.kept, *written)
            self._state.put(key, StoredPartition(chunks) if chunks else None)
