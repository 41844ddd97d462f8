"""The queue in one look: what runs, what trains, what waits, what failed, what was left behind."""

import json
import os
import time
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from dagster._core.storage.runs.schema import RunsTable

from tests.cli.conftest import MARKET
from traderai_assets.domain.training.progress import Progress
from traderai_assets.runs.progress import PartitionProgress, ProgressBoard

STARTED, QUEUED = dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.QUEUED


@pytest.fixture
def status(traderai):
    return lambda: json.loads(traderai("status", "--json").out)


def test_an_empty_instance_is_idle_and_says_what_starts_it(traderai):
    code, out, _ = traderai("status")
    assert code == 0
    assert out.startswith("0 of 3 slots in use.\n")
    assert out.endswith('Nothing runs and nothing waits; "make dev" starts the sensors.\n')
    assert "Failed" not in out


def test_what_programs_rely_on(status, run):
    run("train", STARTED)
    run("train", QUEUED)
    run("backfill", dg.DagsterRunStatus.FAILURE)
    run("backfill", QUEUED, stamped=False, worker=None)
    state = status()
    assert {name: sorted(part) for name, part in state.items() if isinstance(part, dict)} == {
        "slots": ["most", "used"],
        "daemon": ["alive", "seen"],
        "gate": ["as_of", "markets"],
    }
    of_run = ["class", "job", "market", "run"]
    rows = {name: sorted(part[0]) for name, part in state.items() if isinstance(part, list) if part}
    assert rows == {
        "classes": ["class", "priority", "queued", "running", "slots"],
        "running": sorted([*of_run, "progress", "since", "status", "worked_seconds", "worker"]),
        "queued": sorted([*of_run, "behind", "kind", "reason", "since", "waited_seconds"]),
        "failed": sorted([*of_run, "ended", "error", "next"]),
        "leftovers": sorted([*of_run, "next", "reason"]),
    }
    assert (state["trainings"], state["as_of"][-1]) == ([], "Z")


def test_the_classes_stand_in_the_order_of_their_priority(status):
    rows = status()["classes"]
    assert [(row["class"], row["priority"]) for row in rows][:2] == [
        ("backfill", 10),
        ("update_latest", 9),
    ]
    assert {(row["running"], row["queued"]) for row in rows} == {(0, 0)}


def test_what_runs_waits_and_failed_is_told_apart(traderai, status, run):
    running = run("train", STARTED, tags={"traderai/progress": "2026-04 fold 2/5 37%"})
    starting = run("backfill", dg.DagsterRunStatus.STARTING)
    queued = run("train", QUEUED)
    failed = run("replay_history", dg.DagsterRunStatus.FAILURE)
    run("train", dg.DagsterRunStatus.SUCCESS)
    state = status()
    assert state["slots"] == {"used": 2, "most": 3}
    assert [row["run"] for row in state["running"]] == [running.run_id, starting.run_id]
    assert [row["run"] for row in state["queued"]] == [queued.run_id]
    assert [row["run"] for row in state["failed"]] == [failed.run_id]
    training = next(row for row in state["classes"] if row["class"] == "training")
    assert (training["running"], training["slots"], training["queued"]) == (1, 2, 1)
    told = traderai("status").out
    assert told.startswith("2 of 3 slots in use.")
    assert "fold 2/5 37%" in told
    assert [title for title in ("Running:", "Queued:", "Failed:") if title in told] == [
        "Running:",
        "Queued:",
        "Failed:",
    ]


def test_who_works_on_a_run_is_told_by_process_and_since_when(status, run, instance):
    with_event = run("train", dg.DagsterRunStatus.STARTING)
    instance.report_dagster_event(
        dg.DagsterEvent(dg.DagsterEventType.RUN_START.value, job_name="train"), with_event.run_id
    )
    [row] = status()["running"]
    assert (row["worker"], row["status"], row["market"]) == (os.getpid(), "started", MARKET)
    assert row["since"][:13] == time.strftime("%Y-%m-%d %H", time.gmtime())
    assert 0 <= row["worked_seconds"] < 60


