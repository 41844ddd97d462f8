"""One running platform for all tests of this folder, over a sandbox exchange.

Everything is started through the command line's own `processes`, in the repository, with its
dagster.yaml; home, lake and instance lie in a temporary folder.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests import processes
from tests.pipeline.running_platform import BTC, RunningPlatform
from traderai_assets.cli.context import dagster_home, open_instance
from traderai_assets.sandbox.clock import Clock
from traderai_assets.sandbox.fault_rules import FaultRule
from traderai_assets.sandbox.server import SandboxServer
from traderai_assets.settings import load_settings

MARCH = datetime(2026, 3, 1, tzinfo=UTC)
NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
SETTINGS = {
    "MARKETS": '["binance:BTC/USDT"]',
    "TIMEFRAME": BTC.timeframe,
    "HISTORY_DAYS": "25",
    "TRAINING__LOOKBACK_DAYS": "10",
    "TRAINING__MAX_MODEL_AGE_DAYS": "2",
    "TRAINING__FOLDS": "2",
    "TRAINING__HORIZON_BARS": "8",
    "SEARCH__LEARNER_TRIALS": "2",
    "SEARCH__POLICY_TRIALS": "3",
    "SEARCH__HORIZON_BARS": "[]",
    "SEARCH__COMBINATORIAL_GROUPS": "0",
    # A few hundred bars prove nothing
    "CHAMPIONS__ALLOW_UNPROVEN": "true",
    "COSTS__FEE_RATE": "0",
    "COSTS__SLIPPAGE_RATE": "0",
    "SENSORS__INTERVAL_SECONDS": "2",
    "SENSORS__DRIFT_EVERY_HOURS": "600",
}


@pytest.fixture(scope="module")
def platform(tmp_path_factory, repository) -> Iterator[RunningPlatform]:
    with opened(tmp_path_factory.mktemp("platform"), repository) as running:
        yield running


@pytest.fixture(scope="module")
def platform_without_march(tmp_path_factory, repository) -> Iterator[RunningPlatform]:
    """A platform whose exchange does not come to an end with March; its sensors look only once."""
    endless = FaultRule(kind="stall", seconds=3600, count=None, since=MARCH)
    patience = {"REQUEST_TIMEOUT_SECONDS": "2", "ATTEMPTS": "20", "DEADLINE_SECONDS": "600"}
    changes = {f"EXCHANGE__{name}": value for name, value in patience.items()}
    changes |= {"SENSORS__INTERVAL_SECONDS": "3600", "SEARCH__LEARNER_TRIALS": "1"}
    with opened(tmp_path_factory.mktemp("platform"), repository, endless, **changes) as running:
        yield running


@pytest.fixture
def platform_beside_a_wrong_market(tmp_path, repository) -> Iterator[RunningPlatform]:
    """A platform that keeps a market its exchange does not list; it trains nothing."""
    changes = {
        "MARKETS": '["binance:BTC/USDT", "binance:BTC/USTD"]',
        "HISTORY_DAYS": "15",  # All in March
    }
    with opened(tmp_path / "platform", repository, **changes) as running:
        yield running


@contextmanager
def opened(
    home: Path, repository: Path, *faults: FaultRule, **changes: str
) -> Iterator[RunningPlatform]:
    """Open a platform; `changes` are settings that differ."""
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        patch.chdir(repository)
        patch.delenv("DAGSTER_HOME", raising=False)
        for name, value in {**SETTINGS, **changes, "HOME": str(home)}.items():
            patch.setenv(f"TRADERAI_{name}", value)
        settings = load_settings()
        # Ten seconds past the bar's close: beyond the grace.
        clock = Clock(NOON + timedelta(seconds=10))
        sandbox = stack.enter_context(SandboxServer(clock=clock))
        for fault in faults:
            sandbox.faults.add(fault)
        instance = stack.enter_context(open_instance(settings))
        stack.enter_context(_guarded(dagster_home(settings)))
        running = RunningPlatform(settings, sandbox, instance)
        stack.callback(running.stop)
        running.start()
        yield running


@contextmanager
def _guarded(home: Path) -> Iterator[None]:
    """Have a process stand by that ends the platform if pytest itself is killed."""
    guard = [sys.executable, processes.__file__, str(home)]
    with subprocess.Popen(guard, stdin=subprocess.PIPE, start_new_session=True):  # noqa: S603
        yield
