"""The run launcher `dagster.yaml` names: every run's worker is known, and seen to its end.

Dagster's own launcher asks the code server to start the worker and knows nothing of it: where
daemon, code server and worker die together, the run holds its slot for ever. Here the daemon
starts the worker itself and writes down who it is before the worker does anything. It waits for
it in a thread; after a restart, run monitoring asks whether it lives. A run is launched once: who
launches it claims it first, and only the end of its own worker ends it.
"""

import json
import logging
import signal
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Self

from dagster import DagsterEventType, DagsterInstance, DagsterRun, DagsterRunStatus, Field
from dagster._config.config_schema import UserConfigSchema
from dagster._core.launcher.base import (
    CheckRunHealthResult,
    LaunchRunContext,
    RunLauncher,
    WorkerStatus,
)
from dagster._serdes import ConfigurableClass, serialize_value
from dagster._serdes.config_class import ConfigurableClassData

from resources.database.retry import away
from traderai_assets.instance.orphans import Orphan, finished_in_log, orphan_of, reconcile
from traderai_assets.instance.process_identity import Liveness, ProcessIdentity
from traderai_assets.instance.run_claims import (
    claim,
    claimant,
    claimed_by,
    launch_claim,
    release,
    worker_claim,
)
from traderai_assets.instance.run_workers import note_launcher, note_worker, stop, worker_of
from traderai_assets.instance.warm_workers.pool import WorkerPool
from traderai_assets.instance.warm_workers.processes import WorkerProcess

_log = logging.getLogger("dagster.traderai.run_launcher")


class WatchedRunLauncher(RunLauncher[DagsterInstance], ConfigurableClass):
    """Starts workers as children of the daemon, and knows which of them live.

    Parameters
    ----------
    warm : bool
        Whether workers are forked from a process that has imported everything.
    """

    def __init__(self, warm: bool = False, inst_data: ConfigurableClassData | None = None) -> None:
        self._inst_data = inst_data
        self._workers = WorkerPool(warm=warm)
        super().__init__()  # type: ignore[no-untyped-call]

    @property
    def inst_data(self) -> ConfigurableClassData | None:
        """What `dagster.yaml` says of this launcher."""
        return self._inst_data

    @classmethod
    def config_type(cls) -> UserConfigSchema:
        """Whether workers are warm."""
        return {"warm": Field(bool, is_required=False, default_value=False)}

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> Self:
        """Make the launcher that `dagster.yaml` names."""
        return cls(inst_data=inst_data, **config_value)

    def launch_run(self, context: LaunchRunContext) -> None:
        """Start the run's worker, unless the run was cancelled on its way out of the queue."""
        run, instance = context.dagster_run, self._instance
        if finished_in_log(instance, run.run_id):
            reconcile(instance, Orphan(run, "it ended while it was taken from the queue"))
            return
        mine = launch_claim(ProcessIdentity.here())
        if not self._claim(run.run_id, mine):
            self._leave(run.run_id)
            return
        try:
            process, worker = self._start(run, mine)
        except BaseException:
            release(instance, run.run_id)
            raise
        threading.Thread(
            target=self._see_off,
            args=(process, run.run_id, worker, mine),
            name="see-off",
            daemon=True,
        ).start()

    def _claim(self, run_id: str, mine: str) -> bool:
        """Claim the run; False where another launch has it, or its worker lives."""
        held = claimed_by(self._instance, run_id)
        launching = claimant(held)
        if launching is not None and launching.liveness() is not Liveness.GONE:
            return False
        run = self._instance.get_run_by_id(run_id)
        worker = worker_of(run) if run is not None else None
        if worker is not None and worker.liveness() is not Liveness.GONE:
            return False
        return claim(self._instance, run_id, mine, instead_of=held)

    def _start(self, run: DagsterRun, mine: str) -> tuple[WorkerProcess, ProcessIdentity]:
        """Start the worker, write down who it is, and only then tell it to go on."""
        note_launcher(self._instance, run.run_id, ProcessIdentity.here())
        process = self._workers.worker(run)
        worker = ProcessIdentity.of(process.pid)
        try:
            note_worker(self._instance, run.run_id, worker)
            word = json.dumps([run.run_id, serialize_value(self._instance.get_ref()), mine])
            process.let_go_on(word)
        except BaseException:
            process.leave()
            stop(worker)
            process.wait()
            raise
        return process, worker

    def _leave(self, run_id: str) -> None:
        """Say that the run was not launched a second time, and undo what that did to its status.

        The daemon has said that the run starts, also where its worker is at work already.
        """
        _log.warning("run %s is launched already and was left alone", run_id)
        run = self._instance.get_run_by_id(run_id)
        if run is None or run.status is not DagsterRunStatus.STARTING:
            return
        began = self._instance.get_records_for_run(
            run_id, of_type=DagsterEventType.RUN_START, limit=1
        ).records
        entry = began[0].event_log_entry if began else None
        if (
            entry is not None
            and entry.dagster_event
            and not finished_in_log(self._instance, run_id)
        ):
            at = datetime.fromtimestamp(entry.timestamp, UTC)
            self._instance.run_storage.handle_run_event(run_id, entry.dagster_event, at)

    def terminate(self, run_id: str) -> bool:
        """Stop the run's worker and then mark the run; True where it is cancelled now."""
        run = self._instance.get_run_by_id(run_id)
        if run is None or run.is_finished:
            return False
        self._instance.report_run_canceling(run)
        reconcile(self._instance, Orphan(run, "it was cancelled"))
        ended = self._instance.get_run_by_id(run_id)
        return ended is not None and ended.status.value == "CANCELED"

    def dispose(self) -> None:
        """Let the fork server end; workers go on."""
        self._workers.close()

    @property
    def supports_check_run_worker_health(self) -> bool:
        """Run monitoring may ask."""
        return True

    def check_run_worker_health(self, run: DagsterRun) -> CheckRunHealthResult:
        """Return whether the run goes on; reconcile it where its worker is gone or hangs.

        Dagster would mark such a run as failed, whatever its log says.
        """
        record = self._instance.get_run_record_by_id(run.run_id)
        orphan = orphan_of(record, datetime.now(UTC)) if record is not None else None
        if orphan is None or not orphan.certain:
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        return CheckRunHealthResult(WorkerStatus.SUCCESS, reconcile(self._instance, orphan))

    def _see_off(
        self, process: WorkerProcess, run_id: str, worker: ProcessIdentity, mine: str
    ) -> None:
        """Wait for a worker; where it ended without an end in the log, write it."""
        code = process.wait()
        try:
            run = self._instance.get_run_by_id(run_id)
            if run is None or run.is_finished:
                release(self._instance, run_id)
            elif self._worked_for(run, worker, mine):
                reason = f"its worker, process {process.pid}, ended {_how(code)}"
                reconcile(self._instance, Orphan(run, reason))
            else:
                _log.warning("process %s ended, which run %s is not of", process.pid, run_id)
        except Exception as error:
            if not away(error):
                raise
            # Run monitoring finds the run when the database is back
            _log.warning("run %s could not be reconciled now: %s", run_id, error)

    def _worked_for(self, run: DagsterRun, worker: ProcessIdentity, mine: str) -> bool:
        """Whether the run was this worker's, and not another's that still goes on."""
        held = claimed_by(self._instance, run.run_id)
        if held is not None:
            return held in (mine, worker_claim(worker))
        return worker_of(run) in (None, worker)


def _how(code: int) -> str:
    if code >= 0:
        return f"with code {code}"
    return f"by {signal.Signals(-code).name}"
