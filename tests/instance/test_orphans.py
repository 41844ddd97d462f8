"""Who is orphaned, and what becomes of it: the worker first, then the log, then the status."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from dagster import DagsterEvent, DagsterEventType, DagsterRunStatus, job, op
from dagster._core.execution.plan.objects import StepSuccessData

from traderai_assets.instance.orphans import Orphan, find_orphans, reconcile
from traderai_assets.instance.process_identity import Liveness, ProcessIdentity
from traderai_assets.instance.run_workers import WORKER_TAG, note_worker

NOW = datetime.now(UTC)
STARTING, STARTED = DagsterRunStatus.STARTING, DagsterRunStatus.STARTED
CANCELING = DagsterRunStatus.CANCELING


def found(instance, after=timedelta()):
    return [
        (one.run.run_id, one.reason, one.certain)
        for one in find_orphans(instance, datetime.now(UTC) + after)
    ]


def status(instance, run):
    return instance.get_run_by_id(run.run_id).status


@pytest.mark.parametrize("was", [STARTING, STARTED, CANCELING])
def test_a_run_whose_worker_is_gone_is_orphaned_at_once(instance, run_of, gone, was):
    run = run_of(was, worker=gone)
    reason = f"process {gone.pid} on {gone.host} is gone, which worked on it"
    assert found(instance) == [(run.run_id, reason, True)]


@pytest.mark.parametrize("was", [STARTING, STARTED])
def test_a_worker_that_lives_is_left_alone_however_slow_it_is(instance, run_of, was):
    run_of(was, worker=ProcessIdentity.here())
    assert found(instance, after=timedelta(days=30)) == []


@pytest.mark.parametrize("was", [STARTING, STARTED, CANCELING])
def test_a_worker_of_another_machine_is_for_people_to_judge(instance, run_of, was):
    there = replace(ProcessIdentity.here(), host="elsewhere", boot="another")
    run = run_of(was, worker=there)
    assert found(instance, after=timedelta(minutes=59)) == []
    reason = f"nothing was heard of process {there.pid} on elsewhere for 1:00:00"
    [orphan] = find_orphans(instance, datetime.now(UTC) + timedelta(minutes=61))
    assert (orphan.reason, orphan.certain) == (reason, False)
    reconcile(instance, orphan)
    assert status(instance, run) in {DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED}


@pytest.mark.parametrize("was", [DagsterRunStatus.NOT_STARTED, STARTING])
def test_a_run_that_is_tried_again_is_not_taken_for_the_one_whose_tags_it_has(
    instance, run_of, gone, was
):
    first = run_of(DagsterRunStatus.FAILURE, worker=gone)
    run_of(was, **{WORKER_TAG: first.tags[WORKER_TAG]})
    assert found(instance) == []


def test_before_there_is_a_worker_the_daemon_that_launches_it_answers(instance, run_of, gone):
    run_of(STARTING, launcher=ProcessIdentity.here())
    assert found(instance, after=timedelta(hours=1)) == []
    orphan = run_of(STARTING, launcher=gone)
    assert [run_id for run_id, _, _ in found(instance)] == [orphan.run_id]


def test_a_launch_that_noted_nobody_is_given_a_minute(instance, run_of):
    run = run_of(STARTING)
    assert found(instance, after=timedelta(seconds=50)) == []
    reason = "its launch was interrupted before there was a worker"
    assert found(instance, after=timedelta(seconds=70)) == [(run.run_id, reason, True)]


def test_what_cannot_be_judged_for_certain_is_told_to_people_only(instance, run_of):
    old = run_of(STARTED)
    assert found(instance) == [(old.run_id, "nobody knows its worker", False)]
    assert found(instance, after=timedelta(hours=24)) == found(instance)


def test_a_run_that_was_made_and_never_queued_is_settled_after_a_minute(instance, run_of):
    made = run_of(DagsterRunStatus.NOT_STARTED, **{"dagster/max_retries": "3"})
    assert found(instance, after=timedelta(seconds=50)) == []
    reason = "it was made and never queued"
    assert found(instance, after=timedelta(seconds=70)) == [(made.run_id, reason, True)]
    [orphan] = find_orphans(instance, datetime.now(UTC) + timedelta(seconds=70))
    assert reconcile(instance, orphan) == f"run {made.run_id[:8]} is marked as failed: {reason}"
    ended = instance.get_run_by_id(made.run_id)
    assert (ended.status, ended.tags["dagster/max_retries"]) == (DagsterRunStatus.FAILURE, "3")


@pytest.mark.parametrize("was", [STARTING, STARTED, CANCELING])
@pytest.mark.parametrize("work", ["update_latest", "backfill", None])
def test_a_worker_out_of_sight_for_longer_than_it_may_work_needs_no_person(
    instance, run_of, was, work
):
    there = replace(ProcessIdentity.here(), host="elsewhere", boot="another")
    tags = {} if work is None else {"traderai/class": work}
    run = run_of(was, worker=there, **tags)
    hours = 1 if work == "update_latest" else 24
    [silent] = find_orphans(instance, datetime.now(UTC) + timedelta(hours=hours + 0.9))
    assert silent.certain is False
    [lost] = find_orphans(instance, datetime.now(UTC) + timedelta(hours=hours + 1.1))
    assert lost.certain is True
    reconcile(instance, lost)
    assert status(instance, run) in {DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED}


def test_a_run_nobody_knows_the_worker_of_is_given_up_in_the_end(instance, run_of):
    run = run_of(STARTED)
    [lost] = find_orphans(instance, datetime.now(UTC) + timedelta(hours=25.1))
    assert (lost.certain, lost.reason) == (
        True,
        "nothing was heard of its worker for longer than it may work",
    )
    reconcile(instance, lost)
    assert status(instance, run) is DagsterRunStatus.FAILURE


def test_what_is_no_run_of_ours_is_left_to_whoever_made_it(instance, run_of):
    run_of(DagsterRunStatus.MANAGED)
    assert found(instance, after=timedelta(days=30)) == []
    run_of(DagsterRunStatus.SUSPENDED)
    assert [certain for _, _, certain in found(instance)] == [False]
    assert [certain for _, _, certain in found(instance, after=timedelta(days=2))] == [True]


def test_runs_that_have_ended_are_no_orphans(instance, run_of, gone):
    for was in (DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED):
        run_of(was, worker=gone)
    assert found(instance, after=timedelta(days=30)) == []


def test_a_run_at_work_for_longer_than_its_class_may_be_is_stopped_for_good(
    instance, run_of, process
):
    made = process()
    run = run_of(
        STARTED, worker=ProcessIdentity.of(made.pid), **{"traderai/class": "update_latest"}
    )
    began(instance, run)
    assert found(instance, after=timedelta(minutes=59)) == []
    [orphan] = find_orphans(instance, datetime.now(UTC) + timedelta(minutes=90))
    assert orphan.reason == "it was at work for 1.5 hours, and update_latest may take 1:00:00"
    reconcile(instance, orphan)
    assert made.wait(5) != 0
    ended = instance.get_run_by_id(run.run_id)
    assert (ended.status, ended.tags["dagster/max_retries"]) == (DagsterRunStatus.FAILURE, "0")


@pytest.mark.parametrize("tags", [{}, {"traderai/class": "unheard of"}])
def test_a_run_of_no_class_that_is_known_may_take_its_time(instance, run_of, tags):
    began(instance, run_of(STARTED, worker=ProcessIdentity.here(), **tags))
    assert found(instance, after=timedelta(days=30)) == []


def began(instance, run):
    instance.report_dagster_event(event(DagsterEventType.RUN_START), run.run_id)


def event(kind):
    return DagsterEvent(kind.value, job_name="train")


def test_a_worker_is_gone_before_its_run_is_marked(instance, run_of, process):
    made = process(deaf=True)
    worker = ProcessIdentity.of(made.pid)
    run = run_of(CANCELING, worker=worker)
    seen = []
    marked = instance.report_run_canceled
    instance.report_run_canceled = lambda *given: (seen.append(worker.liveness()), marked(*given))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("traderai_assets.instance.run_workers.SECONDS_TO_END", 0.3)
        said = reconcile(instance, Orphan(run, "it was told to stop"))
    assert seen == [Liveness.GONE]
    assert said == f"run {run.run_id[:8]} is cancelled"
    assert status(instance, run) is DagsterRunStatus.CANCELED


def test_a_run_whose_worker_was_lost_is_failed_and_may_be_tried_again(
    instance, run_of, gone, last_events
):
    run = run_of(STARTED, worker=gone, **{"dagster/max_retries": "3"})
    reconcile(instance, Orphan(run, "its worker is gone"))
    ended = instance.get_run_by_id(run.run_id)
    assert (ended.status, ended.tags["dagster/max_retries"]) == (DagsterRunStatus.FAILURE, "3")
    assert last_events(run) == [DagsterEventType.RUN_FAILURE]


@pytest.mark.parametrize("was", [STARTING, STARTED, CANCELING])
@pytest.mark.parametrize(
    ("ended", "now"),
    [
        (DagsterEventType.RUN_SUCCESS, DagsterRunStatus.SUCCESS),
        (DagsterEventType.RUN_FAILURE, DagsterRunStatus.FAILURE),
        (DagsterEventType.RUN_CANCELED, DagsterRunStatus.CANCELED),
    ],
)
def test_a_run_that_had_written_its_end_when_it_was_killed_has_ended_that_way(
    instance, run_of, gone, last_events, was, ended, now
):
    run = run_of(was, worker=gone, ended=ended)
    said = reconcile(instance, Orphan(run, "its worker is gone"))
    assert said.endswith("had ended before, as its log shows; now its status shows it too")
    assert (status(instance, run), last_events(run)) == (now, [ended])
    assert instance.get_run_record_by_id(run.run_id).end_time == 1_790_000_000.0


@job
def two_steps():
    @op
    def one() -> None: ...

    @op
    def two() -> None: ...

    one()
    two()


@pytest.mark.parametrize(
    ("done", "now"), [(("one", "two"), "SUCCESS"), (("one",), "FAILURE"), ((), "FAILURE")]
)
def test_a_run_killed_between_its_last_step_and_its_last_word_has_succeeded(
    instance, gone, last_events, done, now
):
    """There is no step to try again, and Dagster would leave it failed for good."""
    run = instance.create_run_for_job(two_steps, status=STARTED)
    note_worker(instance, run.run_id, gone)
    for step in done:
        took = StepSuccessData(duration_ms=1.0)
        ended = DagsterEvent("STEP_SUCCESS", "two_steps", step_key=step, event_specific_data=took)
        instance.report_dagster_event(ended, run.run_id)
    reconcile(instance, Orphan(run, "its worker is gone"))
    assert status(instance, run).value == now
    assert [one.value for one in last_events(run)] == [f"PIPELINE_{now}"]


def test_a_run_that_finished_between_two_looks_stays_finished(instance, run_of, gone, last_events):
    stale = run_of(STARTED, worker=gone)
    instance.report_dagster_event(event(DagsterEventType.RUN_SUCCESS), stale.run_id)
    said = reconcile(instance, Orphan(stale, "its worker is gone"))
    assert said == f"run {stale.run_id[:8]} has ended by itself"
    assert status(instance, stale) is DagsterRunStatus.SUCCESS
    assert last_events(stale) == [DagsterEventType.RUN_SUCCESS]


def test_a_run_of_another_machine_is_left_as_it_is(instance, run_of):
    there = replace(ProcessIdentity.here(), host="elsewhere", boot="another")
    run = run_of(CANCELING, worker=there)
    said = reconcile(instance, Orphan(run, "it was cancelled"))
    assert said.endswith(f"process {there.pid} on elsewhere cannot be stopped from here")
    assert status(instance, run) is CANCELING
