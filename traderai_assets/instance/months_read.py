"""The partition mapping of assets that read other months than their own, market by market.

How many months hold the bars that are read is another number for each timeframe, and Dagster's own
mappings know one number for all. It stands in instance/ because every process of Dagster's that
reads the graph must know the class: `dagster.yaml` names Dagster's scheduler by this module.

It is an `IdentityPartitionMapping` by descent alone: only of those Dagster sends a mapping to its
web server, and "stale" is worked out there. What is sent is names and numbers.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import dagster as dg
from dagster._core.definitions.partitions.mapping.partition_mapping import UpstreamPartitionsResult
from dagster._core.definitions.partitions.subset import (
    AllPartitionsSubset,
    DefaultPartitionsSubset,
    PartitionsSubset,
)
from dagster._core.scheduler import DagsterDaemonScheduler as DagsterDaemonScheduler
from dagster._serdes import whitelist_for_serdes

from traderai_assets.domain.markets import BARS, Market
from traderai_assets.partitions import months_around, split_partition_key

if TYPE_CHECKING:
    from traderai_assets.domain.spans.reach import Reach


class _Fields(NamedTuple):
    reading: str
    spans: Mapping[str, Sequence[int]]


@whitelist_for_serdes
class MonthsRead(_Fields, dg.IdentityPartitionMapping):  # type: ignore[misc]
    """Depend on the months of one's own market that a reading takes in.

    Attributes
    ----------
    reading : str
        Name of a reading (domain/spans/reach.py).
    spans : mapping of timeframe to two numbers
        First and last month, counted from one's own; empty until `with_reach` has filled it in.
    """

    def __new__(cls, reading: str, spans: Mapping[str, Sequence[int]]) -> Self:
        """Make it of its fields, as Dagster reads them back."""
        told = {name: [*span] for name, span in spans.items()}
        return _Fields.__new__(cls, reading, told)  # type: ignore[type-var]

    @property
    def description(self) -> str:
        """What the web UI says of it."""
        spans = ", ".join(f"{name}: {first} to {last}" for name, (first, last) in self._told())
        return f"Months of the same market for {self.reading}, by timeframe, from its own: {spans}."

    def validate_partition_mapping(
        self,
        upstream_partitions_def: dg.PartitionsDefinition,
        downstream_partitions_def: dg.PartitionsDefinition | None,
    ) -> None:
        """Refuse what is not partitioned by market and month."""
        months_around(0, 0).validate_partition_mapping(
            upstream_partitions_def, downstream_partitions_def
        )

    def get_upstream_mapped_partitions_result_for_partitions(
        self,
        downstream_partitions_subset: PartitionsSubset | None,
        downstream_partitions_def: dg.PartitionsDefinition | None,
        upstream_partitions_def: dg.PartitionsDefinition,
        current_time: datetime | None = None,
        dynamic_partitions_store: Any = None,
    ) -> UpstreamPartitionsResult:
        """Return the months that these partitions read."""
        found, lacking = DefaultPartitionsSubset(set()), DefaultPartitionsSubset(set())
        for (first, last), keys in self._parts(downstream_partitions_subset):
            told = months_around(first, last).get_upstream_mapped_partitions_result_for_partitions(
                keys,
                downstream_partitions_def,
                upstream_partitions_def,
                current_time,
                dynamic_partitions_store,
            )
            found = _joined(found, told.partitions_subset)
            lacking = _joined(lacking, told.required_but_nonexistent_subset)
        return UpstreamPartitionsResult(
            partitions_subset=found, required_but_nonexistent_subset=lacking
        )

    def get_downstream_partitions_for_partitions(
        self,
        upstream_partitions_subset: PartitionsSubset,
        upstream_partitions_def: dg.PartitionsDefinition,
        downstream_partitions_def: dg.PartitionsDefinition,
        current_time: datetime | None = None,
        dynamic_partitions_store: Any = None,
    ) -> PartitionsSubset:
        """Return the partitions that read any of these months."""
        if isinstance(upstream_partitions_subset, AllPartitionsSubset):
            return months_around(0, 0).get_downstream_partitions_for_partitions(
                upstream_partitions_subset,
                upstream_partitions_def,
                downstream_partitions_def,
                current_time,
                dynamic_partitions_store,
            )
        found = DefaultPartitionsSubset(set())
        for (first, last), keys in self._parts(upstream_partitions_subset):
            told = months_around(first, last).get_downstream_partitions_for_partitions(
                keys,
                upstream_partitions_def,
                downstream_partitions_def,
                current_time,
                dynamic_partitions_store,
            )
            found = _joined(found, told)
        return found

    def _parts(
        self, subset: PartitionsSubset | None
    ) -> Iterator[tuple[tuple[int, int], DefaultPartitionsSubset]]:
        """Yield the keys of a subset by the months that their markets read."""
        parts: dict[tuple[int, int], set[str]] = {}
        for key in subset.get_partition_keys() if subset else ():
            parts.setdefault(self._span(key), set()).add(key)
        return ((span, DefaultPartitionsSubset(keys)) for span, keys in parts.items())

    def _span(self, key: str) -> tuple[int, int]:
        timeframe = Market.parse(split_partition_key(key)[0]).timeframe
        if timeframe not in self.spans:
            raise dg.DagsterInvariantViolationError(
                f"how many months {self.reading} of {key!r} reads is not told: make definitions "
                "with build_definitions(), which fills it in from the settings"
            )
        first, last = self.spans[timeframe]
        return first, last

    def _told(self) -> Iterable[tuple[str, Sequence[int]]]:
        return self.spans.items()


def months_read(reading: str) -> MonthsRead:
    """Depend on the months of a reading by its name; `with_reach` says how many these are."""
    return MonthsRead(reading, {})


def with_reach(assets: Iterable[object], reach: "Reach") -> list[dg.AssetsDefinition]:
    """Return the assets with every `months_read` filled in for every timeframe."""
    return [
        asset.map_asset_specs(
            lambda spec: spec.replace_attributes(deps=[_told(dep, reach) for dep in spec.deps])
        )
        for asset in assets
        if isinstance(asset, dg.AssetsDefinition)
    ]


def _told(dep: dg.AssetDep, reach: "Reach") -> dg.AssetDep:
    from traderai_assets.domain.spans.reach import READINGS

    if not isinstance(dep.partition_mapping, MonthsRead):
        return dep
    reading = dep.partition_mapping.reading
    spans = {name: READINGS[reading](reach, bar) for name, bar in BARS.items()}
    return dg.AssetDep(dep.asset_key, partition_mapping=MonthsRead(reading, spans))


def _joined(one: Any, other: PartitionsSubset) -> DefaultPartitionsSubset:
    return DefaultPartitionsSubset({*one.get_partition_keys(), *other.get_partition_keys()})
