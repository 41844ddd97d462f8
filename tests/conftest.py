from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from tests.postgres.server import PostgresServer


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
    # Partition mappings and backfill policies are "beta" in Dagster; the version is pinned.
    config.addinivalue_line("filterwarnings", "ignore:.*is currently in beta")
    # How long an example takes is the machine's matter: nothing here is a measurement
    settings.register_profile("house", deadline=None)
    settings.load_profile("house")
