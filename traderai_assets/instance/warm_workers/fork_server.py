"""The process that forks workers: it loads the code once, and then waits to be asked.

It speaks over the socket that is its standard input, and ends when the daemon at the other end
does.
Asked once what to load, it says when it is ready; asked for a worker it forks twice, so that the
worker belongs to the daemon and not to it, and answers with the worker's process id. The worker is
the platform's ordinary one, with its word to go on at its own standard input.

Nothing is touched before a fork that a fork would break: no table is open, no thread is started,
nothing was fitted. A test lists what this process has.
"""

import gc
import importlib
import os
import signal
import socket
import sys

from traderai_assets.instance import worker

NAME = "traderai-forks"
READY = b"ready"
# A repository's origin and nothing else
MAX_MESSAGE = 65_536


def main() -> None:
    """Load what is named first, then fork a worker for each descriptor that comes."""
    worker.call_this_process(NAME)
    with socket.socket(fileno=os.dup(0)) as daemon:
        asked = daemon.recv(MAX_MESSAGE)
        if not asked:
            return
        load(asked.decode())
        try:
            daemon.send(READY)
        except OSError:  # The daemon has ended meanwhile
            return
        if not _serve(daemon):
            return
    worker.main()


def load(origin: str) -> None:
    """Load the definitions that runs of this code will ask for, and what their steps import.

    Parameters
    ----------
    origin : str
        A `RepositoryPythonOrigin`, as Dagster serializes it.
    """
    import dagster._cli.api
    import dagster._core.execution.api  # noqa: F401
    from dagster._core.definitions.reconstruct import ReconstructableRepository
    from dagster._core.origin import RepositoryPythonOrigin
    from dagster._serdes import deserialize_value

    pointer = deserialize_value(origin, RepositoryPythonOrigin).code_pointer
    for job in ReconstructableRepository(pointer).get_definition().get_all_jobs():
        job.get_subset()
    module = getattr(pointer, "module", None)
    warm_up = getattr(importlib.import_module(module), "warm_up", None) if module else None
    if warm_up is not None:
        warm_up()
    # What is here now is everybody's: no worker's collector has to look at it, and copy it
    gc.collect()
    gc.freeze()


def _serve(daemon: socket.socket) -> bool:
    """Fork a worker for each request; True in the worker, False when the daemon is gone."""
    while True:
        asked, descriptors, _, _ = socket.recv_fds(daemon, 1, 1)
        if not asked:
            return False
        [word] = descriptors
        pid = _fork_for_the_daemon(word)
        if pid is None:
            return True
        os.close(word)
        daemon.send(str(pid).encode())


def _fork_for_the_daemon(word: int) -> int | None:
    """Fork a worker whose parent is the daemon; None in the worker."""
    heard, said = os.pipe()
    between = os.fork()
    if between:
        os.close(said)
        with os.fdopen(heard) as answer:
            pid = int(answer.read())
        os.waitpid(between, 0)  # From now on the worker has no parent but the daemon
        return pid
    os.close(heard)
    pid = os.fork()
    if pid:
        os.write(said, str(pid).encode())
        os._exit(0)
    os.close(said)
    _become_a_worker(word)
    return None


def _become_a_worker(word: int) -> None:
    worker.call_this_process(worker.NAME)
    os.dup2(word, 0)
    os.close(word)
    sys.stdin = os.fdopen(0, closefd=False)
    signal.signal(signal.SIGINT, signal.default_int_handler)


if __name__ == "__main__":
    main()
