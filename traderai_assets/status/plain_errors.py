"""Errors in one line: our own, the machine's, and the database's under Dagster; others stay whole.

Nothing is imported for it: what was not loaded has raised nothing. Each line names the place, what
is wrong with it, and the way out.
"""

import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from errno import EDQUOT, ENOSPC, EROFS
from pathlib import Path

from traderai_assets.domain.errors import TraderAIError
from traderai_assets.domain.ways_out import errno_in, way_out_of
from traderai_assets.instance.database_errors import file_of, sqlite_way_out

_DATABASE = (
    ("sqlalchemy.exc", "SQLAlchemyError"),
    ("dagster_postgres.utils", "DagsterPostgresException"),
)
_CONFIG = (("dagster._core.errors", "DagsterInvalidConfigError"),)
_WRAPPERS = ("dagster", "sqlalchemy", "alembic", "click")
_SPARE_BYTES = 2**20


def in_one_line(error: Exception) -> str | None:
    """Return the error as a person can use it; None where only its traceback helps."""
    if isinstance(error, TraderAIError):
        return str(error)
    if isinstance(error, OSError):
        return _of_machine(error)
    if isinstance(error, _loaded(_DATABASE)):
        return _of_database(error)
    if isinstance(error, _loaded(_CONFIG)):
        faults = [fault.message for fault in getattr(error, "errors", [])] or [str(error)]
        return f"Dagster's instance cannot be opened as dagster.yaml says: {_first_line(faults[0])}"
    return _of_wrapped(error)


def _of_machine(error: OSError) -> str:
    """Name the file, or where it must have been, and what to do."""
    number = error.errno if error.errno is not None else errno_in(str(error))
    way_out = way_out_of(number)
    if number is None or way_out is None:
        return str(error)
    names = [os.fsdecode(name) for name in (error.filename, error.filename2) if name is not None]
    message = os.strerror(number) if names or error.strerror is None else error.strerror
    where = " and ".join(names) or _suspects(number)
    return f"{where}: {message}; {way_out}" if where else f"{message}; {way_out}"


def _suspects(number: int) -> str:
    """Return the places that are full, or read-only, where the error names none."""
    if number not in (ENOSPC, EDQUOT, EROFS):
        return ""
    found = []
    for place in dict.fromkeys(_places()):
        read_only = os.statvfs(place).f_flag & os.ST_RDONLY
        free = shutil.disk_usage(place).free
        if read_only if number == EROFS else free < _SPARE_BYTES:
            found.append(f"{place} ({free // 2**10} KiB free)")
    return " and ".join(found)


def _places() -> Iterator[Path]:
    """Yield where we write: the home, the lake, the folder we stand in, temporary files."""
    import tempfile

    from traderai_assets.settings import load_settings

    places = [Path.cwd(), Path(tempfile.gettempdir())]
    try:
        settings = load_settings()
        places = [settings.home.resolve(), Path(settings.lake_root), *places]
    except TraderAIError:  # The settings' own error is raised by whoever needs them
        pass
    for place in places:
        here = next((one for one in (place, *place.parents) if one.exists()), None)
        if here is not None:
            yield here


def _of_database(error: Exception) -> str:
    cause = _origin(error)
    if isinstance(cause, sqlite3.Error):
        file = file_of(error) or file_of(cause) or "a database file of Dagster's instance"
        return f"{file}: {_first_line(str(cause))}; {sqlite_way_out(cause)}"
    return (
        f"the database of Dagster's instance does not answer: {_first_line(str(cause))}; is it "
        "running, and do dagster.yaml and the environment name the right one?"
    )


def _of_wrapped(error: Exception) -> str | None:
    """Unwrap what a library raised around an error that we can explain."""
    if isinstance(error, sqlite3.Error):
        return _of_database(error)
    cause = error.__cause__ or error.__context__
    library = type(error).__module__.partition(".")[0]
    if library not in _WRAPPERS or not isinstance(cause, Exception):
        return None
    return in_one_line(cause)


def _loaded(names: tuple[tuple[str, str], ...]) -> tuple[type[Exception], ...]:
    return tuple(
        getattr(sys.modules[module], name) for module, name in names if module in sys.modules
    )


def _origin(error: BaseException) -> BaseException:
    """Return the first cause: who gave up retrying names only that."""
    while error.__cause__ is not None:
        error = error.__cause__
    return error


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0].rstrip(" :")
