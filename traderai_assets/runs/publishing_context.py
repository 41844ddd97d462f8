"""What a publication asks of a run."""

from collections.abc import Sequence
from typing import Any, Protocol

import dagster as dg


class PublishingContext(Protocol):
    """What is asked of a run: an asset's own context, or another that stands in its place."""

    @property
    def run(self) -> dg.DagsterRun:
        """The run."""

    @property
    def instance(self) -> dg.DagsterInstance:
        """The instance it is in."""

    @property
    def assets_def(self) -> dg.AssetsDefinition:
        """The asset: its sources and its code version."""

    @property
    def asset_key(self) -> dg.AssetKey:
        """Dagster's key of the asset."""

    @property
    def partition_keys(self) -> Sequence[str]:
        """Dagster's keys of the partitions to make."""

    def log_event(self, event: Any) -> None:
        """Log an event of the asset."""
