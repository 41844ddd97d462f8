"""Whether a table that is not there has never been, or is lost: absence is not emptiness."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from resources.lake.storage import LOG_FOLDER, Storage, is_staged
from resources.lake.version_memory import Remembered, VersionMemory
from traderai_assets.domain.errors import CorruptTable

if TYPE_CHECKING:
    from deltalake import DeltaTable

BACKUP = 'put it back from a backup ("traderai lake check" says when it is whole)'


def refuse_if_lost(table: str, uri: str, options: Mapping[str, str], memory: VersionMemory) -> None:
    """Return if nothing says that a table without a log has ever had one.

    Raises
    ------
    CorruptTable
        If it is remembered, if files of it are there, or if the whole lake is gone.
    """
    known = memory.of(table)
    storage = Storage(uri, options)
    if known is not None:
        raise CorruptTable(_lost(table, storage, known, _found(storage)))
    refuse_leftovers(table, storage)
    if storage.folder is not None:
        _refuse_if_lake_is_gone(_root(table, storage.folder), memory)


def refuse_leftovers(table: str, storage: Storage) -> None:
    """Raise CorruptTable if there is anything in the place of a table without a log."""
    found = _found(storage)
    if found:
        raise CorruptTable(
            f"table {table} has no log: {storage.place} {found}; nothing was changed. If the "
            f"table was ever written, {BACKUP}; if not, move what is there aside"
        )


def refuse_if_gone_back(table: str, delta: "DeltaTable", known: Remembered | None) -> None:
    """Return if a loaded table is the remembered one, at its version or a later one.

    Raises
    ------
    CorruptTable
        If its newest commits are gone, or another table stands in its place.
    """
    if known is None:
        return
    accept = f'if it was restored on purpose, "traderai lake accept {table}" takes it as it is'
    place = Storage(delta.table_uri, {}).place
    version, table_id = delta.version(), str(delta.metadata().id)
    if table_id != known.table_id:
        raise CorruptTable(
            f"table {table} at {place} is another one than before: its id is {table_id}, that of "
            f"{known.uri} on {known.seen_at} was {known.table_id}. Nothing was changed: do the "
            f"settings name the right lake? {BACKUP.capitalize()}; {accept}"
        )
    if version < known.version:
        raise CorruptTable(
            f"table {table} at {place} has gone back to version {version}; on {known.seen_at} it "
            f"was at version {known.version}: the commits after {version} are missing in "
            f"{LOG_FOLDER}. Nothing was changed: {BACKUP}; {accept}"
        )


def _lost(table: str, storage: Storage, known: Remembered, found: str) -> str:
    root = _root(table, storage.folder) if storage.folder is not None else None
    if root is not None and not root.is_dir():
        found = f"is not there, nor is {root}: is its disk mounted?"
    elif storage.folder is not None and storage.folder.is_dir():
        found = found or "is empty"
    was = f"it was at version {known.version} on {known.seen_at}"
    where = "" if known.uri == storage.uri("") else f" at {known.uri}"
    anew = f'"traderai lake accept {table} --gone" begins anew without it'
    return (
        f"table {table} is lost: {storage.place} {found or 'is not there'}; {was}{where}. Nothing "
        f"was changed: mount the disk or {BACKUP}; {anew}"
    )


def _root(table: str, folder: Path) -> Path:
    """The lake's folder: a table of a strategy lies one folder further down."""
    return folder.parents[table.count("/")]


def _refuse_if_lake_is_gone(root: Path, memory: VersionMemory) -> None:
    """A table nobody has written yet must not be begun where the others have vanished."""
    others = memory.tables()
    if others and not any((root / other).exists() for other in others):
        raise CorruptTable(
            f"the lake {root} is lost: of its tables {', '.join(others)} none is there; is its "
            f"disk mounted? Nothing was changed: mount it, or put the lake back from a backup"
        )


def _found(storage: Storage) -> str:
    """Say what stands in the place of a table without a log; "" if nothing does."""
    if storage.folder is not None and storage.folder.exists() and not storage.folder.is_dir():
        return "is a file"
    names = storage.names("")
    in_log = [name for name in storage.names(LOG_FOLDER) if not is_staged(name)]
    others = [name for name in names if name != LOG_FOLDER]
    if others:
        more = f" and {len(others) - 3} more" if len(others) > 3 else ""
        return f"holds {', '.join(others[:3])}{more}, and no {LOG_FOLDER} with commits"
    if in_log:
        return f"holds {LOG_FOLDER} with {', '.join(in_log[:3])}, and no commit"
    return ""  # A creation that was killed leaves empty folders: nothing was in them
