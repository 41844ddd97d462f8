"""Features: the catalogue at each closed bar, from its month and a fixed warm-up before it."""

from collections.abc import Iterator

import dagster as dg

from resources.lake.resource import LakeResource
from traderai_assets.domain.features.catalogue import FEATURE_CODE_VERSION
from traderai_assets.instance.months_read import months_read
from traderai_assets.partitions import MANY_PARTITIONS_A_RUN, market_months
from traderai_assets.runs.publication import Publication
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.features import FEATURES
from traderai_assets.settings import Settings


@dg.asset(
    partitions_def=market_months,
    backfill_policy=MANY_PARTITIONS_A_RUN,
    deps=[dg.AssetDep("candles", partition_mapping=months_read("features"))],
    group_name="learning_data",
    kinds={"talib", "deltalake"},
    owners=["team:research"],
    code_version=FEATURE_CODE_VERSION,
)
def features(
    context: dg.AssetExecutionContext, lake: LakeResource, settings: dg.ResourceParam[Settings]
) -> Iterator[dg.MaterializeResult[None]]:
    """What is known about the market at each closed bar; warm-up from the months before."""
    from traderai_assets.making.features import put_features

    with Publication(context, lake, FEATURES, CANDLES) as publication:
        for part in publication.partitions():
            put_features(part, settings)
        yield from publication.publish()
