"""Runs and real processes to answer for them."""

import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator

import dagster as dg
import pytest
from dagster._core.events import DagsterEvent, DagsterEventType

from traderai_assets.instance.process_identity import ProcessIdentity
from traderai_assets.instance.run_workers import LAUNCHER_TAG, WORKER_TAG, note

DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); "
SLEEP = "import time; print(flush=True); time.sleep(60)"


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as made:
        yield made


@pytest.fixture
def process() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start a real process that sleeps; a deaf one does not hear SIGTERM."""
    started = []

    def start(*, deaf: bool = False) -> subprocess.Popen[str]:
        code = DEAF + SLEEP if deaf else SLEEP
        command = [sys.executable, "-c", code]
        made = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603
        started.append(made)
        made.stdout.readline()  # It has come as far as to sleep
        return made

    yield start
    for one in started:
        one.kill()
        one.wait()
        one.stdout.close()


@pytest.fixture
def run_of(instance):
    """Make a run of a status, with whoever answers for it, and what its log says of its end."""

    def make(status, *, worker=None, launcher=None, ended=None, **tags) -> dg.DagsterRun:
        run_id = str(uuid.uuid4())
        noted = {WORKER_TAG: worker, LAUNCHER_TAG: launcher}
        notes = {tag: note(run_id, who) for tag, who in noted.items() if who is not None}
        run = instance.add_run(
            dg.DagsterRun(run_id=run_id, job_name="train", status=status, tags={**notes, **tags})
        )
        if ended is not None:  # The log alone: as where a worker was killed before the status
            event = DagsterEvent(ended.value, job_name="train", message="the run's own last word")
            instance.event_log_storage.store_event(entry(run.run_id, event))
        return run

    return make


def entry(run_id, event):
    return dg.EventLogEntry(
        error_info=None,
        level=10,
        user_message="",
        run_id=run_id,
        timestamp=1_790_000_000.0,
        job_name="train",
        dagster_event=event,
    )


@pytest.fixture
def gone(process) -> ProcessIdentity:
    """A process that was."""
    made = process()
    identity = ProcessIdentity.of(made.pid)
    made.kill()
    made.wait()
    return identity


@pytest.fixture
def last_events(instance):
    def of(run):
        kinds = {DagsterEventType.RUN_SUCCESS, DagsterEventType.RUN_FAILURE}
        kinds.add(DagsterEventType.RUN_CANCELED)
        found = instance.get_records_for_run(run.run_id, of_type=kinds).records
        return [one.event_log_entry.dagster_event_type for one in found]

    return of
