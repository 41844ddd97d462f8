"""Keeping a table small: old files, leftovers of killed writers, a fresh checkpoint, a short log.

Whether and when to do it is a job's decision.
"""

import math
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from resources.lake.checkpoints import no_hooks, write_checkpoint
from resources.lake.commit_log import entry
from resources.lake.partitions import MaintenanceReport
from resources.lake.storage import LOG_FOLDER, Storage
from traderai_assets.domain.errors import InvalidSettings

if TYPE_CHECKING:
    from deltalake import CommitProperties, DeltaTable

# A run may have written files and not committed them yet, or read what others replaced meanwhile.
SHORTEST_KEEP = timedelta(hours=1)
# For so long the log remembers which files were replaced and when; it grows with every tick.
LONGEST_KEEP = timedelta(days=7)
# For so long `history` can tell who published what.
LOG_RETENTION = timedelta(days=30)
_RUN_ID = "maintenance"


def table_configuration(leading_key: str) -> dict[str, str | None]:
    """Delta's properties of a new table: statistics of one column, and how long things are kept."""
    return {
        "delta.dataSkippingStatsColumns": leading_key,
        "delta.deletedFileRetentionDuration": f"interval {LONGEST_KEEP.days} days",
        "delta.logRetentionDuration": f"interval {LOG_RETENTION.days} days",
    }


def check_keep(keep: timedelta) -> None:
    """Refuse to remove what a run may still need, or to promise what the log cannot tell."""
    if not SHORTEST_KEEP <= keep <= LONGEST_KEEP:
        raise InvalidSettings(
            f"replaced files cannot be kept for {keep}; expected {SHORTEST_KEEP} to {LONGEST_KEEP}"
        )


def maintain_table(
    delta: "DeltaTable", storage: Storage, keep: timedelta, now: datetime
) -> MaintenanceReport:
    """Remove what was replaced or left behind longer ago than `keep`, and shorten the log."""
    log_files = set(storage.names(LOG_FOLDER))
    checkpoint = delta.version()
    properties = _sealed_commit(delta, storage)
    hours = math.ceil(keep / timedelta(hours=1))
    unreferenced = delta.vacuum(hours, enforce_retention_duration=False, full=True)
    removable = storage.existing(unreferenced)  # The log remembers files long after they are gone
    if removable:
        delta.vacuum(
            hours,
            dry_run=False,
            enforce_retention_duration=False,
            full=True,
            commit_properties=properties,
            post_commithook_properties=no_hooks(),
        )
    delta.cleanup_metadata()
    return MaintenanceReport(
        files_removed=len(removable),
        leftovers_removed=storage.sweep(now - keep),
        checkpoint_version=checkpoint,
        log_files_removed=len(log_files.difference(storage.names(LOG_FOLDER))),
    )


def _sealed_commit(delta: "DeltaTable", storage: Storage) -> "CommitProperties":
    """Write a checkpoint, and at once a commit of no rows that carries its seal."""
    import pyarrow as pa
    from deltalake import CommitProperties, write_deltalake

    seal = write_checkpoint(delta, storage)
    properties = CommitProperties(entry(_RUN_ID, "", {}, {}, seal))
    write_deltalake(
        delta,
        pa.schema(delta.schema().to_arrow()).empty_table(),
        mode="append",
        commit_properties=properties,
        post_commithook_properties=no_hooks(),
    )
    return properties
