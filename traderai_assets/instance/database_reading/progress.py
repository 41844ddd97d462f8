"""What a run reported last of its progress, read off the events of its file."""

from typing import Any

from traderai_assets.instance.database_reading.instance_files import InstanceFiles

_MOST_READ = 500


def stored_report(files: InstanceFiles, run_id: str) -> dict[str, Any] | None:
    """Return the last observation of a run that tells a state, as plain values; None without one.

    As `runs.progress_log.last_report` does.
    """
    for entry in files.events(run_id, ["ASSET_OBSERVATION"], limit=_MOST_READ, ascending=False):
        seen = entry.dagster_event.event_specific_data.asset_observation
        values = {one.label: _value(one.entry_data) for one in seen.metadata_entries}
        if "state" in values:
            strategy = "/".join(seen.asset_key.path[:-1])
            return {"partition": seen.partition, "strategy": strategy, **values}
    return None


def _value(told: Any) -> Any:
    """Return what an entry of metadata holds: a text stands under a name of its own."""
    return getattr(told, "value", getattr(told, "text", None))
