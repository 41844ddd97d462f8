"""The SQLite files of Dagster's instance, checked before Dagster opens them.

Dagster lays out anew whatever it finds missing: runs, markets or sensors that are lost would pass
for such as never were. On PostgreSQL there are no such files, and nothing is checked.
"""

import errno
import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from traderai_assets.domain.errors import CorruptInstance
from traderai_assets.instance.database_errors import sqlite_way_out

# A file that another process is just laying out is empty for a moment
SECONDS_TO_LAY_OUT = 1.0
_MAGIC = b"SQLite format 3\0"
# When a run ended is written by the event that says so, which stands in the other file, too
_FINISHED = "SELECT 1 FROM runs WHERE end_time IS NOT NULL LIMIT 1"
_EVENTS = "SELECT 1 FROM event_logs WHERE run_id <> '' LIMIT 1"


class DatabaseFiles(NamedTuple):
    """What Dagster keeps in a folder: runs; events and markets; sensors and their ticks."""

    runs: Path
    events: Path
    sensors: Path

    @classmethod
    def of(cls, home: Path) -> "DatabaseFiles":
        """Those of an instance's home."""
        history = home / "history"
        return cls(
            history / "runs.db", history / "runs" / "index.db", home / "schedules" / "schedules.db"
        )


def check_database_files(home: Path) -> None:
    """Return if an instance's files are whole, or there are none yet.

    Raises
    ------
    CorruptInstance
        Naming the file that is damaged, emptied or lost, and the way out.
    OSError
        With its file name, where the home cannot be written.
    """
    files = DatabaseFiles.of(home)
    if not files.runs.parent.exists():
        return
    _check_writable(home, *files)
    _retried(lambda: _check_contents(home, files))


def _check_contents(home: Path, files: DatabaseFiles) -> None:
    tables = dict(zip(files, ("runs", "event_logs", "jobs"), strict=True))
    for file, table in tables.items():
        if file.exists():
            _check_file(file, table, home)
    if not files.runs.exists() and files.events.exists():
        raise CorruptInstance(_lost(files.runs, "the runs are lost", home))
    finished = files.runs.exists() and _finds(files.runs, _FINISHED)
    for file, holds in ((files.events, "events and markets"), (files.sensors, "sensors' ticks")):
        if finished and not file.exists():
            raise CorruptInstance(_lost(file, f"there are runs, and the {holds} are lost", home))
    if not files.events.exists() or not files.runs.exists():
        return
    has_events = _finds(files.events, _EVENTS)
    if has_events and not _finds(files.runs, "SELECT 1 FROM runs LIMIT 1"):
        raise CorruptInstance(
            f"{files.runs} holds no run, and {files.events} holds events of runs: it was emptied "
            f"or replaced; {_way_out(home)}"
        )
    if finished and not has_events:
        raise CorruptInstance(
            f"{files.events} holds no event, and {files.runs} holds runs that ended: it was "
            f"emptied or replaced; {_way_out(home)}"
        )


def _check_file(file: Path, table: str, home: Path) -> None:
    with file.open("rb") as opened:
        head = opened.read(len(_MAGIC))
    if head != _MAGIC:
        what = "is empty (0 bytes)" if not head else "is not an SQLite database"
        raise CorruptInstance(f"{file} {what}; {_way_out(home)}")
    found = _finds(file, f"SELECT 1 FROM sqlite_master WHERE name = '{table}'")  # noqa: S608
    if not found:
        raise CorruptInstance(f"{file} holds no table {table}: it was emptied; {_way_out(home)}")


def _finds(file: Path, query: str) -> bool:
    """Whether a query finds a row; the file is not written."""
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=30)) as opened:
            return opened.execute(query).fetchone() is not None
    except sqlite3.Error as error:
        raise CorruptInstance(f"{file}: {error}; {sqlite_way_out(error)}") from error


def _check_writable(*paths: Path) -> None:
    for path in paths:
        if path.exists() and not os.access(path, os.W_OK):
            read_only = os.statvfs(path).f_flag & os.ST_RDONLY
            number = errno.EROFS if read_only else errno.EACCES
            raise OSError(number, os.strerror(number), str(path))


def _retried(check: Callable[[], None]) -> None:
    deadline = time.monotonic() + SECONDS_TO_LAY_OUT
    while True:
        try:
            return check()
        except CorruptInstance:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def _lost(file: Path, what: str, home: Path) -> str:
    return f"{file} is not there: {what}; {_way_out(home)}"


def _way_out(home: Path) -> str:
    return (
        f"put it back from a backup, or move {home / 'history'} and {home / 'schedules'} aside to "
        "begin without past runs and with the markets of the settings: the lake keeps its tables"
    )
