"""Where the launcher gets its workers: warm ones where there are any, else started from nothing.

There are none while a fork server loads, where it has died, and where code, settings or environment
have changed since: another one loads then, and no run waits for it.
"""

import ctypes
import logging
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from dagster import DagsterRun
from dagster._core.code_pointer import FileCodePointer
from dagster._core.origin import RepositoryPythonOrigin
from dagster._serdes import serialize_value

from traderai_assets.instance.warm_workers.fork_client import ForkClient, ForkServerAway
from traderai_assets.instance.warm_workers.processes import (
    ForkedProcess,
    StartedProcess,
    WorkerProcess,
)
from traderai_assets.instance.warm_workers.strays import Strays

_log = logging.getLogger("dagster.traderai.warm_workers")
_PR_SET_CHILD_SUBREAPER = 36


class WorkerPool:
    """Workers of one daemon; its methods may be called from many threads.

    Parameters
    ----------
    warm : bool
        Whether workers may be forked. They are children of this process then, which becomes the
        parent of whatever its descendants leave behind.
    """

    def __init__(self, *, warm: bool) -> None:
        self._warm = warm
        self._lock = threading.Lock()
        self._servers: dict[str, ForkClient] = {}
        # Code that could not be loaded: not tried again before it has changed
        self._broken: dict[str, str] = {}
        self._strays = Strays()

    def worker(self, run: DagsterRun) -> WorkerProcess:
        """Return a worker that waits for its word to go on."""
        origin = run.job_code_origin
        if origin is None:
            return StartedProcess(sys.executable)
        forked = None
        if self._warm and _same_python(origin.executable_path):
            with self._lock:
                self._strays.bury()
                forked = self._forked(origin.repository_origin)
        return forked or StartedProcess(origin.executable_path)

    def fork_servers(self) -> list[int]:
        """Process ids of the fork servers there are."""
        with self._lock:
            return [server.pid for server in self._servers.values()]

    def close(self) -> None:
        """Let the fork servers end; workers go on."""
        with self._lock:
            while self._servers:
                self._servers.popitem()[1].close()

    def _forked(self, origin: RepositoryPythonOrigin) -> ForkedProcess | None:
        # Whoever opens the instance imports this file, and few launch anything
        from traderai_assets.instance.warm_workers.fingerprint import fingerprint

        code, now = serialize_value(origin), datetime.now(UTC)
        current = fingerprint(_files_of(origin), now)
        server = self._servers.get(code)
        if server is not None and server.loaded != current:
            self._servers.pop(code).close()
            server = None
        if server is None:
            self._start(code, origin, current)
            return None
        try:
            return server.fork() if server.is_ready() else None
        except ForkServerAway as error:
            _log.warning("fork server %s is away: %s", server.pid, error)
            if server.cannot_load():
                self._broken[code] = current
            self._servers.pop(code).close()
            self._start(code, origin, current)
            return None

    def _start(self, code: str, origin: RepositoryPythonOrigin, current: str) -> None:
        if self._broken.get(code) == current:
            return
        _adopt_orphans()
        try:
            self._servers[code] = ForkClient(origin, current)
        except (OSError, ForkServerAway) as error:
            _log.warning("no fork server could be started: %s", error)


def _same_python(path: str) -> bool:
    """Whether it is this interpreter, of this environment, by whatever name."""
    asked, own = Path(path), Path(sys.executable)
    return asked.parent == own.parent and asked.resolve() == own.resolve()


def _files_of(origin: RepositoryPythonOrigin) -> Iterator[Path]:
    pointer = origin.code_pointer
    if isinstance(pointer, FileCodePointer):
        yield Path(pointer.python_file)


def _adopt_orphans() -> None:
    """Become the parent of descendants whose own parent has ended: so of every forked worker.

    Raises
    ------
    OSError
        If the system knows no such thing.
    """
    library = ctypes.CDLL(None, use_errno=True)
    if library.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "PR_SET_CHILD_SUBREAPER was refused")
