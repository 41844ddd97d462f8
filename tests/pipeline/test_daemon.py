"""The main job with the real daemon, by nobody's hand; each test goes on where the last ended."""

import os
import re
import signal
import time
from datetime import timedelta

import dagster as dg
import pandas as pd
import pytest
from dagster._core.scheduler.instigation import TickStatus

from traderai_assets.cli.launch import launch
from traderai_assets.domain.progress_line import PROGRESS_TAG, STATE_TAG
from traderai_assets.schemas.candles import CANDLE_GAPS, CANDLES
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.labels import LABELS
from traderai_assets.schemas.models import MODELS
from traderai_assets.schemas.predictions import PREDICTIONS
from traderai_assets.schemas.signal_outcomes import SIGNAL_OUTCOMES
from traderai_assets.schemas.signals import SIGNALS
from traderai_assets.work_classes import (
    JOBS,
    LIVE_JOB,
    TOTAL_SLOTS,
    WORK_CLASSES,
    WRITES_TAG,
    holds_tag,
)

pytestmark = pytest.mark.usefixtures("champion")

BTC = "binance.BTC-USDT.15m"
MARCH = f"{BTC}|2026-03"
APRIL = f"{BTC}|2026-04"  # served by the model that is trained in March


@pytest.fixture
def champion(platform):
    """Wait until the market has one, which takes time before the first test only."""
    platform.until(lambda: len(platform.read(CHAMPIONS)) > 0)
    platform.until_quiet()


def test_sensors_alone_bring_a_market_from_nothing_to_a_champion(platform):
    candles, features, labels = (platform.read(table) for table in (CANDLES, FEATURES, LABELS))
    absent = platform.read(CANDLE_GAPS)["absent_bars"].sum()
    # From 1 February, where the month of the 25th day back begins, to 20 March 12:00.
    assert len(candles) + absent == (28 + 19) * 96 + 48
    assert list(features["open_time"]) == list(candles["open_time"])
    assert len(labels) > 0.95 * len(candles)
    [model] = platform.read(MODELS).to_dict("records")
    [choice] = platform.read(CHAMPIONS).to_dict("records")
    assert (choice["action"], choice["model_id"]) == ("speaks", model["model_id"])
    jobs = [one.dagster_run.job_name for one in platform.runs()]
    assert jobs == ["backfill", "train", "choose_champion", "monitor_drift"]


def test_a_bar_that_closes_is_stored_and_spoken_of_with_nobody_at_the_keyboard(platform):
    quiet = max(one.end_time for one in platform.runs())
    moved = time.time()
    bar = platform.let_bars_close(1)
    platform.until(lambda: platform.last(PREDICTIONS) == bar)
    assert platform.last(CANDLES) == platform.last(FEATURES) == bar
    [stored] = platform.lake.history(FEATURES, BTC, "2026-03", limit=1)
    ticks = platform.ticks("live_ticks", since=quiet)  # One that had begun may ask as well
    asked = next(tick.timestamp for tick in ticks if tick.run_ids)
    assert sum(moved < tick.timestamp <= asked for tick in ticks) <= 2
    [said] = platform.lake.history(PREDICTIONS, BTC, "2026-03", limit=1)
    assert stored.run_id == said.run_id  # And it leaves as soon as it is known
    assert stored.published_at <= said.published_at


def test_a_model_past_its_age_is_replaced_exactly_once(platform):
    platform.let_bars_close(2 * 96)
    platform.until(lambda: len(platform.read(CHAMPIONS)) == 2)
    platform.until_quiet()
    assert len(platform.runs("train")) == len(platform.runs("choose_champion")) == 2
    models = platform.read(MODELS)
    assert list(models["generation"]) == [1, 2]
    age = platform.sandbox.clock.now() - models["trained_until"].iloc[-1]
    assert age < timedelta(hours=4)


def test_signals_follow_from_what_was_said_and_end(platform):
    said, signals, outcomes = (
        platform.read(table) for table in (PREDICTIONS, SIGNALS, SIGNAL_OUTCOMES)
    )
    # Every bar that closed since the first champion: 1 and two days of 96.
    assert len(said) == 1 + 2 * 96
    assert set(signals["open_time"]) == set(said.loc[said["side"] != 0, "open_time"])
    assert set(outcomes["open_time"]) == set(signals["open_time"])
    # A signal holds for 8 bars, so only those of the last few can be open.
    still_open = outcomes.loc[outcomes["status"] == "open", "open_time"]
    assert (still_open > said["open_time"].iloc[-1] - pd.Timedelta("3h")).all()


