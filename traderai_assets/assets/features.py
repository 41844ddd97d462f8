"""Features: the catalogue at each closed bar, from its month and a fixed warm-up before it."""

from collections.abc import Iterator

import dagster as dg

from resources.lake.resource import LakeResource
from traderai_assets.domain.features.catalogue import FEATURE_CODE_VERSION
from traderai_assets.instance.months_read import months_read
from traderai_assets.partitions import MANY_PARTITIONS_A_RUN, market_months
from traderai_assets.plan import reach
from traderai_assets.runs.crossings import kept_apart
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
    from traderai_assets.domain.features.month import month_features, undefined_rows

    with Publication(context, lake, FEATURES, CANDLES) as publication:
        for part in publication.partitions():
            read = reach(settings).features(part.market.bar)
            candles = part.read_candles(*read.months(part.month))
            frame = month_features(candles, month=part.month, bar=part.market.bar)
            silent = int(undefined_rows(frame).sum())
            undefined = frame.drop(columns="open_time").isna().mean()
            part.put(
                frame,
                {
                    "features": len(undefined),
                    **kept_apart(candles, silent),
                    "undefined_share": float(undefined.mean()) if len(frame) else 0.0,
                    "most_undefined": str(undefined.idxmax()) if len(frame) else "",
                },
            )
        yield from publication.publish()
