"""What the instance's files say without Dagster is what Dagster itself says of them."""

import subprocess
import sys
from datetime import UTC, datetime

import dagster as dg
import pytest
from dagster._core.scheduler.instigation import TickStatus
from dagster._core.storage.dagster_run import ACTIVE_RUN_STATUSES
from dagster._core.storage.tags import AUTO_RETRY_RUN_ID_TAG, WILL_RETRY_TAG
from dagster._daemon.types import DaemonHeartbeat

from tests.status.test_failures import failing
from tests.status.test_sensors import failure, ticker
from traderai_assets.cli.context import open_for_reading
from traderai_assets.domain.training.progress import Progress
from traderai_assets.instance import run_states
from traderai_assets.instance.database_reading.instance_files import InstanceFiles
from traderai_assets.instance.market_notes import note_refused
from traderai_assets.partitions import MARKETS
from traderai_assets.runs.progress import PartitionProgress, ProgressBoard
from traderai_assets.status import reading
from traderai_assets.status.reading import read_status

__all__ = ["failing"]
STATUS = dg.DagsterRunStatus
MARKET = "binance.BTC-USDT.1h"
NOW = datetime(2026, 5, 3, tzinfo=UTC)


@pytest.fixture
def lively(instance, run, gone):
    """An instance in which every section of the status has something to say."""
    for status in STATUS:
        run("train", status)
    run("backfill", STATUS.STARTED, worker=gone)
    run("backfill", STATUS.QUEUED, stamped=False, worker=None)
    lost = run("backfill", STATUS.FAILURE)
    run("backfill", STATUS.QUEUED, tags={"dagster/parent_run_id": lost.run_id})
    run("candles", STATUS.QUEUED, asset_selection={dg.AssetKey(["fast", "models"])})
    instance.add_dynamic_partitions(MARKETS, [MARKET])
    note_refused(instance, MARKET, "it is not listed")
    ticker(instance, "stale_candles")(TickStatus.FAILURE, 1.0, failure())
    mended = ticker(instance, "stale_models")
    mended(TickStatus.FAILURE, 1.0, failure())
    mended(TickStatus.SKIPPED, 2.0)
    instance.add_daemon_heartbeat(
        DaemonHeartbeat(NOW.timestamp(), "QUEUED_RUN_COORDINATOR", "me", [])
    )
    return instance


def both(home, instance, monkeypatch):
    """The status by the files and by Dagster, at the same moment."""

    class Then(datetime):
        @classmethod
        def now(cls, tz=None):
            return NOW.astimezone(tz)

    monkeypatch.setattr(reading, "datetime", Then)
    with open_for_reading(home) as files:
        assert isinstance(files, InstanceFiles)
        return read_status(files), read_status(instance)


def test_every_section_is_the_same(home, lively, monkeypatch):
    of_files, of_dagster = both(home, lively, monkeypatch)
    assert of_files == of_dagster
    filled = {name for name, part in of_files.items() if part}
    assert filled >= {"running", "queued", "unqueued", "refused", "failed", "leftovers", "sensors"}
    assert of_files["daemon"] == {"alive": True, "seen": "2026-05-03 00:00:00Z"}


@pytest.mark.processes
def test_the_error_of_a_run_and_the_progress_of_a_training_are_the_same(
    home, instance, failing, monkeypatch
):
    @dg.asset(partitions_def=dg.StaticPartitionsDefinition([f"{MARKET}|2026-04"]))
    def models(context: dg.AssetExecutionContext) -> None:
        work = PartitionProgress(ProgressBoard(context), f"{MARKET}|2026-04")
        work.report(Progress("search", 2, 5, 7, 20, 1.234, "lightgbm", 50, 37.0))
        work.tell()
        told.append(both(home, instance, monkeypatch))

    told = []
    failing(ValueError("what it failed of"))
    dg.materialize([models], instance=instance, partition_key=f"{MARKET}|2026-04")
    [(of_files, of_dagster)] = told
    assert of_files == of_dagster
    assert of_files["failed"][0]["error"] == "ValueError: what it failed of"
    [training] = of_files["trainings"]
    assert training["fold"] == "2/5"


def test_what_we_write_down_of_dagster_is_as_dagster_has_it():
    assert set(reading.ACTIVE) == {one.value for one in ACTIVE_RUN_STATUSES}
    assert (run_states.WILL_RETRY_TAG, run_states.AUTO_RETRY_RUN_ID_TAG) == (
        WILL_RETRY_TAG,
        AUTO_RETRY_RUN_ID_TAG,
    )
    assert set(run_states.UNFINISHED) <= {one.value for one in STATUS}


def test_files_of_another_version_of_dagster_are_left_to_dagster(home, instance, monkeypatch):
    monkeypatch.setattr(
        "traderai_assets.instance.database_reading.instance_files.REVISION", "another"
    )
    with open_for_reading(home) as opened:
        assert isinstance(opened, dg.DagsterInstance)
        assert opened.root_directory == instance.root_directory


@pytest.mark.processes
def test_a_status_imports_neither_dagster_nor_pandas_once_the_plan_was_checked(home, instance):  # noqa: ARG001
    program = (
        "import sys; sys.argv = ['traderai', 'status']\n"
        "from traderai_assets.cli.main import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print({'dagster', 'pandas', 'numpy', 'sqlalchemy', 'ccxt'} & set(sys.modules))"
    )

    def said():
        return subprocess.run(  # noqa: S603
            [sys.executable, "-c", program], check=True, capture_output=True, text=True
        ).stdout.splitlines()

    said()
    assert said()[-1] == "set()"
