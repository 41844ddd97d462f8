"""A process that has paid for its imports and forks workers, so that a race costs no start.

Asked for a worker by a line, it answers with the worker's process id; the word to go on reaches the
worker by the next line. What runs then is the platform's real worker. On request it dies, or rests,
between the last event of its run and the status that follows from it: where two writes that belong
together can be torn apart.
"""

import json
import os
import signal
import sys
import time

import dagster._cli.api  # What a worker imports
import dagster._core.execution.api
import dagster._core.storage.event_log.sqlite  # noqa: F401
from dagster._core.storage.runs.sql_run_storage import SqlRunStorage

from traderai_assets.instance import worker

LAST = "PIPELINE_SUCCESS"


def tear(rest: float) -> None:
    """Let this process die at its last event, before the status; or rest there for some time."""
    whole = SqlRunStorage.handle_run_event

    def torn(storage, run_id, event, *moment):
        if event.event_type_value == LAST:
            if rest < 0:
                os.kill(os.getpid(), signal.SIGKILL)
            time.sleep(rest)
        return whole(storage, run_id, event, *moment)

    SqlRunStorage.handle_run_event = torn


def serve_worker(word: int, rest: float) -> None:
    """Be the worker whose word to go on comes through this descriptor."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(word, 0)
    sys.stdin = os.fdopen(0)
    if rest:
        tear(rest)
    worker.main()


def main() -> None:
    """Fork a worker for each pair of lines."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # The kernel buries them
    for line in sys.stdin:
        heard, said = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(said)
            status = 1
            try:
                serve_worker(heard, float(json.loads(line)["rest"]))
                status = 0
            finally:
                os._exit(status)
        os.close(heard)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()
        with os.fdopen(said, "w") as word:
            word.write(sys.stdin.readline())


if __name__ == "__main__":
    main()
