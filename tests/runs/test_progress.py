"""Progress: said on the run and on the asset, never old, never falling, kept when the run ends."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime
from itertools import pairwise
from typing import Any

import dagster as dg
import pytest
from sqlalchemy.exc import OperationalError

from traderai_assets.domain.progress_line import (
    AS_OF_TAG,
    FAILED,
    PROGRESS_TAG,
    STATE_TAG,
    ProgressLine,
)
from traderai_assets.domain.training.progress import Progress
from traderai_assets.runs import progress as progress_module
from traderai_assets.runs.progress import PartitionProgress, ProgressBoard, training_progress

pytestmark = pytest.mark.processes

MONTH = "binance.BTC-USDT.1h|2024-07"
Report = Callable[[Progress], None]


def at(percent: float, **more: Any) -> Progress:
    values = {"phase": "search", "current_fold": 3, "total_folds": 5, "trial": 7}
    values |= {"total_trials": 20, "best": 1.234, "learner": "lightgbm", "round": 50}
    return Progress(**(values | {"progress_pct": percent} | more))


class Told:
    """What a run has left behind."""

    def __init__(self, instance: dg.DagsterInstance, result: dg.ExecuteInProcessResult) -> None:
        self.tags = instance.get_run_by_id(result.run_id).tags
        events = instance.get_records_for_run(
            result.run_id, of_type=dg.DagsterEventType.ASSET_OBSERVATION
        )
        seen = [one.event_log_entry.dagster_event for one in events.records]
        observations = [event.asset_observation_data.asset_observation for event in seen]
        assert {one.partition for one in observations} == {MONTH}
        self.rows = [
            {name: value.value for name, value in one.metadata.items()} for one in observations
        ]


@pytest.fixture
def train(tmp_path) -> Callable[..., Told]:
    """Let a training be an asset's work, on an instance on disk."""

    def run(work: Callable[[Report], None], *, fails: bool = False) -> Told:
        @dg.asset(partitions_def=dg.StaticPartitionsDefinition([MONTH]))
        def models(context: dg.AssetExecutionContext) -> None:
            with training_progress(context, MONTH) as report:
                work(report)

        with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
            result = dg.materialize(
                [models], instance=instance, partition_key=MONTH, raise_on_error=False
            )
            assert result.success is not fails
            return Told(instance, result)

    return run


@pytest.fixture
def quick(monkeypatch) -> None:
    monkeypatch.setattr(progress_module, "SECONDS_BETWEEN_REPORTS", 0.05)


def test_a_silent_training_is_said_again_before_its_last_word_is_two_seconds_old(train):
    def work(report: Report) -> None:
        report(at(40))
        time.sleep(4.5)

    told = train(work)
    moments = [row["as_of"] for row in told.rows]
    assert len(moments) >= 4
    assert max(after - before for before, after in pairwise(moments)) < 2.0
    assert [row["progress_pct"] for row in told.rows[1:-1]] == [40] * (len(moments) - 2)


@pytest.mark.usefixtures("quick")
def test_a_run_and_its_asset_say_where_the_training_is(train):
    seen = []

    def work(report: Report) -> None:
        report(at(42.7))
        time.sleep(0.3)
        seen.extend(threading.enumerate())
        report(at(100, phase="finished"))

    told = train(work)
    first, middle, last = told.rows[0], told.rows[1], told.rows[-1]
    assert (first["phase"], first["progress_pct"], first["state"]) == ("starting", 0, "running")
    wanted = {"state": "running", "phase": "search", "current_fold": 3, "total_folds": 5}
    wanted |= {"trial": 7, "total_trials": 20, "best": 1.234, "progress_pct": 42.7}
    assert wanted.items() <= middle.items()
    assert middle["started_at"] <= middle["as_of"] < middle["estimated_end"]
    assert (last["state"], last["progress_pct"]) == ("finished", 100)
    assert "estimated_end" not in last
    assert told.tags[PROGRESS_TAG] == "2024-07 finished fold 3/5 trial 7/20 best 1.23 100%"
    said_at = datetime.fromisoformat(told.tags[AS_OF_TAG])
    assert 0 <= last["as_of"] - said_at.timestamp() < 1
    assert told.tags[STATE_TAG] == "finished"
    assert "periodic" in {thread.name for thread in seen}
    assert "periodic" not in {thread.name for thread in threading.enumerate()}


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("error", [RuntimeError("no memory"), KeyboardInterrupt(), SystemExit()])
def test_a_training_that_ends_in_an_error_is_failed_where_it_was(train, error):
    def work(report: Report) -> None:
        report(at(42.7))
        raise error

    told = train(work, fails=True)
    last = told.rows[-1]
    assert (last["state"], last["current_fold"], last["progress_pct"]) == ("failed", 3, 42.7)
    assert last["error"] == (str(error) or type(error).__name__)
    assert told.tags[PROGRESS_TAG] == "failed at 2024-07 search fold 3/5 trial 7/20 best 1.23 42%"
    assert told.tags[STATE_TAG] == FAILED
    assert "periodic" not in {thread.name for thread in threading.enumerate()}


