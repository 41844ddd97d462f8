"""One owner of a home at a time: `traderai dev` or `traderai demo`, and nobody beside it.

The lock is the kernel's, on a file in the home, and goes with the process that holds it, however
that ends. What the owner had started may outlive it: it is found by a mark in its environment and
ended before the next owner starts. Run workers are left at work: they are known, and seen to live
(`instance/run_workers.py`). Commands that only ask or note something need no lock.
"""

import errno
import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path

import click

from traderai_assets.cli.dev.leftover_processes import OWNER_VARIABLE, end_survivors
from traderai_assets.domain.errors import InvalidInput, TraderAIError
from traderai_assets.instance.process_identity import ProcessIdentity
from traderai_assets.settings import Settings

LOCK_FILE = "owner.json"
_HELD = {errno.EAGAIN, errno.EACCES, errno.EWOULDBLOCK}


class HomeInUse(TraderAIError):
    """Another command owns the home."""

    may_pass = True


class HomeUnusable(TraderAIError):
    """The home cannot be written to, or its file system knows no locks."""


@dataclass(frozen=True)
class Owner:
    """Who owns a home: which process, by what command, since when."""

    process: str
    command: str
    since: str

    @property
    def label(self) -> str:
        """Its name for people."""
        who = ProcessIdentity.parse(self.process)
        return f'"{self.command}" ({who.label}) since {self.since}'

    @property
    def way_out(self) -> str:
        """How to stop it."""
        who = ProcessIdentity.parse(self.process)
        here = ProcessIdentity.here()
        there = "" if who.host == here.host else f", on {who.host}"
        return f'stop it with Ctrl-C where it was started, or with "kill {who.pid}"{there}'


@contextmanager
def home_lock(settings: Settings, command: str) -> Iterator[None]:
    """Own the home while the block lasts.

    Raises
    ------
    HomeInUse
        If another command owns it; names it, since when, and how to stop it.
    HomeUnusable
        If the home cannot be written to or locked.
    """
    home = settings.home.resolve()
    with _locked(home) as file:
        ended = end_survivors(home)
        if ended:
            click.echo(f"An owner of {home} was killed; what it left behind was ended: {ended}.")
        me = Owner(ProcessIdentity.here().text, command, f"{datetime.now(UTC):%Y-%m-%d %H:%M:%SZ}")
        _write(file, json.dumps(asdict(me)))
        try:
            with _marked(home):
                yield
        finally:
            _write(file, "")


@contextmanager
def _locked(home: Path) -> Iterator[TextIOWrapper]:
    path = home / LOCK_FILE
    try:
        home.mkdir(parents=True, exist_ok=True)
        file = path.open("a+", encoding="utf-8")  # Python lets no child that is executed inherit it
    except OSError as error:
        raise HomeUnusable(
            f"{path} cannot be written: {error.strerror}; give the home to your user, or name "
            "another with TRADERAI_HOME"
        ) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in _HELD:
                raise _in_use(home, path) from None
            raise HomeUnusable(
                f"{path} cannot be locked: {error.strerror}; put the home on a disk of this "
                "machine, with TRADERAI_HOME"
            ) from error
        yield file


def _in_use(home: Path, path: Path) -> HomeInUse:
    try:
        owner = Owner(**json.loads(path.read_text(encoding="utf-8")))
        return HomeInUse(f"{home} is in use by {owner.label}; {owner.way_out}")
    except (
        ValueError,
        TypeError,
        InvalidInput,
    ):  # It has the lock and has not written its name yet
        return HomeInUse(f"{home} is in use by a command that has only just started; try again")


def _write(file: TextIOWrapper, text: str) -> None:
    file.seek(0)
    file.truncate()
    file.write(text)
    file.flush()


@contextmanager
def _marked(home: Path) -> Iterator[None]:
    """Let everything that is started meanwhile carry the mark of this home."""
    before = os.environ.get(OWNER_VARIABLE)
    os.environ[OWNER_VARIABLE] = str(home)
    try:
        yield
    finally:
        os.environ.pop(OWNER_VARIABLE)
        if before is not None:
            os.environ[OWNER_VARIABLE] = before
