import atexit
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

from tests import quick, sharing

if TYPE_CHECKING:
    from tests.postgres.server import PostgresServer

GUARD = quick.Guard()


@pytest.fixture(scope="session")
def repository() -> Path:
    return Path(__file__).parent.parent


@pytest.fixture(scope="session")
def postgres_server() -> Iterator["PostgresServer"]:
    """One PostgreSQL for all tests that leave it running; each takes a database of its own."""
    from tests.postgres.server import PostgresServer

    with PostgresServer() as server:
        yield server


def pytest_configure(config: pytest.Config) -> None:
    # The checkout may have a home, with settings and data of its own: tests do not look at it
    if "TRADERAI_HOME" not in os.environ:
        os.environ["TRADERAI_HOME"] = tempfile.mkdtemp(prefix="traderai-no-home-")
        atexit.register(shutil.rmtree, os.environ["TRADERAI_HOME"], ignore_errors=True)
    # A shell makes what it puts behind ignore Ctrl-C, Dagster then ignores SIGTERM too, and every
    # process that a test starts inherits both: none of them could be stopped
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # Partition mappings and backfill policies are "beta" in Dagster; the version is pinned.
    config.addinivalue_line("filterwarnings", "ignore:.*is currently in beta")
    # How long an example takes is the machine's matter: nothing here is a measurement. The same
    # draws in every run: one that fails fails for everybody, and by no luck. What fresh draws find
    # (torture/test_fresh_draws.py) is kept as an @example.
    settings.register_profile("same_draws", deadline=None, derandomize=True)
    settings.register_profile("fresh_draws", deadline=None, max_examples=300, print_blob=True)
    settings.load_profile(config.getoption("--hypothesis-profile") or "same_draws")
    GUARD.install()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Import nothing of the folders that `make quick` leaves out."""
    left_out = config.option.markexpr == "quick" and quick.folder_of(collection_path)
    return True if left_out in quick.FOLDERS else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is quick, and begin with what takes longest."""
    for item in items:
        if quick.is_quick(item):
            item.add_marker("quick")
    items.sort(key=lambda item: sharing.place(item.nodeid))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Guard a quick test, with all fixtures that it is the first to ask for."""
    with GUARD.over(item):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Iterator[None]:
    yield
    GUARD.check()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown() -> Iterator[None]:
    """Let fixtures end: after a worker's last test those of the whole session do."""
    GUARD.stand_down()
    return (yield)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    return sharing.scheduler(config, log)
