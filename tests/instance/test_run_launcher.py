"""The launcher knows its workers; whoever is told nothing does nothing."""

import json
import subprocess
import sys
import time

import dagster as dg
import pytest
from dagster._core.launcher.base import LaunchRunContext, WorkerStatus
from dagster._serdes import serialize_value

from traderai_assets.instance.process_identity import ProcessIdentity, Sight
from traderai_assets.instance.run_launcher import WatchedRunLauncher
from traderai_assets.instance.run_workers import LAUNCHER_TAG, worker_of

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


@pytest.mark.parametrize("status", [dg.DagsterRunStatus.CANCELED, STARTED])
def test_a_worker_leaves_a_run_alone_that_waits_for_nobody(instance, run_of, status):
    run = run_of(status)
    before = len(instance.all_logs(run.run_id))
    word = json.dumps([run.run_id, serialize_value(instance.get_ref())])
    subprocess.run(WORKER, input=f"{word}\n", text=True, check=True)  # noqa: S603
    assert instance.get_run_by_id(run.run_id) == run
    assert len(instance.all_logs(run.run_id)) == before


def test_a_worker_is_known_from_its_start_and_seen_off_when_it_ends(instance, launcher, run_of):
    run = run_of(STARTING)  # Of no code location: its worker ends with an error
    launch(launcher, run)
    worker = worker_of(instance.get_run_by_id(run.run_id))
    assert worker.sight() is Sight.ALIVE
    deadline = time.monotonic() + 60
    while not instance.get_run_by_id(run.run_id).is_finished and time.monotonic() < deadline:
        time.sleep(0.1)
    assert worker.sight() is Sight.GONE
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


def test_a_worker_that_cannot_be_told_to_go_on_is_stopped(instance, launcher, run_of, monkeypatch):
    run = run_of(STARTING)
    monkeypatch.setattr(instance, "get_ref", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        launch(launcher, run)
    assert worker_of(instance.get_run_by_id(run.run_id)).sight() is Sight.GONE


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
