"""Sensors whose last tick failed, and of what: nothing is asked for as long as they fail."""

from typing import TYPE_CHECKING, Any

from traderai_assets.instance.sensor_names import FORMER_NAMES
from traderai_assets.status.run_errors import error_line
from traderai_assets.status.run_facts import moment

if TYPE_CHECKING:
    from dagster import DagsterInstance


def failing_sensors(instance: "DagsterInstance") -> list[dict[str, Any]]:
    """Return a row for each sensor whose last tick failed: which, when, and the error."""
    from dagster._core.definitions.run_request import InstigatorType
    from dagster._core.scheduler.instigation import TickStatus

    if instance.schedule_storage is None:  # An instance in memory has nothing that ticks
        return []
    rows = []
    former = {*FORMER_NAMES.values()}
    for state in instance.all_instigator_state(instigator_type=InstigatorType.SENSOR):
        if state.instigator_name in former:  # It ticks no more, so its last failure would stay
            continue
        ticks = instance.get_ticks(state.instigator_origin_id, state.selector_id, limit=1)
        for tick in ticks:
            if tick.status == TickStatus.FAILURE and tick.error is not None:
                error = error_line(tick.error)
                rows.append(
                    {
                        "sensor": state.instigator_name,
                        "at": moment(tick.timestamp),
                        "error": error,
                    }
                )
    return sorted(rows, key=lambda row: row["sensor"])
