"""One fitting process: started, waited for, given rows and tasks, ended."""

import subprocess
import sys
from typing import BinaryIO, cast

from resources.fitting.wire import receive, send
from traderai_assets.domain import errors
from traderai_assets.domain.models.learners import LEARNERS
from traderai_assets.domain.training.fitting import Fit, FitTask

_SECONDS_TO_END = 10


class FitProcess:
    """One fitting process and what it has been given."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "resources.fitting.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._tasks = cast("BinaryIO", self._process.stdin)
        self._answers = cast("BinaryIO", self._process.stdout)
        self._rows: bytes | None = None
        self.rounds = 0

    def await_ready(self) -> None:
        """Wait until its libraries are imported."""
        try:
            receive(self._answers)
        except EOFError as error:
            code = self._process.wait(_SECONDS_TO_END)
            raise errors.WorkerDied(
                f"a fitting process ended with code {code} before it was ready; what it wrote is "
                "in the run's standard error"
            ) from error

    def fit(self, rows: bytes, task: FitTask) -> Fit:
        """Fit one task and read the model back."""
        try:
            if self._rows is not rows:
                send(self._tasks, {"kind": "rows"}, rows)
                self._rows = rows
            send(self._tasks, {"kind": "fit", **vars(task)})
            while True:
                head, body = receive(self._answers)
                if "rounds" in head:
                    self.rounds = head["rounds"]
                elif "failed" in head:
                    raise _error_of(head)
                else:
                    return Fit(LEARNERS[task.learner].from_bytes(body), head["best_rounds"])
        except (EOFError, BrokenPipeError) as error:
            code = self._process.wait(_SECONDS_TO_END)
            raise errors.WorkerDied(
                f"the process that fitted {task.learner} on fold {task.fold} ended with code "
                f"{code}; -9 is mostly want of memory: lower training.processes, and run again"
            ) from error

    def end(self) -> None:
        """Let it go: a fit under way is of no use to anybody."""
        self._process.kill()
        self._process.wait(_SECONDS_TO_END)
        self._tasks.close()
        self._answers.close()


def _error_of(head: dict[str, str]) -> Exception:
    """The error that a fitting process met, of the kind it had there."""
    kind = getattr(errors, head["failed"], None)
    if isinstance(kind, type) and issubclass(kind, errors.TraderAIError):
        return kind(head["message"])
    return RuntimeError(f"{head['message']}\n\nin the fitting process:\n{head['trace']}")
