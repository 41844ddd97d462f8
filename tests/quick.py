"""Which tests are quick, and what holds them to it.

`make quick` runs all but those that need more than this one process: other processes, PostgreSQL,
a daemon, another machine, or a whole platform run from candles to signals. A test is quick unless
its folder or one of its fixtures is named here, or it is marked `processes`, `slow` or `torture`.
While a quick test runs, starting a process and calling another machine are errors, so that none of
them gets in by mistake.
"""

import multiprocessing.util
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

FOLDERS = frozenset({"assets", "pipeline", "postgres", "queue", "torture", "web"})
FIXTURES = frozenset({"postgres_server", "process", "gone", "platform_on"})
MARKERS = frozenset({"processes", "slow", "torture"})
TESTS = Path(__file__).parent

# What starts a process: all that the standard library does goes through one of these
_STARTERS = (
    (subprocess, "_fork_exec"),
    (multiprocessing.util, "spawnv_passfds"),
    (os, "fork"),
    (os, "forkpty"),
    (os, "posix_spawn"),
    (os, "posix_spawnp"),
    (os, "system"),
)
_HERE = ("127.", "::1", "localhost")


def folder_of(path: Path) -> str:
    """Name the folder of `tests/` that a file lies in."""
    return path.relative_to(TESTS).parts[0] if path.is_relative_to(TESTS) else ""


def is_quick(item: pytest.Item) -> bool:
    """Whether a test may be run by `make quick`."""
    fixtures = set(getattr(item, "fixturenames", ()))
    return (
        folder_of(item.path) not in FOLDERS
        and not fixtures & FIXTURES
        and not any(item.get_closest_marker(name) for name in MARKERS)
    )


class Guard:
    """Refuses, while a quick test runs, what a quick test must not do."""

    def __init__(self) -> None:
        self.test: str | None = None
        """The quick test that runs, with its fixtures; None while none does."""
        self.refused: list[str] = []
        """What it was refused; told at its end, for who is refused may go on without."""

    def install(self) -> None:
        """Stand before everything that starts a process or calls another machine."""
        for module, name in _STARTERS:
            setattr(
                module, name, self._refusing(getattr(module, name), f"{module.__name__}.{name}")
            )
        connect = socket.socket.connect

        def connect_here(connecting: socket.socket, address: Any, /) -> None:
            if not self._is_here(address):
                self._refuse(f"calls {address}")
            connect(connecting, address)

        socket.socket.connect = connect_here  # type: ignore[method-assign]

    @contextmanager
    def over(self, item: pytest.Item) -> Iterator[None]:
        """Stand guard for as long as a test runs, if it is a quick one."""
        self.test = item.nodeid if item.get_closest_marker("quick") else None
        try:
            yield
        finally:
            self.test = None
            self.refused.clear()

    def stand_down(self) -> None:
        """Refuse nothing until the next quick test."""
        self.test = None

    def check(self) -> None:
        """Fail the test that was refused something, also where nobody minded."""
        if self.refused:
            raise AssertionError(self.refused[0])

    def _refusing(self, starts: Callable[..., Any], name: str) -> Callable[..., Any]:
        def start(*arguments: Any, **options: Any) -> Any:
            if not _asks_about_the_machine():
                self._refuse(f"starts a process ({name})")
            return starts(*arguments, **options)

        return start

    def _refuse(self, what: str) -> None:
        if self.test is not None:
            self.refused.append(
                f"{self.test} {what}, and `make quick` would run it, which starts none and calls"
                " nobody: mark it `processes`"
            )
            raise AssertionError(self.refused[-1])

    @staticmethod
    def _is_here(address: Any) -> bool:
        return not isinstance(address, tuple) or str(address[0]).startswith(_HERE)


def _asks_about_the_machine() -> bool:
    """Whether `platform` calls, which asks `file` and `uname` while Dagster is imported."""
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        if frame.f_globals.get("__name__") == "platform":
            return True
        frame = frame.f_back
    return False
