"""One fork server as the daemon sees it: started, asked for workers, given up."""

import os
import socket
import subprocess
import sys
import threading

from dagster._core.origin import RepositoryPythonOrigin
from dagster._serdes import serialize_value

from traderai_assets.instance.warm_workers.fork_server import MAX_MESSAGE, READY
from traderai_assets.instance.warm_workers.processes import ENVIRONMENT, ForkedProcess

_FORK_SERVER = "traderai_assets.instance.warm_workers.fork_server"
# A fork takes milliseconds; on a machine that is short of memory it may take longer
SECONDS_TO_FORK = 20.0


class ForkServerAway(Exception):
    """It has ended, or does not answer."""


class ForkClient:
    """A fork server that this process started.

    Parameters
    ----------
    origin : RepositoryPythonOrigin
        The code to load.
    loaded : str
        Fingerprint of what it loads, as it was before.
    """

    def __init__(self, origin: RepositoryPythonOrigin, loaded: str) -> None:
        self.loaded = loaded
        self.ready = False
        self._socket, its_own = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with its_own:
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", _FORK_SERVER],
                stdin=its_own.fileno(),
                env={**os.environ, **ENVIRONMENT},
            )
        self._socket.settimeout(SECONDS_TO_FORK)
        try:
            self._socket.send(serialize_value(origin).encode())
        except OSError as error:
            self.close()
            raise ForkServerAway(str(error)) from error

    @property
    def pid(self) -> int:
        """Number of its process."""
        return int(self._process.pid)

    def is_ready(self) -> bool:
        """Whether it has loaded everything; never waits.

        Raises
        ------
        ForkServerAway
            If it has ended.
        """
        if not self.ready:
            try:
                told = self._socket.recv(len(READY), socket.MSG_DONTWAIT)
            except BlockingIOError:
                return False
            except OSError as error:
                raise ForkServerAway(str(error)) from error
            if told != READY:
                raise ForkServerAway("it ended while it loaded the code")
            self.ready = True
        return True

    def fork(self) -> ForkedProcess:
        """Return a worker that waits for its word to go on.

        Raises
        ------
        ForkServerAway
            If it has ended or does not answer. A worker that was forked all the same ends at once:
            nobody holds the other end of its pipe.
        """
        heard, said = os.pipe()
        try:
            pid = self._asked_for(heard)
        except BaseException:
            os.close(said)
            raise
        finally:
            os.close(heard)
        return ForkedProcess(pid, said)

    def _asked_for(self, descriptor: int) -> int:
        try:
            socket.send_fds(self._socket, [b"!"], [descriptor])
            told = self._socket.recv(MAX_MESSAGE)
        except OSError as error:
            raise ForkServerAway(str(error)) from error
        if not told:
            raise ForkServerAway("it has ended")
        return int(told)

    def cannot_load(self) -> bool:
        """Whether it has given up by itself before it was ready, and would so again."""
        if self.ready:
            return False
        try:
            return self._process.wait(SECONDS_TO_FORK) > 0
        except subprocess.TimeoutExpired:
            return False

    def close(self) -> None:
        """End it, whatever it is at: its workers are not its children, and go on."""
        self._socket.close()
        self._process.terminate()
        threading.Thread(target=self._process.wait, name="fork-server-ends", daemon=True).start()
