"""What the killed owner of a home left behind: found by its mark, and ended.

Only processes that carry the mark of this very home are read, each is identified by its start, and
a signal goes to that process or to none, whoever has its number by then.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from traderai_assets.domain.errors import TraderAIError
from traderai_assets.instance.process_identity import ProcessIdentity
from traderai_assets.instance.run_workers import stop
from traderai_assets.instance.worker import NAME as WORKER

# No setting of ours: a mark that children inherit
OWNER_VARIABLE = "HOME_OWNER_OF_TRADERAI"


def end_survivors(home: Path) -> str:
    """End what carries the mark of `home`, but for run workers; return what it was.

    Raises
    ------
    TraderAIError
        If one of them does not end, also when it is killed.
    """
    ended = []
    while found := list(survivors(home)):  # One may have started another meanwhile
        for process, command in found:
            if not stop(process):
                raise TraderAIError(
                    f"{process.label} ({command}) is left over in {home} and outlives its kill; "
                    f'"ps -o stat,wchan {process.pid}" shows what it waits for'
                )
            ended.append(f"process {process.pid} ({command})")
    return ", ".join(ended)


def survivors(home: Path) -> Iterator[tuple[ProcessIdentity, str]]:
    """Yield each process of ours that carries the mark of `home`, with its command."""
    mark = f"{OWNER_VARIABLE}={home}\0".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        if int(folder.name) == os.getpid():
            continue
        with suppress(OSError):  # It ended while we read, or is another user's
            if mark not in (folder / "environ").read_bytes() + b"\0":
                continue
            command = (folder / "cmdline").read_bytes()
            # A run goes on without its daemon
            if command and (folder / "comm").read_text().strip() != WORKER:
                arguments = command.replace(b"\0", b" ").decode(errors="replace").split()
                yield ProcessIdentity.of(int(folder.name)), " ".join(arguments[1:4])
