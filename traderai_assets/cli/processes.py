"""Processes: started with a name, watched, and ended with everything they have started."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from traderai_assets.cli.process_groups import end_group
from traderai_assets.domain.errors import TraderAIError

HOST = "127.0.0.1"  # the web server has no authentication
PRIVATE = 0o077  # umask of all we start: nobody else on the machine reads what they write
SECONDS_TO_START = 120
_SECONDS_BETWEEN_POLLS = 0.1


class ProcessStopped(TraderAIError):
    """A process of ours ended though nobody asked it to."""


@dataclass(frozen=True)
class Service:
    """A process we started: what people call it, and where it writes; it leads a group."""

    name: str
    process: "subprocess.Popen[bytes]"
    log: Path | None
    started: float = field(default_factory=time.monotonic)

    def how_it_ended(self) -> str | None:
        """Return how it ended, in words; None while it lives.

        Its number is kept from being given to another process until its group was ended.
        """
        flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
        if self.process.returncode is None:
            ended = os.waitid(os.P_PID, self.process.pid, flags)
            if ended is None:
                return None
            code, killed = ended.si_status, ended.si_code != os.CLD_EXITED
        else:
            code, killed = abs(self.process.returncode), self.process.returncode < 0
        if not killed:
            return f"ended with code {code}"
        more = " (the kernel does so where memory runs out)" if code == signal.SIGKILL else ""
        return f"was ended by {signal.Signals(code).name}{more}"

    def check(self) -> None:
        """Do nothing while it lives.

        Raises
        ------
        ProcessStopped
            Where it has ended: which process, how, after how long, and where its log is.
        """
        how = self.how_it_ended()
        if how is not None:
            raise self.stopped(how)

    def stopped(self, how: str) -> ProcessStopped:
        """Return the error for its end."""
        lived = time.monotonic() - self.started
        place = f"in {self.log}" if self.log else "above"
        return ProcessStopped(
            f"{self.name} (process {self.process.pid}) {how}, {lived:.0f} s after its start, and "
            f"everything was stopped with it. What it printed last is {place}; start again with "
            "the same command, and what was queued or at work goes on"
        )


@contextmanager
def service_running(
    name: str,
    command: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    log: Path | None,
) -> Iterator[Service]:
    """Run a command in a group of its own while the block lasts; without a log it writes to ours.

    An error within the block is that of the process, where that is what has ended.
    """
    log_file = log.open("ab") if log else None
    process = subprocess.Popen(  # noqa: S603
        command,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=log_file,
        stderr=subprocess.STDOUT if log_file else None,
        start_new_session=True,  # Ctrl-C reaches us alone, and we end the whole group
        umask=PRIVATE,
    )
    service = Service(name, process, log)
    try:
        yield service
    except Exception:
        service.check()
        raise
    finally:
        end_group(process)
        if log_file:
            log_file.close()


@contextmanager
def sandbox_running(arguments: Sequence[str], url: str, log: Path) -> Iterator[Service]:
    """Run `traderai sandbox` with `arguments` while the block lasts."""
    command = [sys.executable, "-m", "traderai_assets.cli", "sandbox", *arguments]
    with service_running("the sandbox", command, log=log) as service:
        wait_until(service, lambda: answers(f"{url}/api/v3/ping"))
        yield service


def free_port(preferred: int) -> int:
    """Return `preferred` if nobody listens there, else a free port."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise TraderAIError(f"no free port on {HOST}")


def answers(url: str) -> bool:
    """Whether a server answers there, be it with an error."""
    try:
        with urllib.request.urlopen(url, timeout=5):  # noqa: S310
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def wait_until(service: Service, ready: Callable[[], bool]) -> None:
    """Return when the service is ready.

    Raises
    ------
    ProcessStopped
        If it ended before.
    TraderAIError
        If it takes too long.
    """
    deadline = time.monotonic() + SECONDS_TO_START
    while not ready():
        service.check()
        if time.monotonic() > deadline:
            where = f"; see {service.log}" if service.log else ""
            raise TraderAIError(f"{service.name} is not up within {SECONDS_TO_START} s{where}")
        time.sleep(_SECONDS_BETWEEN_POLLS)
