"""Process groups: a process and all it has started, ended together and nobody else."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

SECONDS_TO_STOP = 20
_SECONDS_BETWEEN_POLLS = 0.1
# Of /proc/PID/stat, counted behind the command's name, which may hold anything
_STATE, _GROUP = 0, 2
_DEAD = frozenset("ZX")


def end_group(leader: "subprocess.Popen[bytes]") -> None:
    """End a group: gently its leader, then whom it leaves behind; by force who does not heed it.

    Who asks a second time, by Ctrl-C, is not made to wait. The leader is buried last: until then
    its number, and so the group's, is nobody else's. A run that is ended so is reconciled and tried
    again when Dagster is started the next time.
    """
    group = leader.pid
    try:
        if group in living(group):
            os.kill(group, signal.SIGINT)
            _gone_within(group, SECONDS_TO_STOP, leader_only=True)
        if group in living(group):
            os.kill(group, signal.SIGKILL)
        # Code servers and runs, which outlive who started them
        _gone_within(group, SECONDS_TO_STOP)
    finally:
        if living(group):
            with suppress(ProcessLookupError):  # The last of them ended meanwhile
                os.killpg(group, signal.SIGKILL)
            _gone_within(group, SECONDS_TO_STOP)
        leader.wait()


def living(group: int) -> set[int]:
    """Return the processes of a group that do more than wait to be buried."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(FileNotFoundError, ProcessLookupError):  # It ended while we read
            stat = (folder / "stat").read_text().rpartition(")")[2].split()
            if stat[_STATE] not in _DEAD and int(stat[_GROUP]) == group:
                found.add(int(folder.name))
    return found


def _gone_within(group: int, seconds: float, *, leader_only: bool = False) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        left = living(group)
        if not left or (leader_only and group not in left):
            return True
        time.sleep(_SECONDS_BETWEEN_POLLS)
    return False