@pytest.mark.filterwarnings("ignore:Using variable_values:DeprecationWarning")  # of dagster_graphql
def test_runs_launched_without_a_tag_wait_in_order_and_survive_a_kill_of_everything(platform):
    platform.freeze_daemon()
    jobs = ["replay_history", "generate_signals", "expire_signals", "update_latest"]
    queued = [launch(platform.url, job, [MARCH]) for job in jobs]
    runs = [platform.instance.get_run_by_id(run_id) for run_id in queued]
    assert {run.status for run in runs} == {dg.DagsterRunStatus.QUEUED}
    assert [run.tags["dagster/priority"] for run in runs] == ["1", "7", "8", "9"]
    before = len(platform.runs())
    platform.crash()
    platform.start()
    platform.until(lambda: all(platform.instance.get_run_by_id(one).is_finished for one in queued))
    platform.until_quiet()
    for run_id in queued:
        events = platform.instance.get_records_for_run(run_id).records
        kinds = [one.event_log_entry.dagster_event_type for one in events]
        assert kinds.count(dg.DagsterEventType.RUN_START) == 1
        assert kinds.count(dg.DagsterEventType.RUN_SUCCESS) == 1
    launched = {run_id: platform.instance.get_run_stats(run_id).launch_time for run_id in queued}
    assert sorted(queued, key=launched.__getitem__) == queued[::-1]
    assert len(platform.runs()) == before


def test_every_run_that_was_taken_carries_all_that_the_queue_goes_by(platform):
    priorities = {work.name: str(work.priority) for work in WORK_CLASSES}
    for record in platform.runs():
        tags = record.dagster_run.tags
        assert tags["dagster/priority"] == priorities[tags["traderai/class"]]
        job = record.dagster_run.job_name
        if job == LIVE_JOB:
            assert tags[".dagster/traderai.markets"] == "1"
            assert {holds_tag(asset, BTC) for asset in JOBS[job]} <= tags.keys()
            continue
        assert tags[".dagster/traderai.market"] == BTC
        written = {tag.removeprefix(WRITES_TAG) for tag in tags if tag.startswith(WRITES_TAG)}
        assert written == JOBS[job]
    assert {one.dagster_run.status for one in platform.runs()} == {dg.DagsterRunStatus.SUCCESS}


def test_no_more_runs_than_slots_were_ever_at_work(platform):
    ended = [(one.end_time, -1) for one in platform.runs()]
    began = [(one.start_time, 1) for one in platform.runs()]
    at_work = most = 0
    for _, change in sorted(ended + began):
        at_work += change
        most = max(most, at_work)
    assert 1 < most <= TOTAL_SLOTS
    assert platform.most_at_once <= TOTAL_SLOTS


def test_no_tick_fails_and_one_that_asks_for_nothing_says_why_and_leaves_no_file(platform):
    for sensor in platform.sensors():
        ticks = platform.ticks(sensor, since=0.0)
        assert all(tick.status != TickStatus.FAILURE for tick in ticks)
        rested = [tick for tick in ticks if tick.status == TickStatus.SKIPPED]
        others = {"orphaned_runs": "no run", "unjudged_records": "strategy default"}
        of_whom = others.get(sensor, BTC)
        told = [reason for tick in rested if (reason := tick.tick_data.skip_reason) is not None]
        assert len(rested) - len(told) <= 1  # The tick that the power cut of a test ended
        assert all(of_whom in reason for reason in told)
        logs = list((platform.settings.home / "dagster" / "storage").rglob(f"{sensor}/*.err"))
        assert len(logs) <= len(ticks) - len(rested)


@pytest.mark.filterwarnings("ignore:Using variable_values:DeprecationWarning")  # of dagster_graphql
def test_a_training_whose_worker_is_killed_is_shown_as_failed_where_it_was(platform):
    bar = platform.let_bars_close(1)
    platform.until(
        lambda: platform.last(FEATURES) == bar
    )  # So the next model is made of other rows
    killed = launch(platform.url, "train", [APRIL])
    while (run := platform.instance.get_run_by_id(killed)).tags.get(STATE_TAG) != "running":
        assert not run.is_finished
        time.sleep(0.1)  # A training of this size is over within seconds
    os.kill(worker_of(platform, killed), signal.SIGKILL)
    platform.until(lambda: platform.instance.get_run_by_id(killed).tags[STATE_TAG] == "failed")
    run = platform.instance.get_run_by_id(killed)
    assert run.status == dg.DagsterRunStatus.FAILURE
    where = re.fullmatch(r"failed at 2026-04 \w+ .*?(\d+)%", run.tags[PROGRESS_TAG])
    # The retry says where it is as well; the killed run is named where another speaks for it.
    asked = dg.AssetRecordsFilter(dg.AssetKey("models"), asset_partitions=[APRIL])
    told = [
        {name: value.value for name, value in one.asset_observation.metadata.items()}
        for one in platform.instance.fetch_observations(asked, limit=50).records
    ]
    [last] = [one for one in told if one.get("run") == killed]
    assert where
    assert (last["state"], int(last["progress_pct"])) == ("failed", int(where[1]))


def worker_of(platform, run_id):
    """Return the process id of a run's worker, as its code server told it."""
    events = platform.instance.all_logs(run_id, of_type=dg.DagsterEventType.ENGINE_EVENT)
    found = [re.search(r"\(pid: (\d+)\)", event.message) for event in events]
    return next(int(match[1]) for match in found if match)
