"""The event of one partition: what its page shows, and what it was made of, as Dagster reads it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import dagster as dg

from resources.lake.partitions import PartitionSummary
from traderai_assets.runs.inputs import INPUTS, Versions, source_version
from traderai_assets.runs.partition import Partition
from traderai_assets.runs.tear_sheets import command_of_event

# Older than every event. Dagster itself notes that there was none yet, and then never sees the
# first one as news; 0 and -1 it takes for no number at all.
_BEFORE_ALL_EVENTS = -2
_LAST = ("content_hash", "table_version")


def latest_event(instance: dg.DagsterInstance, asset: dg.AssetKey) -> str:
    """Return the number of an asset's last event, as text."""
    record = instance.get_latest_data_version_record(asset)
    return str(record.storage_id if record else _BEFORE_ALL_EVENTS)


def provenance(
    code_version: str, version: str, inputs: Versions, pointers: Mapping[str, str]
) -> dict[str, str]:
    """Return the tags by which Dagster tells what is stale.

    Parameters
    ----------
    code_version, version : str
        Of the asset's code, and of the partition's data.
    inputs : mapping
        Table -> month -> data version.
    pointers : mapping
        Source asset -> its last event before anything was read.
    """
    tags = {
        "dagster/data_version": version,
        "dagster/data_version_is_user_provided": "true",
        "dagster/code_version": code_version,
    }
    for name, pointer in pointers.items():
        tags[f"dagster/input_event_pointer/{name}"] = pointer
        tags[f"dagster/input_data_version/{name}"] = source_version(
            inputs.get(name) or inputs.get(_table_of(name), {})
        )
    return tags


def told_of(summary: PartitionSummary, *, changed: bool, version: int) -> dict[str, Any]:
    """Return what a page tells of a partition that was published in a version of its table."""
    return {
        "dagster/row_count": summary.rows,
        "first": _moment(summary.first),
        "last": _moment(summary.last),
        "changed": changed,
        "content_hash": summary.content_hash,
        "table_version": version,
    }


def materialization(
    part: Partition,
    asset: dg.AssetKey,
    summary: Mapping[str, Any],
    inputs: Versions,
    tags: Mapping[str, str],
) -> dg.AssetMaterialization:
    """Return the event of a partition, its metadata in the order in which a person asks.

    What its page tells, and which command tells all; what is stored, what it was made of, and
    last what only machines compare.
    """
    told = {
        name: value
        for name, value in summary.items()
        if value is not None and name not in part.metadata
    }
    last = {name: told.pop(name) for name in _LAST if name in told}
    page = {**part.metadata, **command_of_event(asset.path, part.key[0], part.metadata)}
    return dg.AssetMaterialization(
        asset,
        partition=part.dagster_key or None,
        metadata={**page, **told, INPUTS: dg.MetadataValue.json(inputs), **last},
        tags=tags,
    )


def _table_of(asset: str) -> str:
    """Return what inputs call a source of a strategy's own asset: by its plain name."""
    return asset.rpartition("/")[2]


def _moment(moment: datetime | None) -> Any:
    return dg.TimestampMetadataValue(moment.timestamp()) if moment is not None else None
