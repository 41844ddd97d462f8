"""The log of progress: what a run reported last is read back, and written for a killed one."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from traderai_assets.domain.progress_line import PROGRESS_TAG, STATE_TAG
from traderai_assets.runs.progress_log import last_report, last_reports, mark_failed

pytestmark = pytest.mark.processes

MODELS = dg.AssetKey("models")
JUNE, JULY = "binance.BTC-USDT.1h|2024-06", "binance.BTC-USDT.1h|2024-07"
# June is trained to its end; July is killed where it stands, as by kill -9.
KILLED = f"""
import os, signal, time
import dagster as dg
from traderai_assets.runs import progress
from traderai_assets.domain.training.progress import Progress
from traderai_assets.partitions import partition_range_tags

progress.SECONDS_BETWEEN_REPORTS = 0.05

@dg.asset(
    partitions_def=dg.StaticPartitionsDefinition(["{JUNE}", "{JULY}"]),
    backfill_policy=dg.BackfillPolicy.single_run(),
)
def models(context):
    for month in context.partition_keys:
        with progress.training_progress(context, month) as report:
            report(Progress("search", 3, 5, 7, 20, 1.234, "lightgbm", 50, 42.7))
            print("training", month, flush=True)
            if month == "{JULY}":
                time.sleep(1)
                os.kill(os.getpid(), signal.SIGKILL)

tags = partition_range_tags(["{JUNE}", "{JULY}"])
with dg.DagsterInstance.from_config("HOME") as instance:
    dg.materialize([models], instance=instance, tags=tags)
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    """A home with the repository's own dagster.yaml, in which a training was killed."""
    home = tmp_path_factory.mktemp("killed")
    (home / "dagster.yaml").symlink_to(repository / "dagster.yaml")
    # Not to a pipe: what mirrors the logs outlives a killed run for a while and would hold it open.
    with (home / "said").open("wb") as said:
        ended = subprocess.run(  # noqa: S603
            [sys.executable, "-W", "ignore", "-c", KILLED.replace("HOME", str(home))],
            env={**os.environ, "DAGSTER_HOME": str(home)},
            cwd=repository,
            stdout=said,
            stderr=said,
            check=False,
        )
    assert ended.returncode == -signal.SIGKILL, (home / "said").read_text()
    return home


@pytest.fixture
def run_id(home: Path) -> str:
    with dg.DagsterInstance.from_config(str(home)) as instance:
        [run] = instance.get_runs()
    return run.run_id


def test_a_killed_training_still_claims_to_run_where_it_was(home: Path, run_id: str):
    with dg.DagsterInstance.from_config(str(home)) as instance:
        word = last_report(instance, run_id)
        states = {
            key: seen.metadata["state"].value
            for key, seen in last_reports(instance, run_id).items()
        }
        tags = instance.get_run_by_id(run_id).tags
    assert word is not None
    assert (word["partition"], word["current_fold"], word["trial"]) == (JULY, 3, 7)
    assert states == {(MODELS, JUNE): "finished", (MODELS, JULY): "running"}
    assert tags[STATE_TAG] == "running"


def test_what_a_killed_run_printed_can_be_read_after_a_restart(home: Path, run_id: str):
    with dg.DagsterInstance.from_config(str(home)) as instance:
        [captured] = instance.get_records_for_run(
            run_id, of_type=dg.DagsterEventType.LOGS_CAPTURED
        ).records
        key = captured.event_log_entry.dagster_event.event_specific_data.file_key
        logs = instance.compute_log_manager.get_log_data([run_id, "compute_logs", key])
    assert logs.stdout.decode().splitlines() == [f"training {JUNE}", f"training {JULY}"]
    assert b"STEP_START" in logs.stderr
    assert (
        home in Path(instance.compute_log_manager.get_captured_local_path([run_id], "out")).parents  # type: ignore[attr-defined]
    )


def test_the_partition_it_was_at_is_marked_and_the_finished_one_is_not(
    home: Path, run_id: str, tmp_path: Path
):
    copy = shutil.copytree(home, tmp_path / "home")
    with dg.DagsterInstance.from_config(str(copy)) as instance:
        run = instance.get_run_by_id(run_id)
        instance.report_run_failed(run)
        text = mark_failed(instance, instance.get_run_by_id(run_id))
        tags = instance.get_run_by_id(run_id).tags
        seen = {
            month: instance.fetch_observations(
                dg.AssetRecordsFilter(MODELS, asset_partitions=[month]), limit=1
            ).records[0]
            for month in (JUNE, JULY)
        }
    told = {month: one.asset_observation.metadata for month, one in seen.items()}
    assert text == tags[PROGRESS_TAG]
    assert text == "failed at 2024-07 search fold 3/5 trial 7/20 best 1.23 42%"
    assert tags[STATE_TAG] == "failed"
    assert told[JUNE]["state"].value == "finished"
    july = {name: value.value for name, value in told[JULY].items()}
    assert (july["state"], july["current_fold"], july["progress_pct"]) == ("failed", 3, 42.7)
    assert (july["run"], july["error"]) == (run_id, "the run ended as FAILURE")
    assert "estimated_end" not in july


def test_a_run_that_reported_nothing_has_no_last_report(home: Path):
    with dg.DagsterInstance.from_config(str(home)) as instance:
        assert last_report(instance, "no such run") is None
