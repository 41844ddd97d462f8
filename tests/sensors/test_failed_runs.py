"""Runs that ended without a word of their own are said to have failed where they were."""

import json
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from dagster._core.events import AssetObservationData

from traderai_assets.assets.progress import AS_OF_TAG, PROGRESS_TAG, STATE_TAG

JUNE = "binance.BTC-USDT.1h|2026-06"
MODELS = dg.AssetKey("models")


@pytest.fixture
def trained(house):
    """Make a run that said something of a partition and then ended."""

    def make(status, state="running", partition=JUNE):
        text = "2026-06 walk_forward fold 3/5 42%, ends 14:00:00 UTC"
        run = house.instance.add_run(
            dg.DagsterRun(
                job_name="train", status=status, tags={PROGRESS_TAG: text, STATE_TAG: state}
            )
        )
        seen = dg.AssetObservation(MODELS, partition=partition, metadata=said(state))
        event = dg.DagsterEvent(
            "ASSET_OBSERVATION",
            job_name="train",
            event_specific_data=AssetObservationData(seen),
        )
        house.instance.report_dagster_event(event, run.run_id)
        return run.run_id

    return make


def said(state):
    return {"state": state, "current_fold": 3, "total_folds": 5, "progress_pct": 42.7}


def observed(house, partition=JUNE):
    asked = dg.AssetRecordsFilter(MODELS, asset_partitions=[partition])
    found = house.instance.fetch_observations(asked, limit=10).records
    return [one.asset_observation.metadata["state"].value for one in found]


def tags(house, run_id):
    return house.instance.get_run_by_id(run_id).tags


@pytest.mark.parametrize("status", [dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED])
def test_a_run_that_was_ended_is_marked_failed_with_its_last_fold_and_percentage(
    house, trained, status
):
    before = len(observed(house))
    killed = trained(status)
    tick = house.tick("failed_runs")
    text = "failed at 2026-06 walk_forward fold 3/5 42%"
    assert tick.reason == f"{killed[:8]} {text}"
    assert tags(house, killed)[PROGRESS_TAG] == text
    assert tags(house, killed)[STATE_TAG] == "failed"
    assert observed(house)[: len(observed(house)) - before] == ["failed", "running"]
    assert house.tick("failed_runs").reason == "no run ended without its last word"
    assert len(observed(house)) == before + 2


def test_runs_at_work_and_runs_that_said_their_last_word_are_left_alone(house, trained):
    at_work = trained(dg.DagsterRunStatus.STARTED)
    finished = trained(dg.DagsterRunStatus.SUCCESS, "finished")
    refused = trained(dg.DagsterRunStatus.FAILURE, "failed")
    before = {run_id: dict(tags(house, run_id)) for run_id in (at_work, finished, refused)}
    assert house.tick("failed_runs").reason == "no run ended without its last word"
    assert {run_id: dict(tags(house, run_id)) for run_id in before} == before


def test_a_run_of_which_only_the_tag_tells_is_marked_too(house):
    run = house.instance.add_run(
        dg.DagsterRun(
            job_name="backfill",
            status=dg.DagsterRunStatus.FAILURE,
            tags={PROGRESS_TAG: "month 3/12 25%", STATE_TAG: "running"},
        )
    )
    house.tick("failed_runs")
    assert tags(house, run.run_id)[PROGRESS_TAG] == "failed at month 3/12 25%"


@pytest.fixture
def silent_since(house):
    """Make a run at work that said something this long ago; tell what the sensor finds next."""

    def make(age):
        said_at = (datetime.now(UTC) - age).isoformat(timespec="seconds")
        tags = {PROGRESS_TAG: "2026-06 search 42%", STATE_TAG: "running", AS_OF_TAG: said_at}
        run = house.instance.add_run(
            dg.DagsterRun(job_name="train", status=dg.DagsterRunStatus.STARTED, tags=tags)
        )
        return run.run_id, said_at

    return make


def tick(house, cursor):
    """Evaluate the sensor once, with what it remembers of the time before."""
    from sensors.build import build_sensors  # Late: Dagster's beta warnings are errors here

    [sensor] = [one for one in build_sensors(house.settings) if one.name == "failed_runs"]
    with dg.build_sensor_context(house.instance, cursor=cursor) as context:
        found = sensor.evaluate_tick(context)
    return found.cursor


def test_a_worker_that_stays_silent_from_one_look_to_the_next_has_failed(house, silent_since):
    dead, said_at = silent_since(timedelta(minutes=4))
    seen = tick(house, None)
    assert json.loads(seen) == {dead: said_at}
    assert house.instance.get_run_by_id(dead).status == dg.DagsterRunStatus.STARTED
    tick(house, seen)
    assert house.instance.get_run_by_id(dead).status == dg.DagsterRunStatus.FAILURE
    assert tags(house, dead)[PROGRESS_TAG] == "failed at 2026-06 search 42%"
    events = house.instance.all_logs(dead, of_type=dg.DagsterEventType.RUN_FAILURE)
    assert [event.message for event in events] == [f"The worker has said nothing since {said_at}."]


def test_a_worker_that_speaks_again_after_its_machine_slept_lives(house, silent_since):
    woken, _ = silent_since(timedelta(hours=8))
    seen = tick(house, None)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    house.instance.add_run_tags(woken, {AS_OF_TAG: now})
    assert json.loads(tick(house, seen)) == {}
    assert house.instance.get_run_by_id(woken).status == dg.DagsterRunStatus.STARTED


def test_a_worker_that_spoke_a_minute_ago_is_no_case(house, silent_since):
    silent_since(timedelta(minutes=1))
    assert json.loads(tick(house, None)) == {}
