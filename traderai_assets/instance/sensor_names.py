"""Former names of sensors: what a person stopped under one stays stopped under the new one.

Dagster keeps by a sensor's name whether a person stopped it. A sensor that gets another name is
new to Dagster and would start by itself, so its former name is written down here, and read.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dagster import DagsterInstance

FORMER_NAMES = {
    "stale_champions": "new_challengers",
    "missing_signals": "silent_champions",
    "stale_drift_metrics": "unmeasured_drift",
}
"""The name of a sensor, and the one it had before."""


def stopped_under_former_name(instance: "DagsterInstance", sensor: str) -> str:
    """Say why a sensor must not ask for anything yet; "" where nobody stopped its forerunner.

    What a person chose under the new name, started or stopped, counts alone.
    """
    former = FORMER_NAMES.get(sensor)
    if former is None or instance.schedule_storage is None:  # An instance in memory keeps no choice
        return ""
    from dagster._core.definitions.run_request import InstigatorType
    from dagster._core.scheduler.instigation import InstigatorStatus

    states = instance.all_instigator_state(instigator_type=InstigatorType.SENSOR)
    chosen = {state.instigator_name: state.status for state in states}
    if chosen.get(former) != InstigatorStatus.STOPPED:
        return ""
    if chosen.get(sensor, InstigatorStatus.DECLARED_IN_CODE) != InstigatorStatus.DECLARED_IN_CODE:
        return ""
    return (
        f"a person stopped this sensor when its name was {former}, so {sensor} asks for nothing; "
        "to have it run, stop it and start it again in the web UI"
    )
