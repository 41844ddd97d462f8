"""What a publication asks of its run, where one op makes partitions of several assets."""

from collections.abc import Iterable, Sequence

import dagster as dg


class AssetSide:
    """One asset's side of a run for many markets; stands where an asset's own context would.

    Parameters
    ----------
    context : OpExecutionContext
    assets_def : AssetsDefinition
        The asset, as the definitions hold it: its sources and its code version.
    partition_keys : sequence of str
        Dagster's keys of the partitions to make.
    """

    def __init__(
        self,
        context: dg.OpExecutionContext,
        assets_def: dg.AssetsDefinition,
        partition_keys: Iterable[str],
    ) -> None:
        self._context = context
        self.assets_def = assets_def
        self.partition_keys: Sequence[str] = sorted(partition_keys)

    @property
    def asset_key(self) -> dg.AssetKey:
        """Dagster's key of the asset."""
        return self.assets_def.key

    @property
    def run(self) -> dg.DagsterRun:
        """The run."""
        return self._context.run

    @property
    def instance(self) -> dg.DagsterInstance:
        """The instance the run is in."""
        return self._context.instance

    def log_event(self, event: dg.AssetMaterialization | dg.AssetObservation) -> None:
        """Log one event of the asset."""
        self._context.log_event(event)