@pytest.mark.usefixtures("quick")
def test_a_locked_store_costs_no_training_and_is_complained_of_once(train, monkeypatch, caplog):
    locked = OperationalError("UPDATE runs", {}, Exception("database is locked"))

    def refuse(*_: Any, **__: Any) -> None:
        raise locked

    def work(report: Report) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(dg.DagsterInstance, "add_run_tags", refuse)
            report(at(42.7))
            time.sleep(0.4)

    with caplog.at_level(logging.WARNING, progress_module.__name__):
        told = train(work)
    assert [
        "database is locked" in record.getMessage()
        for record in caplog.records
        if record.name == progress_module.__name__
    ] == [True]
    assert told.tags[STATE_TAG] == "finished"


@pytest.mark.usefixtures("quick")
def test_any_other_error_of_a_report_fails_the_step(train, monkeypatch):
    refused = threading.Event()

    def refuse(*_: Any, **__: Any) -> None:
        refused.set()
        raise TypeError("tags must be text")

    def work(report: Report) -> None:
        report(at(42.7))
        with monkeypatch.context() as patch:
            patch.setattr(dg.DagsterInstance, "add_run_tags", refuse)
            assert refused.wait(30)

    told = train(work, fails=True)
    assert told.rows[-1]["error"] == "tags must be text"


class Paper:
    """A board that keeps what is written."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []

    def write(
        self, _partition: str, line: ProgressLine, metadata: dict[str, Any], **_tags: str
    ) -> None:
        assert metadata["state"] == line.state
        self.rows.append({"text": line.text, **metadata})


def test_the_percentage_never_falls_while_everything_else_follows():
    paper: Any = Paper()
    work = PartitionProgress(paper, MONTH)
    for percent, fold in ((10.0, 1), (30.0, 5), (20.0, 1), (40.0, 2)):
        work.report(at(percent, current_fold=fold))
        work.tell()
    assert [row["progress_pct"] for row in paper.rows] == [10, 30, 30, 40]
    assert [row["current_fold"] for row in paper.rows] == [1, 5, 1, 2]


def test_the_end_is_where_the_pace_so_far_leads():
    paper: Any = Paper()
    now = [100.0]
    work = PartitionProgress(paper, MONTH, clock=lambda: now[0])
    work.tell()
    assert "estimated_end" not in paper.rows[-1]
    now[0] = 130.0
    work.report(at(25.0))
    work.tell()
    # A quarter took 30 s, so three more of them are left; ten silent seconds later 40 s each.
    row = paper.rows[-1]
    assert row["estimated_end"].value - row["as_of"].value == pytest.approx(90.0, abs=0.01)
    now[0] = 140.0
    work.tell()
    row = paper.rows[-1]
    assert row["estimated_end"].value - row["as_of"].value == pytest.approx(120.0, abs=0.01)


@pytest.mark.parametrize("best", [None, float("nan"), float("-inf")])
def test_a_best_that_is_no_number_is_left_out(best):
    paper: Any = Paper()
    work = PartitionProgress(paper, MONTH)
    work.report(at(25.0, best=best, trial=0, total_trials=0))
    work.tell()
    assert paper.rows[-1]["best"] is None
    assert paper.rows[-1]["text"].startswith("2024-07 search fold 3/5 25%, ends ")


def test_quick_work_is_said_at_most_every_two_seconds_and_its_end_always(tmp_path):
    @dg.asset(partitions_def=dg.StaticPartitionsDefinition([MONTH]))
    def candles(context: dg.AssetExecutionContext) -> None:
        board = ProgressBoard(context)
        for done in range(1, 5):
            board.say(MONTH, f"month {done}/4", {"months_done": done}, 25 * done)

    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        result = dg.materialize([candles], instance=instance, partition_key=MONTH)
        told = Told(instance, result)
    assert [row["months_done"] for row in told.rows] == [1, 4]
    assert told.tags[PROGRESS_TAG] == "month 4/4 100%"
    assert told.tags[STATE_TAG] == "finished"
