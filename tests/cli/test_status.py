"""What runs, what waits, how far it is, and what failed last."""

import json

import dagster as dg
import pytest
from dagster._core.remote_origin import (
    RegisteredCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)

from traderai_assets.assets.progress import PartitionProgress, ProgressBoard
from traderai_assets.domain.training.progress import Progress

MARKET = "binance.BTC-USDT.1h"
ORIGIN = RemoteJobOrigin(
    RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("traderai"), "__repository__"), "train"
)


@pytest.fixture
def run(instance):
    """Make a run as the run coordinator would have stamped it."""

    def make(work_class, status, **more):
        tags = {"traderai/class": work_class, "traderai/market": MARKET}
        if progress := more.pop("progress", None):
            tags["traderai/progress"] = progress
        made = dg.DagsterRun(
            job_name=more.pop("job", "train"),
            status=status,
            tags=tags,
            remote_job_origin=ORIGIN,
            **more,
        )
        return instance.add_run(made).run_id[:8]

    return make


def test_an_empty_instance_is_idle_and_says_what_starts_it(traderai):
    code, out, _ = traderai("status")
    assert code == 0
    assert out.startswith("0 of 3 slots in use.\n")
    assert out.endswith('Nothing runs and nothing waits; "make dev" starts the sensors.\n')
    assert "Failed" not in out


def test_the_classes_stand_in_the_order_of_their_priority(traderai):
    rows = json.loads(traderai("status", "--json").out)["classes"]
    assert [(row["class"], row["priority"]) for row in rows][:2] == [
        ("backfill", 10),
        ("update_latest", 9),
    ]
    assert {(row["running"], row["queued"]) for row in rows} == {(0, 0)}


def test_what_runs_waits_and_failed_is_told_apart(traderai, run):
    running = run(
        "training", dg.DagsterRunStatus.STARTED, progress=f"{MARKET}|2026-04 fold 2/5 37%"
    )
    starting = run("backfill", dg.DagsterRunStatus.STARTING, job="backfill")
    queued = run("training", dg.DagsterRunStatus.QUEUED)
    failed = run("historical", dg.DagsterRunStatus.FAILURE, job="replay_history")
    run("training", dg.DagsterRunStatus.SUCCESS)
    state = json.loads(traderai("status", "--json").out)
    assert {row["run"] for row in state["running"]} == {running, starting}
    assert [row["run"] for row in state["queued"]] == [queued]
    assert [(row["run"], row["job"]) for row in state["failed"]] == [(failed, "replay_history")]
    training = next(row for row in state["classes"] if row["class"] == "training")
    assert training == {
        "class": "training",
        "priority": 5,
        "running": 1,
        "slots": 2,
        "queued": 1,
    }
    told = traderai("status").out
    assert told.startswith("2 of 3 slots in use.\n")
    assert "fold 2/5 37%" in told
    assert [title for title in ("Running:", "Queued:", "Failed:") if title in told] == [
        "Running:",
        "Queued:",
        "Failed:",
    ]


def test_a_run_of_the_materialize_button_is_named_by_its_assets(traderai, run):
    assets = frozenset({dg.AssetKey("models"), dg.AssetKey("backtests")})
    run("training", dg.DagsterRunStatus.QUEUED, job="__ASSET_JOB", asset_selection=assets)
    [row] = json.loads(traderai("status", "--json").out)["queued"]
    assert (row["job"], row["market"]) == ("backtests+models", MARKET)


def test_only_the_last_failures_are_told(traderai, run):
    failures = [run("training", dg.DagsterRunStatus.FAILURE) for _ in range(7)]
    told = json.loads(traderai("status", "--json").out)["failed"]
    assert [row["run"] for row in told] == failures[:1:-1]


def test_a_training_tells_its_fold_percentage_trial_best_and_end(traderai, instance, run):
    @dg.asset(partitions_def=dg.StaticPartitionsDefinition([f"{MARKET}|2026-04"]))
    def models(context: dg.AssetExecutionContext) -> None:
        work = PartitionProgress(ProgressBoard(context), f"{MARKET}|2026-04")
        work.report(Progress("search", 2, 5, 7, 20, 1.234, "lightgbm", 50, 37.0))
        work.tell()
        state = json.loads(traderai("status", "--json").out)
        told.append((state, traderai("status").out))

    told = []
    queued = run("training", dg.DagsterRunStatus.STARTED)
    dg.materialize([models], instance=instance, partition_key=f"{MARKET}|2026-04")
    state, printed = told[0]
    [row] = state["trainings"]
    assert len(state["running"]) == 2
    assert row.pop("run") != queued
    started, ends, as_of = (row.pop(name) for name in ("started", "ends", "as_of"))
    assert started <= as_of <= ends
    assert row == {
        "model": f"{MARKET}|2026-04",
        "phase": "search",
        "fold": "2/5",
        "percent": 37.0,
        "trial": "7/20",
        "best": 1.23,
    }
    assert "Trainings:\n" in printed
    assert json.loads(traderai("status", "--json").out)["trainings"] == []
