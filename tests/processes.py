"""The processes of one platform, found by the home in their environment, whoever started them.

As a script it waits for its standard input to end, which happens when whoever started it ends,
be it by kill -9, and then ends the platform: nothing outlives the tests.
"""

import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

# As they stand in command lines
DAEMON = b"dagster._daemon"
FORK_SERVER, WORKER = b"warm_workers.fork_server", b"traderai_assets.instance.worker"
SECONDS_TO_BECOME = 0.2


def processes_of(home: Path) -> dict[int, str]:
    """Process id -> command line of every process with this DAGSTER_HOME."""
    mine = f"DAGSTER_HOME={home}\0".encode()
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # It ended while we looked, or is another user's
            if mine in (folder / "environ").read_bytes() + b"\0":
                found[int(folder.name)] = (folder / "cmdline").read_text()
    return found


def is_fork_server(process: int) -> bool:
    """Whether it is the process that forks workers, and none that was forked just now."""
    command, stdin = _becomes(process)
    return FORK_SERVER in command and stdin.startswith("socket:")


def is_worker(process: int) -> bool:
    """Whether it works on a run: started as a worker, or forked to be one."""
    command, stdin = _becomes(process)
    return WORKER in command or (FORK_SERVER in command and stdin.startswith("pipe:"))


def _becomes(process: int) -> tuple[bytes, str]:
    """Return the command line and the standard input of what may have been started just now.

    What was just started has its parent's command line, then for a moment none, then its own; what
    was just forked has the fork server's standard input until it has its own.
    """
    folder = Path(f"/proc/{process}")
    deadline = time.monotonic() + SECONDS_TO_BECOME
    command, stdin = b"", ""
    with suppress(OSError):  # It has ended
        while not _has_become(command, stdin) and time.monotonic() < deadline:
            time.sleep(0.001)
            command = (folder / "cmdline").read_bytes()
            stdin = str((folder / "fd" / "0").readlink())
        return command, stdin
    return b"", ""


def _has_become(command: bytes, stdin: str) -> bool:
    if FORK_SERVER in command:
        return not stdin.startswith("socket:")
    return bool(command) and DAEMON not in command


def end_all(home: Path) -> None:
    """Kill every process of the platform at once, as a power cut would."""
    while left := processes_of(home):
        for process in left:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        time.sleep(0.1)


if __name__ == "__main__":
    sys.stdin.read()
    end_all(Path(sys.argv[1]))
