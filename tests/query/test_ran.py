"""Runs under the names that the earlier system had for them."""

import dagster as dg
import pandas as pd
import pytest

from tests.cli.conftest import MARKET
from traderai_assets.domain.progress_line import RUNNING, ProgressLine
from traderai_assets.domain.training.progress import Progress
from traderai_assets.query.ran import STATES, run_relations
from traderai_assets.runs.progress import PartitionProgress, ProgressBoard
from traderai_assets.work_classes import BACKFILL, CLASS_TAG, MARKET_TAG, TRAINING

KEY = f"{MARKET}|2026-04"


@pytest.fixture
def read(instance):
    return lambda name: run_relations(lambda: instance)[name].read().to_dict("records")


def test_every_status_of_a_run_has_a_word():
    assert set(STATES) == {status.value for status in dg.DagsterRunStatus}


def test_a_run_stands_under_the_name_of_its_work(run, read):
    run("train", dg.DagsterRunStatus.QUEUED)
    run("judge", dg.DagsterRunStatus.SUCCESS)
    run("backfill", dg.DagsterRunStatus.FAILURE)
    run("generate_signals", dg.DagsterRunStatus.SUCCESS)
    found = {
        name: [(row["job"], row["symbol"], row["month"], row["status"]) for row in read(name)]
        for name in ("training_jobs", "backfill_jobs", "signal_generation_jobs")
    }
    assert found == {
        "training_jobs": [("train", "BTC/USDT", "2026-04", "pending")],
        "backfill_jobs": [("backfill", "BTC/USDT", "2026-04", "failed")],
        "signal_generation_jobs": [("generate_signals", "BTC/USDT", "2026-04", "completed")],
    }


@pytest.mark.processes
def test_a_training_tells_its_fold_and_percentage(run, read, instance):
    @dg.asset(partitions_def=dg.StaticPartitionsDefinition([KEY]))
    def models(context: dg.AssetExecutionContext) -> None:
        work = PartitionProgress(ProgressBoard(context), KEY)
        work.report(Progress("search", 2, 5, 7, 20, 1.5, "lightgbm", 50, 37.0))
        work.tell()

    run("train", dg.DagsterRunStatus.STARTED)
    jobs = dg.Definitions(assets=[models], jobs=[dg.define_asset_job("train", "*")])
    jobs.resolve_job_def("train").execute_in_process(
        instance=instance, partition_key=KEY, tags={CLASS_TAG: TRAINING.name}
    )
    silent, told = read("training_jobs")
    assert pd.isna(silent["current_fold"])
    names = ("phase", "current_fold", "total_folds", "trial", "total_trials", "best")
    assert [told[name] for name in names] == ["search", 2, 5, 7, 20, 1.5]
    assert told["progress_pct"] == 37.0


def test_a_line_of_progress_is_told_where_there_are_no_folds(run, read):
    line = ProgressLine("2026-04", 40, RUNNING)
    run("backfill", dg.DagsterRunStatus.STARTED, tags=line.tags())
    [row] = read("backfill_jobs")
    assert (row["progress_pct"], row["status"]) == (40.0, "running")


@pytest.mark.processes
@pytest.mark.slow
def test_on_postgresql_the_same_is_answered(postgres_server, tmp_path, repository, monkeypatch):
    for name, value in postgres_server.database("queries").items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DAGSTER_FILES", str(tmp_path / "files"))
    (tmp_path / "dagster.yaml").symlink_to(repository / "deploy" / "dagster.yaml")
    line = ProgressLine("2026-04", 40, RUNNING)
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        for job, name in (("train", TRAINING.name), ("backfill", BACKFILL.name)):
            tags = {CLASS_TAG: name, MARKET_TAG: MARKET, "dagster/partition": KEY, **line.tags()}
            instance.add_run(
                dg.DagsterRun(job_name=job, status=dg.DagsterRunStatus.STARTED, tags=tags)
            )
        relations = run_relations(lambda: instance)
        for name in ("training_jobs", "backfill_jobs"):
            [row] = relations[name].read().to_dict("records")
            told = [row[column] for column in ("symbol", "month", "status", "progress_pct")]
            assert told == ["BTC/USDT", "2026-04", "running", 40.0]
        assert relations["signal_generation_jobs"].read().empty
