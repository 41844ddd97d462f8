"""Platforms over both stores: SQLite by the repository's dagster.yaml, PostgreSQL by deploy's."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests import processes
from tests.queue.queue_platform import QueuePlatform


@pytest.fixture
def platform_on(
    request: pytest.FixtureRequest, tmp_path: Path, repository: Path
) -> Iterator[Callable[[str], QueuePlatform]]:
    """Make a platform over a store, "sqlite" or "postgres"; none of its processes runs yet."""
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:

        def platform(store: str) -> QueuePlatform:
            instance_file = repository / "dagster.yaml"
            if store == "postgres":
                server = request.getfixturevalue("postgres_server")
                instance_file = repository / "deploy" / "dagster.yaml"
                for name, value in server.database("queue").items():
                    patch.setenv(name, value)
            home = tmp_path / "platform"
            stack.enter_context(_guarded(home))
            made = QueuePlatform(home, instance_file)
            stack.callback(made.close)
            return made

        yield platform


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Print what was counted, also where pytest captures."""

    def line(text: str) -> None:
        with capsys.disabled():
            print(f"\n{text}")  # noqa: T201

    return line


@contextmanager
def _guarded(home: Path) -> Iterator[None]:
    """Have a process stand by that ends the platform if pytest itself is killed."""
    guard = [sys.executable, processes.__file__, str(home)]
    with subprocess.Popen(guard, stdin=subprocess.PIPE, start_new_session=True):  # noqa: S603
        yield
