"""A platform on PostgreSQL as deploy/ describes it, over a sandbox exchange."""

import importlib.util
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import dagster as dg
import pytest

from resources.lake.resource import LakeResource
from resources.studies.resource import StudiesResource
from tests import processes
from tests.postgres.server import PostgresServer
from tests.postgres.topology import Topology
from traderai_assets.sandbox.clock import Clock
from traderai_assets.sandbox.server import SandboxServer

NOON = datetime(2026, 3, 20, 12, 0, 10, tzinfo=UTC)
MARKET = "binance.BTC-USDT.15m"
SETTINGS = {
    "TRADERAI_MARKETS": '["binance:BTC/USDT"]',
    "TRADERAI_TIMEFRAME": "15m",
    "TRADERAI_HISTORY_DAYS": "25",
    "TRADERAI_TRAINING__LOOKBACK_DAYS": "10",
    "TRADERAI_TRAINING__HORIZON_BARS": "8",
    "TRADERAI_SEARCH__HORIZON_BARS": "[]",
    "TRADERAI_SENSORS__INTERVAL_SECONDS": "2",
}
TIMEOUT_SECONDS = 180


class DeployedPlatform(ExitStack):
    """The processes, and what is seen of their platform from outside."""

    def __init__(self, topology: Topology, server: PostgresServer) -> None:
        super().__init__()
        self.topology = topology
        self.server = server
        self.lake = LakeResource(root=str(topology.home / "lake"))
        self.studies = StudiesResource(uri=topology.environment["TRADERAI_STUDIES"])
        self.instance = self.enter_context(
            dg.DagsterInstance.from_config(str(topology.dagster_home))
        )

    def runs(self, job: str) -> list[dg.DagsterRun]:
        return list(self.instance.get_runs(dg.RunsFilter(job_name=job)))

    def until(self, condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while not condition():
            assert time.monotonic() < deadline, self.topology.log()
            time.sleep(0.5)


@pytest.fixture(scope="session")
def toy(repository: Path) -> ModuleType:
    """A search of a second, as tests/resources/studies has it."""
    file = repository / "tests/resources/studies/toy.py"
    spec = importlib.util.spec_from_file_location("toy", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def platform(
    tmp_path_factory: pytest.TempPathFactory, repository: Path, postgres_server: PostgresServer
) -> Iterator[DeployedPlatform]:
    with deployed(tmp_path_factory.mktemp("deployed"), repository, postgres_server) as platform:
        yield platform


@contextmanager
def deployed(folder: Path, repository: Path, server: PostgresServer) -> Iterator[DeployedPlatform]:
    """Run a platform of its own on this server while the block lasts."""
    with pytest.MonkeyPatch.context() as patch, SandboxServer(clock=Clock(NOON)) as sandbox:
        exchange = {"TRADERAI_EXCHANGE_URL": sandbox.url}
        topology = Topology(
            repository, folder, {**SETTINGS, **exchange, **server.database("deployed")}
        )
        for name, value in topology.environment.items():
            patch.setenv(name, value)
        with DeployedPlatform(topology, server) as platform:
            platform.callback(topology.stop)
            topology.start()
            yield platform


@pytest.fixture
def guarded() -> Iterator[Callable[[Path], None]]:
    """Have a process stand by that ends the platform of a folder if pytest itself is killed."""
    with ExitStack() as stack:

        def guard(home: Path) -> None:
            command = [sys.executable, processes.__file__, str(home)]
            stack.enter_context(
                subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)  # noqa: S603
            )

        yield guard
