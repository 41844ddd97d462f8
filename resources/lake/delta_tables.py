"""Opening the Delta table behind a table of ours: the newest version, an earlier one, a new one."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from resources.lake.commit_log import WAY_OUT, kept_versions, read_commits
from resources.lake.faults import answering, raised_as
from resources.lake.log_faults import log_fault
from resources.lake.lost_tables import refuse_if_gone_back, refuse_if_lost, refuse_leftovers
from resources.lake.maintenance import table_configuration
from resources.lake.storage import Storage
from resources.lake.version_memory import Remembered, VersionMemory, seen_now
from traderai_assets.domain.errors import CorruptPartition, CorruptTable, LakeError
from traderai_assets.schemas.tables import PARTITION_COLUMNS, Table

if TYPE_CHECKING:
    from deltalake import DeltaTable


@dataclass(frozen=True)
class Place:
    """Where a table of ours is, and what is remembered of it."""

    table: Table
    uri: str
    options: Mapping[str, str]
    memory: VersionMemory

    def note(self, delta: "DeltaTable") -> None:
        """Remember the version that was loaded."""
        self.memory.note(self.table.path, _seen(delta))

    def accept(self, *, gone: bool = False) -> int | None:
        """Take what is there now for whole; return its version, None where nothing is there.

        `gone` says that a table that is not there is to begin anew.

        Raises
        ------
        CorruptTable
            If there are files and no log, or nothing and `gone` was not said.
        CorruptPartition, LakeError
            If the log cannot be read.
        """
        delta = _load(self)
        if delta is None:
            refuse_leftovers(self.table.path, Storage(self.uri, self.options))
            if not gone:
                refuse_if_lost(self.table.path, self.uri, self.options, self.memory)
        self.memory.accept(self.table.path, None if delta is None else _seen(delta))
        return None if delta is None else delta.version()


def _seen(delta: "DeltaTable") -> Remembered:
    return seen_now(delta.version(), str(delta.metadata().id), delta.table_uri)


def open_newest(place: Place) -> "DeltaTable | None":
    """The table at its newest version; None where it was never written. Creates nothing.

    Raises
    ------
    CorruptTable
        If the table, or its newest commits, were there and are not.
    CorruptPartition
        If there is a table and its log cannot be read.
    LakeError
        If the store does not answer.
    """
    table, uri = place.table, place.uri
    known = place.memory.of(table.path)  # Before the table: what is committed meanwhile is newer
    delta = _load(place)
    if delta is None:
        try:
            refuse_if_lost(table.path, uri, place.options, place.memory)
        except CorruptTable:
            delta = _load(place)  # Another run may just have created it
            if delta is None:
                raise
        else:
            return None
    refuse_if_gone_back(table.path, delta, known)
    if known is None or known.version < delta.version():
        place.note(delta)
    return delta


def _load(place: Place) -> "DeltaTable | None":
    from deltalake import DeltaTable
    from deltalake.exceptions import DeltaError, TableNotFoundError

    what = f"log of table {place.table.path} at {place.uri}"
    with raised_as(CorruptPartition, what, WAY_OUT), answering(place.uri):
        try:
            return DeltaTable(place.uri, storage_options=dict(place.options))
        except TableNotFoundError:
            return None
        except DeltaError as error:
            fault = log_fault(Storage(place.uri, place.options))
            if fault:
                raise CorruptTable(f"{what}: {fault}; {WAY_OUT}") from error
            raise


def open_earlier(place: Place, then: int | datetime) -> "DeltaTable | None":
    """The table as it was at a version, or at a time; None at a time before it was there.

    Raises
    ------
    CorruptTable
        If the table, or its newest commits, were there and are not.
    LakeError
        If there was no such version, or it is no longer kept.
    """
    way_out = "ask for a version that maintenance has kept"
    what = f"table {place.table.path} at {place.uri} as of {then}"
    with raised_as(LakeError, what, way_out):
        delta = open_newest(place)
        if delta is None:
            if isinstance(then, datetime):
                return None
            raise LakeError(f"{what}: nobody has written it yet; {way_out}")
        storage = Storage(delta.table_uri, place.options)
        version = _version_at(storage, then) if isinstance(then, datetime) else then
        if version is None:
            oldest = next(read_commits(storage, kept_versions(storage)))
            if oldest.version == 0:  # The log is whole: there was no such table then
                return None
            raise LakeError(
                f"{what}: its log reaches back to {oldest.published_at:%Y-%m-%d %H:%M:%S} UTC, and "
                f"rows that were replaced are kept for [retention] lake_days; {way_out}"
            )
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


def open_or_create(place: Place) -> "DeltaTable":
    """The table at its newest version; created, without rows, where it was never written.

    Raises
    ------
    CorruptTable, CorruptPartition
        As `open_newest`.
    LakeError
        If it cannot be created.
    """
    delta = open_newest(place)
    if delta is not None:
        return delta
    _create(place.table, place.uri, place.options)
    delta = open_newest(place)
    if delta is None:
        raise LakeError(f"table {place.table.path} was created at {place.uri} and is not there")
    return delta


def _create(table: Table, uri: str, options: Mapping[str, str]) -> None:
    import pyarrow as pa
    from deltalake import CommitProperties, DeltaTable
    from deltalake.exceptions import DeltaError

    columns = [pa.field(name, pa.string()) for name in PARTITION_COLUMNS]
    what = f"creating table {table.path} at {uri}"
    with raised_as(LakeError, what, "mend the cause and run it again"):
        try:
            DeltaTable.create(
                uri,
                pa.schema([*columns, *table.arrow_schema()]),
                partition_by=list(PARTITION_COLUMNS),
                name=table.path,
                configuration=table_configuration(table.key[0]),
                storage_options=dict(options),
                # With retries Delta would commit a second creation on top of another run's.
                commit_properties=CommitProperties(max_commit_retries=0),
            )
        except DeltaError:
            if not DeltaTable.is_deltatable(uri, dict(options)):  # Else another run was faster
                raise
