"""The identity of a process: what distinguishes it from every other that ever had its number.

A number alone does not: it is given out again, after a restart of the machine in the same order.
Linux knows when a process began, which boot of which kernel it belongs to, and, inside containers,
which of them counts its numbers from one.
"""

import json
import os
import socket
from dataclasses import asdict, dataclass
from enum import Enum
from pathlib import Path
from typing import Self

from traderai_assets.domain.errors import InvalidInput

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
# Of /proc/PID/stat, counted behind the command's name, which may hold anything
_STATE, _STARTED = 0, 19
_DEAD = frozenset("ZX")


class Liveness(Enum):
    """What can be seen of a process from here."""

    ALIVE = "alive"
    GONE = "gone"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True)
class ProcessIdentity:
    """One process.

    Attributes
    ----------
    host : name of the machine or container
    boot : id of the kernel's boot
    namespace : where its number counts; two containers of one machine have two
    pid : its number there
    started : clock ticks from the boot to its start
    """

    host: str
    boot: str
    namespace: str
    pid: int
    started: int

    @classmethod
    def of(cls, pid: int) -> Self:
        """Identify a process of this machine.

        Raises
        ------
        ProcessLookupError
            If there is none with this number.
        """
        stat = _stat(pid)
        if stat is None:
            raise ProcessLookupError(f"no process {pid} on {socket.gethostname()}")
        return cls(
            host=socket.gethostname(),
            boot=_BOOT_ID.read_text().strip(),
            namespace=os.readlink("/proc/self/ns/pid"),  # noqa: PTH115  # It is no path
            pid=pid,
            started=int(stat[_STARTED]),
        )

    @classmethod
    def here(cls) -> Self:
        """Identify this process."""
        return cls.of(os.getpid())

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what `text` wrote; raise InvalidInput where it did not."""
        try:
            found = cls(**json.loads(text))
        except (ValueError, TypeError) as error:
            raise InvalidInput(f"{text[:200]!r} identifies no process: {error}") from error
        if type(found.pid) is not int or type(found.started) is not int or found.pid <= 0:
            raise InvalidInput(f"{text[:200]!r} identifies no process: pid and started are numbers")
        return found

    @property
    def text(self) -> str:
        """What a tag holds."""
        return json.dumps(asdict(self))

    @property
    def label(self) -> str:
        """Its name for people."""
        return f"process {self.pid} on {self.host}"

    def liveness(self) -> Liveness:
        """Return whether it lives, as far as it can be seen from here.

        Another boot of the same machine, or a container of the same name made anew, has none of
        the processes of the one before. Of another machine nothing can be said.
        """
        here = ProcessIdentity.here()
        if (self.boot, self.namespace) != (here.boot, here.namespace):
            return Liveness.GONE if self.host == here.host else Liveness.ELSEWHERE
        stat = _stat(self.pid)
        alive = (
            stat is not None and int(stat[_STARTED]) == self.started and stat[_STATE] not in _DEAD
        )
        return Liveness.ALIVE if alive else Liveness.GONE


def is_zombie(pid: int) -> bool:
    """Whether a process of this machine has ended and was not waited for."""
    stat = _stat(pid)
    return stat is not None and stat[_STATE] == "Z"


def _stat(pid: int) -> list[str] | None:
    """Return what the kernel knows of a process; None where there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
