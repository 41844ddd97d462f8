"""Labels: what became of a position opened after each bar, in the month in which it was known."""

from collections.abc import Iterator

import dagster as dg

from resources.lake.resource import LakeResource
from traderai_assets.domain.code_versions import version_of
from traderai_assets.instance.months_read import months_read
from traderai_assets.partitions import MANY_PARTITIONS_A_RUN, market_months
from traderai_assets.runs.publication import Publication
from traderai_assets.runs.strategy_assets import strategy_asset
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.labels import LABELS
from traderai_assets.settings import Settings


@strategy_asset(
    partitions_def=market_months,
    backfill_policy=MANY_PARTITIONS_A_RUN,
    deps=[dg.AssetDep("candles", partition_mapping=months_read("labels"))],
    group_name="learning_data",
    kinds={"numba", "deltalake"},
    owners=["team:research"],
    code_version=version_of("labels"),
)
def labels(
    context: dg.AssetExecutionContext, lake: LakeResource, settings: dg.ResourceParam[Settings]
) -> Iterator[dg.MaterializeResult[None]]:
    """Triple-barrier outcomes; a label is stored in the month of its `label_end`."""
    from traderai_assets.making.labels import put_labels

    with Publication(context, lake, LABELS, CANDLES) as publication:
        for part in publication.partitions():
            put_labels(part, settings)
        yield from publication.publish()
