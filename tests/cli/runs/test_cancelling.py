"""Cancelling: at once from the queue, for good from work; who has ended is not touched."""

import subprocess
import sys

import dagster as dg
import pytest

from traderai_assets.instance.process_identity import ProcessIdentity

CANCELED = dg.DagsterRunStatus.CANCELED
QUEUED = dg.DagsterRunStatus.QUEUED


@pytest.fixture
def status_of(instance):
    return lambda run: instance.get_run_by_id(run.run_id).status


@pytest.fixture
def worker():
    """A process that is at work for a minute."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        yield process
        process.kill()


def test_a_run_that_waits_leaves_the_queue_at_once(traderai, status_of, run):
    named, other = run("train", QUEUED), run("train", QUEUED)
    code, out, _ = traderai("runs", "cancel", named.run_id[:8])
    assert (code, out) == (0, f"Cancelled run {named.run_id[:8]} (train).\n")
    assert (status_of(named), status_of(other)) == (CANCELED, QUEUED)


def test_several_are_cancelled_by_one_command(traderai, status_of, run):
    both = [run("train", QUEUED), run("backfill", QUEUED)]
    out = traderai("runs", "cancel", *(one.run_id[:8] for one in both)).out
    assert len(out.splitlines()) == 2
    assert {status_of(one) for one in both} == {CANCELED}


def test_all_that_waits_is_cancelled_and_what_works_goes_on(traderai, status_of, run):
    waiting = [run("train", QUEUED) for _ in range(3)]
    at_work = run("backfill", dg.DagsterRunStatus.STARTED)
    out = traderai("runs", "cancel", "--all-queued").out
    assert [line.split()[2] for line in out.splitlines()] == [one.run_id[:8] for one in waiting]
    assert {status_of(one) for one in waiting} == {CANCELED}
    assert status_of(at_work) == dg.DagsterRunStatus.STARTED
    assert traderai("runs", "cancel", "--all-queued").out == "Nothing waits.\n"


@pytest.mark.processes
def test_a_worker_has_ended_when_its_run_is_cancelled(traderai, status_of, run, worker):
    identity = ProcessIdentity.of(worker.pid).text
    at_work = run("train", dg.DagsterRunStatus.STARTED, worker=identity)
    code, out, _ = traderai("runs", "cancel", at_work.run_id[:8])
    assert (code, out) == (0, f"Cancelled run {at_work.run_id[:8]} (train).\n")
    assert worker.poll() == -15
    assert status_of(at_work) == CANCELED


def test_a_run_that_has_ended_is_refused_and_nothing_else_is_cancelled(traderai, status_of, run):
    ended, waits = run("train", dg.DagsterRunStatus.SUCCESS), run("train", QUEUED)
    code, out, err = traderai("runs", "cancel", waits.run_id, ended.run_id)
    assert (code, out) == (1, "")
    assert f"run {ended.run_id[:8]} (train) has ended as SUCCESS; nothing was cancelled" in err
    assert status_of(waits) == QUEUED


def test_a_worker_of_another_machine_is_not_said_to_be_stopped(traderai, status_of, run):
    here = ProcessIdentity.here()
    elsewhere = ProcessIdentity("other", "another-boot", here.namespace, here.pid, here.started)
    at_work = run("train", dg.DagsterRunStatus.STARTED, worker=elsewhere.text)
    code, _, err = traderai("runs", "cancel", at_work.run_id)
    assert (code, "its worker is not on this machine" in err) == (1, True)
    assert status_of(at_work) == dg.DagsterRunStatus.CANCELING


@pytest.mark.parametrize("arguments", [[], ["1a2b3c4d", "--all-queued"]])
def test_what_to_cancel_is_named_in_one_way(traderai, arguments):
    code, _, err = traderai("runs", "cancel", *arguments)
    assert (code, "name the runs to cancel, or say --all-queued" in err) == (2, True)