def test_a_run_of_the_materialize_button_is_named_by_its_assets(status, run):
    assets = frozenset({dg.AssetKey("models"), dg.AssetKey("backtests")})
    run("__ASSET_JOB", QUEUED, asset_selection=assets)
    [row] = status()["queued"]
    assert (row["job"], row["class"], row["market"]) == ("backtests+models", "training", MARKET)


def test_a_run_whose_worker_is_gone_and_one_without_a_class_are_not_in_order(
    traderai, status, run, gone
):
    run("train", STARTED)  # in order
    orphan = run("train", STARTED, worker=gone)
    past_the_coordinator = run("train", QUEUED, stamped=False, worker=None)
    orphaned, unclassified = status()["leftovers"]
    assert (orphaned["run"], orphaned["next"]) == (orphan.run_id, "traderai runs clean")
    assert "is gone" in orphaned["reason"]
    assert (unclassified["run"], unclassified["reason"], unclassified["next"]) == (
        past_the_coordinator.run_id,
        "it has no class: no limit holds it",
        f"traderai runs cancel {past_the_coordinator.run_id[:8]}",
    )
    assert "Not in order:\n" in traderai("status").out


def test_a_run_that_was_made_and_never_queued_is_told_with_what_becomes_of_it(
    traderai, status, instance, run
):
    lost = run("backfill", dg.DagsterRunStatus.NOT_STARTED, worker=None)
    [row] = status()["unqueued"]
    assert (row["run"], row["market"], row["state"]) == (lost.run_id, MARKET, "being made")
    assert row["next"] == "is queued, or given up 60 s after it was made"
    long_ago = datetime.now(UTC) - timedelta(minutes=5)
    written_at(instance, lost, long_ago)
    [row] = status()["unqueued"]
    assert (row["state"], row["waited_seconds"] // 60) == ("never queued", 5)
    assert row["next"] == 'is reconciled by "make dev", or by "traderai runs clean --apply"'
    told = traderai("status").out
    assert "Made and not queued:\n" in told
    assert "Nothing runs and nothing waits" not in told


def written_at(instance, run, moment):
    """Let the run have been made, and last been written to, then."""
    then = moment.replace(tzinfo=None)
    with instance.run_storage.connect() as connection:
        connection.execute(
            RunsTable.update()
            .where(RunsTable.c.run_id == run.run_id)
            .values(create_timestamp=then, update_timestamp=then)
        )


@pytest.mark.processes
def test_a_training_tells_its_fold_percentage_trial_best_and_end(traderai, status, instance, run):
    @dg.asset(partitions_def=dg.StaticPartitionsDefinition([f"{MARKET}|2026-04"]))
    def models(context: dg.AssetExecutionContext) -> None:
        work = PartitionProgress(ProgressBoard(context), f"{MARKET}|2026-04")
        work.report(Progress("search", 2, 5, 7, 20, 1.234, "lightgbm", 50, 37.0))
        work.tell()
        told.append((status(), traderai("status").out))

    told = []
    other = run("train", STARTED)
    dg.materialize([models], instance=instance, partition_key=f"{MARKET}|2026-04")
    state, printed = told[0]
    [row] = state["trainings"]
    assert len(state["running"]) == 2
    assert row.pop("run") != other.run_id
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
    assert status()["trainings"] == []


def test_runs_of_strategies_are_told_apart_where_there_are_any(traderai, status, run):
    fast, slow = (
        frozenset({dg.AssetKey([name, "models"]), dg.AssetKey([name, "backtests"])})
        for name in ("fast", "slow")
    )
    run("train", STARTED, asset_selection=fast)
    run("expire_signals", STARTED)
    other = run("train", QUEUED, asset_selection=slow)
    again = run("train", QUEUED, asset_selection=fast)
    state = status()
    assert [row.get("strategy") for row in state["running"]] == ["fast", None]
    assert [(row["run"], row["strategy"]) for row in state["queued"]] == [
        (other.run_id, "slow"),
        (again.run_id, "fast"),
    ]
    assert state["queued"][0]["job"] == "slow/backtests+slow/models"
    assert state["queued"][0]["kind"] != "limit"
    assert "which writes fast/" in state["queued"][1]["reason"]
    assert "strategy" in traderai("status").out
