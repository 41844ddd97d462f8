"""The launcher knows its workers; whoever is told nothing does nothing."""

import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from dagster._core.launcher.base import LaunchRunContext, WorkerStatus
from dagster._serdes import serialize_value

from traderai_assets.instance.process_identity import Liveness, ProcessIdentity
from traderai_assets.instance.run_claims import (
    claim,
    claimed_by,
    launch_claim,
    release_ended,
    worker_claim,
)
from traderai_assets.instance.run_launcher import WatchedRunLauncher
from traderai_assets.instance.run_workers import LAUNCHER_TAG, note_worker, stop, worker_of
from traderai_assets.instance.worker import NOT_OURS

WORKER = [sys.executable, "-m", "traderai_assets.instance.worker"]
STARTING, STARTED = dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED
SUCCESS = dg.DagsterEventType.RUN_SUCCESS


@pytest.fixture(scope="module")
def instance(tmp_path_factory):
    with dg.DagsterInstance.local_temp(str(tmp_path_factory.mktemp("instance"))) as made:
        yield made


@pytest.fixture
def launcher(instance):
    made = WatchedRunLauncher()
    made.register_instance(instance)
    return made


def launch(launcher, run):
    launcher.launch_run(LaunchRunContext(dagster_run=run, workspace=None))


@pytest.mark.processes
def test_a_worker_whose_launcher_died_before_the_word_to_go_on_ends_and_imports_nothing():
    code = f"import runpy, sys; runpy.run_module({WORKER[2]!r}, run_name='__main__'); "
    code += "print('dagster' in sys.modules)"
    ended = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code],
        input="half a word",
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout == "False\n"


@pytest.mark.processes
@pytest.mark.parametrize("status", [dg.DagsterRunStatus.CANCELED, STARTED])
def test_a_worker_leaves_a_run_alone_that_waits_for_nobody(instance, run_of, status):
    run = run_of(status)
    before = len(instance.all_logs(run.run_id))
    word = json.dumps([run.run_id, serialize_value(instance.get_ref())])
    subprocess.run(WORKER, input=f"{word}\n", text=True, check=True)  # noqa: S603
    assert instance.get_run_by_id(run.run_id) == run
    assert len(instance.all_logs(run.run_id)) == before


@pytest.mark.processes
def test_a_worker_is_known_from_its_start_and_seen_off_when_it_ends(instance, launcher, run_of):
    run = run_of(STARTING)  # Of no code location: its worker ends with an error
    launch(launcher, run)
    worker = worker_of(instance.get_run_by_id(run.run_id))
    assert worker.liveness() is Liveness.ALIVE
    until_ended(instance, run)
    assert worker.liveness() is Liveness.GONE
    [event] = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.RUN_FAILURE)
    told = f"The run failed: its worker, process {worker.pid}, ended with code 1."
    assert event.message == told


def test_a_run_that_was_cancelled_on_its_way_out_of_the_queue_gets_no_worker(
    instance, launcher, run_of
):
    run = run_of(STARTING, ended=dg.DagsterEventType.RUN_CANCELED)
    launch(launcher, run)
    ended = instance.get_run_by_id(run.run_id)
    assert ended.status is dg.DagsterRunStatus.CANCELED
    assert worker_of(ended) is None


@pytest.mark.processes
def test_a_worker_that_cannot_be_told_to_go_on_is_stopped(instance, launcher, run_of, monkeypatch):
    run = run_of(STARTING)
    monkeypatch.setattr(instance, "get_ref", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        launch(launcher, run)
    assert worker_of(instance.get_run_by_id(run.run_id)).liveness() is Liveness.GONE


def until_ended(instance, run):
    deadline = time.monotonic() + 60
    while not instance.get_run_by_id(run.run_id).is_finished and time.monotonic() < deadline:
        time.sleep(0.1)


@pytest.mark.processes
def test_a_run_that_is_launched_twice_has_one_worker_and_one_end(instance, launcher, run_of):
    run = run_of(STARTING)  # Of no code location: its worker ends with an error
    launch(launcher, run)
    worker = worker_of(instance.get_run_by_id(run.run_id))
    other = WatchedRunLauncher()
    other.register_instance(instance)
    launch(other, run)
    assert worker_of(instance.get_run_by_id(run.run_id)) == worker
    until_ended(instance, run)
    [event] = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.RUN_FAILURE)
    assert f"its worker, process {worker.pid}, ended with code 1" in event.message


def test_of_launches_at_one_time_one_starts_a_worker(instance, run_of, monkeypatch):
    run, started = run_of(STARTING), []
    monkeypatch.setattr(WatchedRunLauncher, "_start", lambda *given: started.append(given) or 1 / 0)
    monkeypatch.setattr("traderai_assets.instance.run_launcher.release", lambda *_: None)
    launchers = [WatchedRunLauncher() for _ in range(8)]
    for one in launchers:
        one.register_instance(instance)
    with ThreadPoolExecutor(8) as pool:
        ends = [pool.submit(launch, one, run).exception() for one in launchers]
    assert len(started) == 1
    assert [type(end) for end in ends if end is not None] == [ZeroDivisionError]


def test_a_spare_worker_says_that_the_run_is_not_its_own_and_touches_nothing(
    instance, run_of, process
):
    others = ProcessIdentity.of(process().pid)
    run = run_of(STARTING, worker=others)
    assert claim(instance, run.run_id, worker_claim(others), instead_of=None)
    mine = launch_claim(ProcessIdentity.here())
    word = json.dumps([run.run_id, serialize_value(instance.get_ref()), mine])
    ended = subprocess.run(WORKER, input=f"{word}\n", text=True, check=False)  # noqa: S603
    assert ended.returncode == NOT_OURS
    assert instance.get_run_by_id(run.run_id) == run
    assert instance.all_logs(run.run_id) == []


