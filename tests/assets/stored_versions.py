"""What Dagster remembers of a platform: data versions, and what its web UI shows as stale."""

import dagster as dg
from dagster._core.definitions.data_version import (
    CachingStaleStatusResolver,
    StaleStatus,
    extract_data_version_from_entry,
)
from dagster._core.loader import LoadingContextForTest

from tests.assets.in_process_platform import InProcessPlatform
from traderai_assets.schemas.tables import ALL_MONTHS


def data_versions(platform: InProcessPlatform, asset: str) -> dict[str, str | None]:
    """The data version of each month of an asset that was materialized."""
    found = {}
    for key in _materialized(platform, dg.AssetKey(asset)):
        record = platform.instance.get_latest_data_version_record(
            dg.AssetKey(asset), is_source=False, partition_key=key
        )
        version = record and extract_data_version_from_entry(record.event_log_entry)
        found[_month(key)] = version.value if version else None
    return found


def all_data_versions(platform: InProcessPlatform) -> dict[str, dict[str, str | None]]:
    """The data versions of every asset."""
    assets = platform.definitions.resolve_asset_graph().materializable_asset_keys
    return {asset.path[-1]: data_versions(platform, asset.path[-1]) for asset in assets}


def stale(platform: InProcessPlatform) -> dict[str, list[str]]:
    """The months of each asset that are stale, by the web UI's own resolver."""
    graph = platform.definitions.resolve_asset_graph()
    resolver = CachingStaleStatusResolver(
        platform.instance, graph, LoadingContextForTest(platform.instance)
    )
    found: dict[str, list[str]] = {}
    for asset in graph.materializable_asset_keys:
        for key in _materialized(platform, asset):
            if resolver.get_status(asset, key) == StaleStatus.STALE:
                found.setdefault(asset.path[-1], []).append(_month(key))
    return found


def _materialized(platform: InProcessPlatform, asset: dg.AssetKey) -> list[str]:
    return sorted(platform.instance.get_materialized_partitions(asset))


def _month(key: str) -> str:
    return key.partition("|")[2] or ALL_MONTHS
