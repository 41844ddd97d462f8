"""A run's worker: one process for one run, started by the launcher, known before it does anything.

It waits until the launcher has written down who it is. Where the launcher dies before that, the
order to go on never comes and the worker ends without having touched the run. It takes the
launch's claim over before anything else: where another launch has the run, it ends with code 75.
"""

import json
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dagster import DagsterInstance

NOT_OURS = 75  # EX_TEMPFAIL: another has it
# What the kernel calls it, at most 15 letters: it is found by that, however it was started
NAME = "traderai-worker"


def main() -> None:
    """Execute the run named by the order to go on, if it still wants a worker."""
    call_this_process(NAME)
    order = sys.stdin.readline()  # Before Dagster is imported: the launcher waits for nothing
    if not order.endswith("\n"):
        return
    # A launcher from before there were claims sends none
    run_id, instance_ref, *claimed = json.loads(order)

    from dagster._cli.api import _execute_run_command_body
    from dagster._core.instance import DagsterInstance
    from dagster._core.instance.ref import InstanceRef
    from dagster._serdes import deserialize_value
    from dagster._utils.interrupts import capture_interrupts

    with (
        capture_interrupts(),
        DagsterInstance.from_ref(deserialize_value(instance_ref, InstanceRef)) as instance,
    ):
        if not _waits(instance, run_id):
            return
        if not _taken_over(instance, run_id, *claimed):
            sys.exit(NOT_OURS)
        _execute_run_command_body(run_id, instance, lambda _: None, False)


def call_this_process(name: str) -> None:
    """Give this process a name, as `ps` and the kernel know it."""
    with open("/proc/self/comm", "w") as file:  # noqa: PTH123  # Nothing is imported for it
        file.write(name)


def _waits(instance: "DagsterInstance", run_id: str) -> bool:
    """Whether the run waits for a worker: it may have been cancelled, or given up, meanwhile."""
    run = instance.get_run_by_id(run_id)
    return run is not None and run.status.value == "STARTING"


def _taken_over(instance: "DagsterInstance", run_id: str, claimed: str | None = None) -> bool:
    """Make the run ours alone; False where another launch or another worker has it."""
    from traderai_assets.instance.process_identity import ProcessIdentity
    from traderai_assets.instance.run_claims import claim, worker_claim
    from traderai_assets.instance.run_workers import note_worker, worker_of

    me = ProcessIdentity.here()
    if not claim(instance, run_id, worker_claim(me), instead_of=claimed):
        return False
    run = instance.get_run_by_id(run_id)
    if run is None:
        return False
    if worker_of(run) != me:  # Another writer of the run's tags was in the way
        note_worker(instance, run_id, me)
    return True


if __name__ == "__main__":
    main()
