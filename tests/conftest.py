from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def repository() -> Path:
    return Path(__file__).parent.parent


def pytest_configure(config: pytest.Config) -> None:
    # Partition mappings and backfill policies are "beta" in Dagster; the version is pinned.
    config.addinivalue_line("filterwarnings", "ignore:.*is currently in beta")
