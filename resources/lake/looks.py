"""Looks at tables, for who asks again every few seconds: what is unchanged is not loaded again.

The state of a table follows from its log alone. So what was loaded is kept in this process, and
good as long as the log is the one it was loaded from: the newest commit is there, the very file,
none came after it, and nothing was made or removed in the log's folder. Else the table is opened as
ever, with all that is checked then. Of an object store nothing is kept.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from resources.lake.checkpoints import checkpoint_path
from resources.lake.commit_log import commit_path
from resources.lake.delta_tables import Place, open_newest
from resources.lake.snapshot import LakeSnapshot
from resources.lake.state import TableState, read_state
from resources.lake.storage import LOG_FOLDER, Storage

if TYPE_CHECKING:
    from deltalake import DeltaTable

_TABLES_KEPT = 200
Prints = tuple[tuple[int, ...], ...]
"""Of files and folders: which they are, how large, and when they were changed last."""


class _Loaded(NamedTuple):
    delta: "DeltaTable"
    version: int
    table_id: str
    state: TableState
    prints: Prints


@dataclass
class _Kept:
    """A table as it was loaded last; whoever asks for it meanwhile waits for the one load."""

    alone: Lock = field(default_factory=Lock)
    loaded: _Loaded | None = None


_kept: OrderedDict[tuple[str, str], _Kept] = OrderedDict()
_turn = Lock()


def look_at(place: Place) -> LakeSnapshot:
    """Return the table at its newest version, loaded again only where its log has changed.

    Raises
    ------
    CorruptTable, CorruptPartition, LakeError
        As `LakeResource.snapshot`.
    """
    folder = Storage(place.uri, place.options).folder
    if folder is None:
        return LakeSnapshot(place, open_newest(place))
    kept = _kept_of(place)
    with kept.alone:
        if kept.loaded is None or not _is_as_loaded(place, folder, kept.loaded):
            kept.loaded = None  # Also where it cannot be loaded
            kept.loaded = _load(place, folder)
        loaded = kept.loaded
        if loaded is None:
            return LakeSnapshot(place, None)
        return LakeSnapshot(place, loaded.delta, loaded.state.copy())


def mark_of(place: Place) -> tuple[int, ...]:
    """Return what is another whenever the table's log is; () of an object store, or of no table."""
    folder = Storage(place.uri, place.options).folder
    return () if folder is None else _print_of(folder / LOG_FOLDER)


def _load(place: Place, folder: Path) -> _Loaded | None:
    before = _print_of(folder / LOG_FOLDER)  # What comes meanwhile is seen by the next look
    delta = open_newest(place)
    if delta is None:
        return None
    version, table_id = delta.version(), str(delta.metadata().id)
    state = read_state(place.table, delta, Storage(delta.table_uri, place.options))
    return _Loaded(delta, version, table_id, state, (before, *_prints_of_newest(folder, version)))


def _is_as_loaded(place: Place, folder: Path, loaded: _Loaded) -> bool:
    # The memory of versions says whether it has gone back, and it is opening it that notes one
    known = place.memory.of(place.table.path)
    if known is None or (known.version, known.table_id) != (loaded.version, loaded.table_id):
        return False
    now = _print_of(folder / LOG_FOLDER), *_prints_of_newest(folder, loaded.version)
    return now == loaded.prints and loaded.delta.version() == loaded.version


def _prints_of_newest(folder: Path, version: int) -> Prints:
    """Of the newest commit, of its checkpoint, and of a commit after it.

    The last is no ornament: a clock may be too coarse to tell two changes of a folder apart.
    """
    paths = commit_path(version), checkpoint_path(version), commit_path(version + 1)
    return tuple(_print_of(folder / path) for path in paths)


def _print_of(path: Path) -> tuple[int, ...]:
    try:
        told = path.stat()
    except OSError:  # Where nobody can tell, opening the table says why
        return ()
    return told.st_dev, told.st_ino, told.st_size, told.st_mtime_ns


def _kept_of(place: Place) -> _Kept:
    key = (place.uri, place.table.path)
    with _turn:
        kept = _kept.setdefault(key, _Kept())
        _kept.move_to_end(key)
        while len(_kept) > _TABLES_KEPT:
            _kept.popitem(last=False)
        return kept
