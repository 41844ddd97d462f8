"""Errors of a database with the file they are of: SQLite says what is wrong, and never where.

SQLAlchemy knows which file an engine is of, so each of its errors is given a note while it is
raised; the note stands in tracebacks, too, as in the daemon's log.
"""

import sqlite3
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy.engine import ExceptionContext

_NOTE = "database file: "
_WAYS_OUT = {
    "SQLITE_CORRUPT": "it is damaged: put it back from a backup",
    "SQLITE_NOTADB": "it is no database: put it back from a backup",
    "SQLITE_READONLY": "it cannot be written: mount its disk for writing, and let the user own it",
    "SQLITE_CANTOPEN": "is its disk mounted, and may the user write the file and its folder?",
    "SQLITE_FULL": "free space on its disk",
    "SQLITE_IOERR": "its disk is full or fails: free space, and check its health",
    "SQLITE_BUSY": "another process holds it for long: end what hangs, and try again",
    "SQLITE_LOCKED": "another process holds it for long: end what hangs, and try again",
    "SQLITE_PERM": "let the user who runs TraderAI own it",
    "SQLITE_AUTH": "let the user who runs TraderAI own it",
    "SQLITE_NOMEM": "free memory, or give the machine more",
    "SQLITE_NOLFS": "its disk allows no files so large",
}
_EMPTIED = (
    "it was emptied, or is of another version of Dagster: put it back from a backup, or type "
    '"dagster instance migrate"'
)


def name_database_files() -> None:
    """Let every error of SQLAlchemy in this process name the SQLite file it came from."""
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    if not event.contains(Engine, "handle_error", _note_file):
        event.listen(Engine, "handle_error", _note_file)


def file_of(error: BaseException) -> str | None:
    """Return the SQLite file an error of SQLAlchemy was noted to come from."""
    notes = [note for note in getattr(error, "__notes__", []) if note.startswith(_NOTE)]
    return notes[0].removeprefix(_NOTE) if notes else None


def sqlite_way_out(error: sqlite3.Error) -> str:
    """Return what to do about an error of SQLite."""
    name = getattr(error, "sqlite_errorname", None) or ""
    if "no such table" in str(error) or "no such column" in str(error):
        return _EMPTIED
    primary = "_".join(name.split("_")[:2])
    return _WAYS_OUT.get(primary, "check the file, and put it back from a backup")


def _note_file(context: "ExceptionContext") -> None:
    if context.engine is None or context.engine.url.get_backend_name() != "sqlite":
        return
    for error in (context.sqlalchemy_exception, context.original_exception):
        if error is not None and file_of(error) is None:
            error.add_note(f"{_NOTE}{context.engine.url.database}")
