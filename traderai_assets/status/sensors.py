"""Sensors whose last tick failed, and of what: nothing is asked for as long as they fail."""

from typing import TYPE_CHECKING, Any

from traderai_assets.instance.run_queries import failed_ticks
from traderai_assets.instance.sensor_names import FORMER_NAMES
from traderai_assets.status.run_errors import error_line
from traderai_assets.status.run_facts import moment

if TYPE_CHECKING:
    from dagster import DagsterInstance


def failing_sensors(instance: "DagsterInstance") -> list[dict[str, Any]]:
    """Return a row for each sensor whose last tick failed: which, when, and the error."""
    former = {*FORMER_NAMES.values()}
    rows = [
        {"sensor": name, "at": moment(tick.timestamp), "error": error_line(tick.error)}
        for name, tick in failed_ticks(instance)
        # One with a former name ticks no more, so its last failure would stay
        if name not in former and tick.error is not None
    ]
    return sorted(rows, key=lambda row: row["sensor"])
