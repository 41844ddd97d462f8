"""A fitting process: reads rows and tasks, answers with models, ends when nobody asks any more.

It holds the read end of a pipe whose write end its run holds: however the run ends, also by
kill -9, the pipe ends with it and so does this process.
"""

import os
import sys
import traceback
from typing import Any, BinaryIO

from resources.fitting.wire import receive, send
from traderai_assets.domain.models.learners import LEARNERS
from traderai_assets.domain.training.fit_arrays import FitArrays
from traderai_assets.domain.training.fitting import FitTask, InProcessFitter
from traderai_assets.domain.training.labelling import Labelling


def serve(tasks: BinaryIO, answers: BinaryIO) -> None:
    """Say when ready; fit what is asked for, rows first, until the asking side is gone."""
    for learner in LEARNERS.values():
        learner.version()  # Imports its library
    send(answers, {"ready": True})
    try:
        head, body = receive(tasks)
        while True:
            fits = InProcessFitter(FitArrays.from_bytes(body))
            head, body = receive(tasks)
            while head["kind"] == "fit":
                _answer(fits, head, answers)
                head, body = receive(tasks)
    except EOFError:
        return


def _answer(fits: InProcessFitter, head: dict[str, Any], answers: BinaryIO) -> None:
    fields = {name: head[name] for name in ("learner", "fold", "parameters", "rounds")}
    task = FitTask(**fields, labelling=Labelling(*head["labelling"]))
    try:
        fit = fits.fit(task, lambda rounds: send(answers, {"rounds": rounds}))
    except Exception as error:  # noqa: BLE001 - sent to the run, which raises it again
        failure = {"failed": type(error).__name__, "message": str(error)}
        send(answers, failure | {"trace": traceback.format_exc()})
    else:
        send(answers, {"best_rounds": fit.best_rounds}, fit.model.to_bytes())


def main() -> None:
    """Serve on standard input and output; whatever a library prints goes to standard error."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    try:
        serve(sys.stdin.buffer, answers)
    except BrokenPipeError:
        os._exit(1)  # The run is gone; there is nobody to tell


if __name__ == "__main__":
    main()
