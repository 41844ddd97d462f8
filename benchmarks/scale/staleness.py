"""Whether exactly what was made of changed candles is told as stale, by the web UI's resolver."""

from collections.abc import Sequence
from random import Random

import dagster as dg
from dagster._core.definitions.data_version import (
    DATA_VERSION_TAG,
    CachingStaleStatusResolver,
    StaleStatus,
)
from dagster._core.loader import LoadingContextForTest

from tests.assets.in_process_platform import InProcessPlatform
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.partitions import partition_key

CANDLES, FEATURES = dg.AssetKey("candles"), dg.AssetKey("features")


def missed_and_false(
    platform: InProcessPlatform,
    markets: Sequence[Market],
    months: Sequence[Month],
    chance: Random,
    *,
    sampled: int,
    planted: int,
) -> tuple[int, int, int]:
    """Change some months of candles, and ask of features there and elsewhere.

    Returns
    -------
    int, int, int
        Partitions that are stale and not told, that are told and not stale, and that were asked.
    """
    keys = [partition_key(market.key, month.key) for market in markets for month in months[1:-1]]
    changed = chance.sample(keys, planted)
    for key in changed:
        platform.instance.report_runless_asset_event(
            dg.AssetMaterialization(CANDLES, partition=key, tags={DATA_VERSION_TAG: "changed"})
        )
    graph = platform.definitions.resolve_asset_graph()
    resolver = CachingStaleStatusResolver(
        platform.instance, graph, LoadingContextForTest(platform.instance)
    )
    made_of = (
        {
            key
            for key in keys
            if any(
                parent.partition_key in changed
                for parent in graph.get_parents_partitions(FEATURES, key).parent_partitions
            )
        }
        if planted
        else set()
    )
    asked = [*made_of, *chance.sample([key for key in keys if key not in made_of], sampled)]
    told = {key for key in asked if resolver.get_status(FEATURES, key) == StaleStatus.STALE}
    return len(made_of - told), len(told - made_of), len(asked)
