import shutil
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from tests.assets.conftest import feed, lived_in
from tests.board.served import ServedBoard, board_served
from tests.cli.conftest import MARKET, OPEN_MONTH, ORIGIN, empty_instance
from traderai_assets.instance.run_coordinator import queue_tags
from traderai_assets.partitions import MARKETS

__all__ = ["empty_instance", "feed", "lived_in"]
# As tests/assets/in_process_platform.py has them
SETTINGS = """
markets = ["binance:BTC/USDT"]
timeframe = "1h"
training = { folds = 2, horizon_bars = 3 }
live = { shard_markets = 0 }
champions = { allow_unproven = true }

[search]
learner_trials = 2
policy_trials = 3
every_months = 1
horizon_bars = []
combinatorial_groups = 0
"""
PROGRESS = "2026-04 search fold 3/5 42%"


def add_run(
    instance: dg.DagsterInstance, job: str, status: dg.DagsterRunStatus, **tags: str
) -> str:
    """Add a run as the coordinator stamps it."""
    named = {"dagster/partition": f"{MARKET}|2026-04", **tags}
    run = dg.DagsterRun(job_name=job, status=status, tags=named, remote_job_origin=ORIGIN)
    # Progress is what a worker adds once the run is out of the queue
    stamped = run.with_tags({**named, **queue_tags(run, OPEN_MONTH), **tags})
    return instance.add_run(stamped).run_id


@pytest.fixture(scope="module")
def lived_home(
    lived_in: Path, empty_instance: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A home with everything in its lake, and runs that are at work, wait and have failed."""
    home = tmp_path_factory.mktemp("board") / "home"
    shutil.copytree(lived_in, home)
    home.chmod(0o700)
    shutil.rmtree(home / "dagster", ignore_errors=True)
    shutil.copytree(empty_instance, home / "dagster", symlinks=True)
    (home / "traderai.toml").write_text(SETTINGS)
    with dg.DagsterInstance.from_config(str(home / "dagster")) as instance:
        instance.add_dynamic_partitions(MARKETS, [MARKET])
        status = dg.DagsterRunStatus
        add_run(instance, "train", status.STARTED, **{"traderai/progress": PROGRESS})
        for job, state in (
            ("train", status.QUEUED),
            ("backfill", status.QUEUED),
            ("monitor_drift", status.FAILURE),
        ):
            add_run(instance, job, state)
    return home


@pytest.fixture(scope="module")
def board(lived_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedBoard]:
    """The board of that home."""
    with board_served(lived_home, tmp_path_factory.mktemp("log") / "said") as running:
        yield running
