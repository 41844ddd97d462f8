"""A worker's process as the launcher sees it: started from nothing, or forked.

Both wait at their standard input for the word to go on, both are children of the daemon.
"""

import os
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from typing import Protocol

WORKER = "traderai_assets.instance.worker"
# One thread of linear algebra is what a process may have that is to be forked, and all workers are
# alike; results do not depend on it
ENVIRONMENT: Mapping[str, str] = {"OPENBLAS_NUM_THREADS": "1"}


class WorkerProcess(Protocol):
    """A worker that waits for its word to go on."""

    @property
    def pid(self) -> int:
        """Its number."""

    def let_go_on(self, word: str) -> None:
        """Send the word, a line; OSError where the worker is gone."""

    def wait(self) -> int:
        """Wait for its end; return its code, negative where a signal ended it."""

    def leave(self) -> None:
        """Let the word never come."""


class StartedProcess:
    """A worker that imports everything itself.

    Parameters
    ----------
    python : str
        The interpreter that its run's code asks for.
    """

    def __init__(self, python: str) -> None:
        self._process = subprocess.Popen(  # noqa: S603
            [python, "-m", WORKER],
            stdin=subprocess.PIPE,
            text=True,
            env={**os.environ, **ENVIRONMENT},
        )
        self.pid = self._process.pid

    def let_go_on(self, word: str) -> None:
        """Send the word."""
        if self._process.stdin is None:
            raise TypeError("the worker was started without a standard input")
        with self._process.stdin as stdin:
            stdin.write(f"{word}\n")

    def wait(self) -> int:
        """Wait for its end."""
        return self._process.wait()

    def leave(self) -> None:
        """Let the word never come."""
        with suppress(OSError):  # What was written before cannot reach it any more
            if self._process.stdin is not None:
                self._process.stdin.close()


class ForkedProcess:
    """A worker that was forked from a process that has imported everything.

    Parameters
    ----------
    pid : int
    word : int
        Descriptor of the pipe to its standard input; this object's from now on.
    """

    def __init__(self, pid: int, word: int) -> None:
        self.pid = pid
        self._word = os.fdopen(word, "w")

    def let_go_on(self, word: str) -> None:
        """Send the word."""
        with self._word as pipe:
            pipe.write(f"{word}\n")

    def wait(self) -> int:
        """Wait for its end."""
        _, status = os.waitpid(self.pid, 0)
        self.leave()
        return os.waitstatus_to_exitcode(status)

    def leave(self) -> None:
        """Let the word never come."""
        with suppress(OSError):  # What was written before cannot reach it any more
            self._word.close()
