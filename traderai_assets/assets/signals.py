"""Signals: what a strategy said at each closed bar while it spoke for the market."""

from collections.abc import Iterator

import dagster as dg

from resources.lake.resource import LakeResource
from traderai_assets.domain.code_versions import version_of
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.partitions import (
    MANY_PARTITIONS_A_RUN,
    market_months,
    same_market,
    same_month,
)
from traderai_assets.runs.publication import Publication
from traderai_assets.runs.strategy_assets import strategy_asset
from traderai_assets.schemas.predictions import PREDICTIONS
from traderai_assets.schemas.signals import SIGNALS
from traderai_assets.settings import Settings


@strategy_asset(
    partitions_def=market_months,
    backfill_policy=MANY_PARTITIONS_A_RUN,
    deps=[
        dg.AssetDep("champions", partition_mapping=same_market()),
        dg.AssetDep("features", partition_mapping=same_month()),
    ],
    group_name="live",
    kinds={"deltalake"},
    owners=["team:trading"],
    code_version=version_of("signals"),
)
def signals(
    context: dg.AssetExecutionContext,
    lake: LakeResource,
    settings: dg.ResourceParam[Settings],
    strategy: Strategy,
) -> Iterator[dg.MaterializeResult[None]]:
    """Signals at newly closed bars of a strategy that speaks; what it said is never edited.

    Target and stop are distances from the entry, which is the next bar's open. Prices are
    indicative, around the close of the bar; the exact ones are in signal_outcomes once it is known.
    """
    from traderai_assets.making.signals import SOURCES, put_signals

    with Publication(context, lake, SIGNALS, *SOURCES, beside=(PREDICTIONS,)) as publication:
        for part in publication.partitions():
            put_signals(part, settings, strategy)
        yield from publication.publish()
