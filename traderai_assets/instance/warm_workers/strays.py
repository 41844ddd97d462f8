"""Children that nobody waits for: what killed workers had started, and left to the daemon.

Whoever started a child waits for it, and buries it at once. What is dead and still there a minute
later has nobody who does.
"""

import os
import time
from contextlib import suppress
from pathlib import Path

from traderai_assets.instance.process_identity import is_zombie

SECONDS = 60.0


class Strays:
    """Dead children of this process, and since when each is seen."""

    def __init__(self) -> None:
        self._seen: dict[int, float] = {}

    def bury(self, now: float | None = None) -> int:
        """Bury whom nobody has buried for a minute; return how many.

        Parameters
        ----------
        now : float, optional
            Seconds of the monotonic clock.
        """
        now = time.monotonic() if now is None else now
        dead = {pid for pid in _children() if is_zombie(pid)}
        self._seen = {pid: self._seen.get(pid, now) for pid in dead}
        old = [pid for pid, since in self._seen.items() if now - since >= SECONDS]
        for pid in old:
            with suppress(ChildProcessError):  # Its own parent was faster
                os.waitpid(pid, os.WNOHANG)
        return len(old)


def _children() -> set[int]:
    found: set[int] = set()
    for thread in Path("/proc/self/task").iterdir():
        with suppress(FileNotFoundError):  # A thread that ended while we looked
            found |= {int(pid) for pid in (thread / "children").read_text().split()}
    return found