def test_the_end_of_a_process_that_is_not_the_noted_worker_ends_no_run(
    instance, launcher, run_of, process
):
    run = run_of(STARTED, worker=ProcessIdentity.of(process().pid))
    spare = process()
    identity = ProcessIdentity.of(spare.pid)
    spare.kill()
    launcher._see_off(spare, run.run_id, identity, launch_claim(ProcessIdentity.here()))
    assert instance.get_run_by_id(run.run_id) == run


def test_a_second_launch_leaves_a_run_at_work_as_it_was(instance, launcher, run_of, process):
    run = run_of(STARTING)
    worker = ProcessIdentity.of(process().pid)
    note_worker(instance, run.run_id, worker)
    for kind in ("PIPELINE_START", "PIPELINE_STARTING"):  # It works; another daemon launches it
        instance.report_dagster_event(dg.DagsterEvent(kind, job_name="train"), run.run_id)
    began = instance.get_run_record_by_id(run.run_id).start_time
    launch(launcher, instance.get_run_by_id(run.run_id))
    after = instance.get_run_record_by_id(run.run_id)
    assert (after.dagster_run.status, after.start_time) == (STARTED, began)
    assert worker_of(after.dagster_run) == worker


def test_the_claim_of_a_launch_whose_daemon_died_is_taken_over(
    instance, launcher, run_of, gone, monkeypatch
):
    run = run_of(STARTING, launcher=gone)
    assert claim(instance, run.run_id, launch_claim(gone), instead_of=None)
    started = []
    monkeypatch.setattr(launcher, "_start", lambda *given: started.append(given) or 1 / 0)
    with pytest.raises(ZeroDivisionError):
        launch(launcher, run)
    assert len(started) == 1
    assert claimed_by(instance, run.run_id) is None  # A launch that failed keeps nobody out


def test_claims_on_runs_that_ended_or_were_deleted_are_given_up(instance, run_of):
    ended, deleted = run_of(dg.DagsterRunStatus.FAILURE), run_of(STARTED)
    at_work = run_of(STARTED)
    for run in (ended, deleted, at_work):
        assert claim(instance, run.run_id, launch_claim(ProcessIdentity.here()), instead_of=None)
    instance.delete_run(deleted.run_id)
    assert release_ended(instance) >= 2
    left = [claimed_by(instance, run.run_id) is not None for run in (ended, deleted, at_work)]
    assert left == [False, False, True]


def test_run_monitoring_stops_a_worker_whose_class_has_no_more_hours(
    instance, launcher, run_of, process
):
    made = process()
    run = run_of(
        STARTED, worker=ProcessIdentity.of(made.pid), **{"traderai/class": "update_latest"}
    )
    began = dg.DagsterEvent(dg.DagsterEventType.RUN_START.value, job_name="train")
    two_hours_ago = datetime.now(UTC) - timedelta(hours=2)
    instance.run_storage.handle_run_event(run.run_id, began, two_hours_ago)
    assert health(launcher, run) == (WorkerStatus.SUCCESS, dg.DagsterRunStatus.FAILURE)
    assert made.wait(5) != 0


def test_a_process_that_has_a_workers_number_is_never_stopped(process):
    made = process()
    identity = ProcessIdentity.of(made.pid)
    assert stop(replace(identity, started=identity.started - 1)) is True  # Gone: it is another
    assert made.poll() is None


def health(launcher, run):
    """What run monitoring is told, and what the run has come to by then."""
    told = launcher.check_run_worker_health(run).status
    return told, launcher._instance.get_run_by_id(run.run_id).status


def test_run_monitoring_is_told_of_workers_that_live_or_that_nobody_knows(launcher, run_of):
    for run in (run_of(STARTED, worker=ProcessIdentity.here()), run_of(STARTED)):
        assert health(launcher, run) == (WorkerStatus.RUNNING, STARTED)


def test_runs_of_dead_workers_are_settled_when_run_monitoring_asks(launcher, run_of, gone):
    failed = (WorkerStatus.SUCCESS, dg.DagsterRunStatus.FAILURE)
    assert health(launcher, run_of(STARTED, worker=gone)) == failed
    assert health(launcher, run_of(STARTED, launcher=gone)) == failed
    ended = run_of(STARTED, worker=gone, ended=SUCCESS)
    assert health(launcher, ended) == (WorkerStatus.SUCCESS, dg.DagsterRunStatus.SUCCESS)


def test_to_cancel_a_run_stops_its_worker(instance, launcher, run_of, process):
    made = process()
    run = run_of(STARTED, worker=ProcessIdentity.of(made.pid))
    assert launcher.terminate(run.run_id) is True
    assert made.wait(0) != 0
    assert instance.get_run_by_id(run.run_id).status is dg.DagsterRunStatus.CANCELED
    assert launcher.terminate(run.run_id) is False


def test_to_cancel_a_run_never_stops_the_daemon_that_is_about_to_launch_it(
    instance, launcher, run_of
):
    run = run_of(STARTING, launcher=ProcessIdentity.here())
    assert LAUNCHER_TAG in run.tags
    assert launcher.terminate(run.run_id) is True
    assert instance.get_run_by_id(run.run_id).status is dg.DagsterRunStatus.CANCELED


def test_a_run_that_finishes_while_it_is_cancelled_has_finished(instance, launcher, run_of, gone):
    run = run_of(STARTED, worker=gone, ended=SUCCESS)
    assert launcher.terminate(run.run_id) is False
    assert instance.get_run_by_id(run.run_id).status is dg.DagsterRunStatus.SUCCESS
