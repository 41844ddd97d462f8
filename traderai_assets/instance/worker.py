"""A run's worker: one process for one run, started by the launcher, known before it does anything.

It waits until the launcher has written down who it is. Where the launcher dies before that, the
word to go on never comes and the worker ends without having touched the run.
"""

import json
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dagster import DagsterInstance


def main() -> None:
    """Execute the run named by the word to go on, if it still wants a worker."""
    word = sys.stdin.readline()  # Before Dagster is imported: the launcher waits for nothing
    if not word.endswith("\n"):
        return
    run_id, instance_ref = json.loads(word)

    from dagster._cli.api import _execute_run_command_body
    from dagster._core.instance import DagsterInstance
    from dagster._core.instance.ref import InstanceRef
    from dagster._serdes import deserialize_value
    from dagster._utils.interrupts import capture_interrupts

    with (
        capture_interrupts(),
        DagsterInstance.from_ref(deserialize_value(instance_ref, InstanceRef)) as instance,
    ):
        if _is_ours(instance, run_id):
            _execute_run_command_body(run_id, instance, lambda _: None, False)


def _is_ours(instance: "DagsterInstance", run_id: str) -> bool:
    """Whether the run waits for us: it may have been cancelled, or given up, meanwhile."""
    from traderai_assets.instance.process_identity import ProcessIdentity
    from traderai_assets.instance.run_workers import note_worker, worker_of

    run = instance.get_run_by_id(run_id)
    if run is None or run.status.value != "STARTING":
        return False
    me = ProcessIdentity.here()
    if worker_of(run) != me:  # Another writer of the run's tags was in the way
        note_worker(instance, run_id, me)
    return True


if __name__ == "__main__":
    main()
