"""Signal outcomes: how each signal ended, in the month in which it ended."""

from collections.abc import Iterator

import dagster as dg

from resources.lake.resource import LakeResource
from traderai_assets.domain.code_versions import version_of
from traderai_assets.instance.months_read import months_read
from traderai_assets.partitions import MANY_PARTITIONS_A_RUN, market_months
from traderai_assets.runs.publication import Publication
from traderai_assets.runs.strategy_assets import strategy_asset
from traderai_assets.schemas.signal_outcomes import SIGNAL_OUTCOMES
from traderai_assets.settings import Settings


@strategy_asset(
    partitions_def=market_months,
    backfill_policy=MANY_PARTITIONS_A_RUN,
    deps=[
        dg.AssetDep("signals", partition_mapping=months_read("outcomes")),
        dg.AssetDep("candles", partition_mapping=months_read("outcomes")),
    ],
    group_name="live",
    kinds={"numba", "deltalake"},
    owners=["team:trading"],
    code_version=version_of("signal_outcomes"),
)
def signal_outcomes(
    context: dg.AssetExecutionContext, lake: LakeResource, settings: dg.ResourceParam[Settings]
) -> Iterator[dg.MaterializeResult[None]]:
    """Target, stop, expired, interrupted, or still open at the month's last closed bar.

    With the exact prices of entry, target and stop, which are known once the entry bar has closed.
    """
    from traderai_assets.making.signal_outcomes import SOURCES, put_outcomes

    with Publication(context, lake, SIGNAL_OUTCOMES, *SOURCES) as publication:
        for part in publication.partitions():
            put_outcomes(part, settings)
        yield from publication.publish()
