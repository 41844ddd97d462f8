"""The run launcher `dagster.yaml` names: every run's worker is known, and seen to its end.

Dagster's own launcher asks the code server to start the worker and knows nothing of it: where
daemon, code server and worker die together, the run holds its slot for ever. Here the daemon
starts the worker itself and writes down who it is before the worker does anything. It waits for
it in a thread; after a restart, run monitoring asks whether it lives.
"""

import json
import logging
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from typing import Any, Self

from dagster import DagsterInstance, DagsterRun
from dagster._config.config_schema import UserConfigSchema
from dagster._core.launcher.base import (
    CheckRunHealthResult,
    LaunchRunContext,
    RunLauncher,
    WorkerStatus,
)
from dagster._serdes import ConfigurableClass, serialize_value
from dagster._serdes.config_class import ConfigurableClassData

from traderai_assets.instance.orphans import Orphan, finished_in_log, settle
from traderai_assets.instance.patience import away
from traderai_assets.instance.process_identity import ProcessIdentity, Sight
from traderai_assets.instance.run_workers import answerable_for, note_launcher, note_worker, stop

_log = logging.getLogger("dagster.traderai.run_launcher")
_WORKER = "traderai_assets.instance.worker"


class WatchedRunLauncher(RunLauncher[DagsterInstance], ConfigurableClass):
    """Starts workers as children of the daemon, and knows which of them live."""

    def __init__(self, inst_data: ConfigurableClassData | None = None) -> None:
        self._inst_data = inst_data
        super().__init__()  # type: ignore[no-untyped-call]

    @property
    def inst_data(self) -> ConfigurableClassData | None:
        """What `dagster.yaml` says of this launcher."""
        return self._inst_data

    @classmethod
    def config_type(cls) -> UserConfigSchema:
        """Nothing can be configured."""
        return {}

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
            settle(instance, Orphan(run, "it ended while it was taken from the queue"))
            return
        note_launcher(instance, run.run_id, ProcessIdentity.here())
        process = subprocess.Popen(  # noqa: S603
            [_python_of(run), "-m", _WORKER], stdin=subprocess.PIPE, text=True
        )
        worker = ProcessIdentity.of(process.pid)
        try:
            note_worker(instance, run.run_id, worker)
            word = json.dumps([run.run_id, serialize_value(instance.get_ref())])
            _let_go_on(process, word)
        except BaseException:
            with process:  # Closes its input and waits for it
                stop(worker)
            raise
        threading.Thread(
            target=self._see_off, args=(process, run.run_id), name="see-off", daemon=True
        ).start()

    def terminate(self, run_id: str) -> bool:
        """Stop the run's worker and then mark the run; True where it is cancelled now."""
        run = self._instance.get_run_by_id(run_id)
        if run is None or run.is_finished:
            return False
        self._instance.report_run_canceling(run)
        settle(self._instance, Orphan(run, "it was cancelled"))
        ended = self._instance.get_run_by_id(run_id)
        return ended is not None and ended.status.value == "CANCELED"

    @property
    def supports_check_run_worker_health(self) -> bool:
        """Run monitoring may ask."""
        return True

    def check_run_worker_health(self, run: DagsterRun) -> CheckRunHealthResult:
        """Tell run monitoring whether the run's worker lives; settle the run of a dead one.

        Dagster would mark such a run as failed, whatever its log says.
        """
        worker = answerable_for(run)
        if worker is None or worker.sight() is not Sight.GONE:
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        said = settle(self._instance, Orphan(run, f"{worker.label} is gone, which worked on it"))
        return CheckRunHealthResult(WorkerStatus.SUCCESS, said)

    def _see_off(self, process: subprocess.Popen[str], run_id: str) -> None:
        """Wait for a worker; where it ended without a last word, say so for it."""
        code = process.wait()
        try:
            run = self._instance.get_run_by_id(run_id)
            if run is not None and not run.is_finished:
                reason = f"its worker, process {process.pid}, ended {_how(code)}"
                settle(self._instance, Orphan(run, reason))
        except Exception as error:
            if not away(error):
                raise
            # Run monitoring finds the run when the database is back
            _log.warning("run %s could not be settled now: %s", run_id, error)


def _let_go_on(process: subprocess.Popen[str], word: str) -> None:
    if process.stdin is None:
        raise TypeError("the worker was started without a standard input")
    with process.stdin as stdin:
        stdin.write(f"{word}\n")


def _python_of(run: DagsterRun) -> str:
    origin = run.job_code_origin
    return origin.executable_path if origin is not None else sys.executable


def _how(code: int) -> str:
    if code >= 0:
        return f"with code {code}"
    return f"by {signal.Signals(-code).name}"
