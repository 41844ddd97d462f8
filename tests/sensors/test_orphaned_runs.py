"""Orphaned runs are reconciled, and killed ones are said to have failed where they were."""

from dataclasses import replace

import dagster as dg
import pytest
from dagster._core.events import AssetObservationData

from traderai_assets.domain.progress_line import PROGRESS_TAG, STATE_TAG
from traderai_assets.instance.process_identity import ProcessIdentity
from traderai_assets.instance.run_workers import note_worker

JUNE = "binance.BTC-USDT.1h|2026-06"
MODELS = dg.AssetKey("models")


@pytest.fixture
def trained(platform):
    """Make a run that said something of a partition and then ended."""

    def make(status, state="running", partition=JUNE):
        text = "2026-06 walk_forward fold 3/5 42%, ends 14:00:00 UTC"
        run = platform.instance.add_run(
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
        platform.instance.report_dagster_event(event, run.run_id)
        return run.run_id

    return make


def said(state):
    return {"state": state, "current_fold": 3, "total_folds": 5, "progress_pct": 42.7}


def observed(platform, partition=JUNE):
    asked = dg.AssetRecordsFilter(MODELS, asset_partitions=[partition])
    found = platform.instance.fetch_observations(asked, limit=10).records
    return [one.asset_observation.metadata["state"].value for one in found]


def tags(platform, run_id):
    return platform.instance.get_run_by_id(run_id).tags


@pytest.mark.parametrize("status", [dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED])
def test_a_run_that_was_ended_is_marked_failed_with_its_last_fold_and_percentage(
    platform, trained, status
):
    before = len(observed(platform))
    killed = trained(status)
    tick = platform.tick("orphaned_runs")
    text = "failed at 2026-06 walk_forward fold 3/5 42%"
    assert tick.reason == f"{killed[:8]} {text}"
    assert tags(platform, killed)[PROGRESS_TAG] == text
    assert tags(platform, killed)[STATE_TAG] == "failed"
    assert observed(platform)[: len(observed(platform)) - before] == ["failed", "running"]
    assert platform.tick("orphaned_runs").reason == "no run is orphaned"
    assert len(observed(platform)) == before + 2


def test_runs_at_work_and_runs_that_said_their_last_word_are_left_alone(platform, trained):
    at_work = trained(dg.DagsterRunStatus.STARTED)
    finished = trained(dg.DagsterRunStatus.SUCCESS, "finished")
    refused = trained(dg.DagsterRunStatus.FAILURE, "failed")
    before = {run_id: dict(tags(platform, run_id)) for run_id in (at_work, finished, refused)}
    assert platform.tick("orphaned_runs").reason == "no run is orphaned"
    assert {run_id: dict(tags(platform, run_id)) for run_id in before} == before


def test_a_run_of_which_only_the_tag_tells_is_marked_too(platform):
    run = platform.instance.add_run(
        dg.DagsterRun(
            job_name="backfill",
            status=dg.DagsterRunStatus.FAILURE,
            tags={PROGRESS_TAG: "month 3/12 25%", STATE_TAG: "running"},
        )
    )
    platform.tick("orphaned_runs")
    assert tags(platform, run.run_id)[PROGRESS_TAG] == "failed at month 3/12 25%"


def test_a_run_whose_worker_is_gone_is_settled_and_its_progress_marked_in_one_tick(platform):
    gone = replace(ProcessIdentity.here(), started=1)
    said = {PROGRESS_TAG: "2026-06 search 42%", STATE_TAG: "running"}
    run = platform.instance.add_run(
        dg.DagsterRun(job_name="train", status=dg.DagsterRunStatus.STARTED, tags=said)
    )
    note_worker(platform.instance, run.run_id, gone)
    reason = f"{gone.label} is gone, which worked on it"
    assert platform.tick("orphaned_runs").reason == (
        f"run {run.run_id[:8]} is marked as failed: {reason}; "
        f"{run.run_id[:8]} failed at 2026-06 search 42%"
    )
    ended = platform.instance.get_run_by_id(run.run_id)
    assert ended.status is dg.DagsterRunStatus.FAILURE
    events = platform.instance.all_logs(run.run_id, of_type=dg.DagsterEventType.RUN_FAILURE)
    assert [event.message for event in events] == [f"The run failed: {reason}."]


def test_what_only_a_person_can_judge_is_left_to_people(platform):
    run = platform.instance.add_run(
        dg.DagsterRun(job_name="train", status=dg.DagsterRunStatus.STARTED)
    )
    assert platform.tick("orphaned_runs").reason == "no run is orphaned"
    assert platform.instance.get_run_by_id(run.run_id).status is dg.DagsterRunStatus.STARTED
