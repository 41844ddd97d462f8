"""Patience with a database that goes away and comes back: what counts as away, and waiting for it.

Nothing here knows what is asked of the database; whether a call may be made again, or has to find
out first what became of it, is the caller's to say.
"""

import functools
import inspect
import logging
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from dagster_postgres.utils import DagsterPostgresException
from sqlalchemy.exc import DBAPIError

# A restart takes a second, a recovery or an upgrade of the server a minute or two
RETRY_SECONDS = 300.0
# Opening: a worker that is started meanwhile waits; a person with a wrong password, not for ever
OPENING_RETRY_SECONDS = 60.0
# The web server's connections are dead after a restart: its first page needs a second try
WEB_RETRY_SECONDS = 5.0
_SECONDS_BETWEEN_TRIES = 0.5
# SQLSTATE: the connection is lost; the server stops; our transaction was undone, and may come again
_AWAY_STATES = ("08", "57P", "40")
# What psycopg2 raises where not even a state came from the server
_AWAY_ERRORS = {"OperationalError", "InterfaceError", "DatabaseError"}
# Of an interface, what sets up or ends the storage: there a person waits, or nobody
_IMPATIENT = {
    *("upgrade", "migrate", "optimize", "optimize_for_webserver", "alembic_version"),
    *("wipe", "dispose", "watch", "end_watch", "reindex_events", "reindex_assets"),
}
_log = logging.getLogger(__name__)
_waiting = threading.local()

Answer = TypeVar("Answer")
Storage = TypeVar("Storage", bound=type)


def away(error: Exception) -> bool:
    """Return whether the database was not there, as opposed to having refused."""
    if isinstance(error, DagsterPostgresException):
        return True  # Dagster's own few seconds of patience are over
    # Optuna has an error of its own for whatever the database said
    told = error if isinstance(error, DBAPIError) else error.__cause__
    if not isinstance(told, DBAPIError):
        return False
    if state := getattr(told.orig, "pgcode", None):
        return str(state).startswith(_AWAY_STATES)
    return told.connection_invalidated or type(told.orig).__name__ in _AWAY_ERRORS


def wait_out(
    seconds: float, call: Callable[[], Answer], again: Callable[[], Answer] | None = None
) -> Answer:
    """Return what `call` returns; while the database is away, wait, and then ask `again`.

    A call inside another is made once: the outermost knows what may be done again.

    Parameters
    ----------
    seconds : how long in all; after that the error is raised as it is
    call : what is wanted
    again : the same, for one who does not know what became of the first call; default `call`
    """
    if getattr(_waiting, "already", False):
        return call()
    deadline = time.monotonic() + seconds
    _waiting.already = True
    try:
        while True:
            try:
                return call()
            except Exception as error:
                if not away(error) or time.monotonic() > deadline:
                    raise
                _log.warning("the database is away, waiting for it: %s", error.__cause__ or error)
            time.sleep(_SECONDS_BETWEEN_TRIES)
            call = again or call
    finally:
        _waiting.already = False


class Patient:
    """How long one of Dagster's storages waits: before its own class among the bases."""

    retry_seconds = RETRY_SECONDS

    def optimize_for_webserver(self, *args: Any, **kwargs: Any) -> None:
        """Let nobody wait for long in front of a page."""
        self.retry_seconds = WEB_RETRY_SECONDS
        super().optimize_for_webserver(*args, **kwargs)  # type: ignore[misc]


def patient_with(interface: type) -> Callable[[Storage], Storage]:
    """Let every call of a storage's interface be made again until the database is back.

    What the class itself defines is left alone: such calls may not simply be made again.
    """

    def made_patient(storage: Storage) -> Storage:
        for name in sorted(_calls_of(interface) - _IMPATIENT - vars(storage).keys()):
            method = getattr(storage, name)
            if inspect.isfunction(method) and not inspect.isgeneratorfunction(method):
                setattr(storage, name, _patient(method))
        return storage

    return made_patient


def _calls_of(interface: type) -> set[str]:
    library = interface.__module__.partition(".")[0]
    own = [base for base in interface.__mro__ if base.__module__.partition(".")[0] == library]
    return {name for base in own for name in vars(base) if not name.startswith("_")}


def _patient(method: Callable[..., Answer]) -> Callable[..., Answer]:
    @functools.wraps(method)
    def waiting(self: Any, *args: Any, **kwargs: Any) -> Answer:
        return wait_out(self.retry_seconds, lambda: method(self, *args, **kwargs))

    return waiting
