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
DAEMON, FORK_SERVER = b"dagster._daemon", b"warm_workers.fork_server"


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
    folder = Path(f"/proc/{process}")
    with suppress(OSError):  # It has ended
        for _ in range(200):  # What the daemon has just started is not yet what it will be
            if DAEMON not in (told := (folder / "cmdline").read_bytes()):
                break
            time.sleep(0.001)
        if FORK_SERVER in told:
            time.sleep(0.1)  # By then who was forked has its word's pipe
            return str((folder / "fd" / "0").readlink()).startswith("socket:")
    return False


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
