"""Who works on a run: noted on the run, seen, and stopped.

Before there is a worker the daemon that launches it answers for the run, in a tag of its own:
it can be found, and is never stopped. Each note names the run it is of, because a run that is
tried again has the tags of the one before it, whose worker is dead.
"""

import os
import signal
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from traderai_assets.domain.errors import InvalidInput
from traderai_assets.instance.process_identity import Liveness, ProcessIdentity

if TYPE_CHECKING:
    from dagster import DagsterInstance, DagsterRun

# Under the prefix that Dagster's web UI does not show: they mean nothing to people
WORKER_TAG = ".dagster/traderai_worker"
LAUNCHER_TAG = ".dagster/traderai_launcher"
# A fit in native code and a page under way end within this; whoever needs longer is killed
SECONDS_TO_END = 10.0
_SECONDS_BETWEEN_POLLS = 0.05


def note(run_id: str, process: ProcessIdentity) -> str:
    """Return what a tag holds of who answers for the run."""
    return f"{run_id} {process.text}"


def note_launcher(instance: "DagsterInstance", run_id: str, process: ProcessIdentity) -> None:
    """Write down which daemon is about to start the run's worker."""
    instance.add_run_tags(run_id, {LAUNCHER_TAG: note(run_id, process)})


def note_worker(instance: "DagsterInstance", run_id: str, process: ProcessIdentity) -> None:
    """Write down which process works on the run."""
    instance.add_run_tags(run_id, {WORKER_TAG: note(run_id, process)})


def worker_of(run: "DagsterRun") -> ProcessIdentity | None:
    """Return which process works on the run; None where none was noted, or nothing readable."""
    return _noted(run, WORKER_TAG)


def answerable_for(run: "DagsterRun") -> ProcessIdentity | None:
    """Return the run's worker or, before there is one, the daemon that is about to start it."""
    return worker_of(run) or _noted(run, LAUNCHER_TAG)


def _noted(run: "DagsterRun", tag: str) -> ProcessIdentity | None:
    run_id, _, text = run.tags.get(tag, "").partition(" ")
    try:
        return ProcessIdentity.parse(text) if run_id == run.run_id else None
    except InvalidInput:
        return None


def stop(worker: ProcessIdentity) -> bool:
    """End a worker of this machine, gently and then by force; return whether it is gone for good.

    False where it lives elsewhere: whoever sees it there has to do it.
    """
    for end, seconds in ((signal.SIGTERM, SECONDS_TO_END), (signal.SIGKILL, SECONDS_TO_END)):
        if not _signalled(worker, end):
            break
        _wait(worker, seconds)
    return worker.liveness() is Liveness.GONE


def _signalled(worker: ProcessIdentity, sent: int) -> bool:
    """Send a signal to this very process; False where it is not on this machine.

    Its number may be another's by the time the signal is sent. A descriptor stays its own.
    """
    try:
        process = os.pidfd_open(worker.pid)
    except ProcessLookupError:
        return False
    try:
        if worker.liveness() is not Liveness.ALIVE:
            return False
        with suppress(ProcessLookupError):  # It ended by itself between the check and the signal
            signal.pidfd_send_signal(process, sent)
        return True
    finally:
        os.close(process)


def _wait(worker: ProcessIdentity, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while worker.liveness() is Liveness.ALIVE and time.monotonic() < deadline:
        time.sleep(_SECONDS_BETWEEN_POLLS)
