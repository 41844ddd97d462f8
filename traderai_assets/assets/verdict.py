"""Verdict: what is believed of a strategy, by its record over all markets and months."""

from collections.abc import Iterator

import dagster as dg

from resources.lake.resource import LakeResource
from traderai_assets.domain.code_versions import version_of
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.partitions import MANY_PARTITIONS_A_RUN
from traderai_assets.runs.publication import Publication
from traderai_assets.runs.strategy_assets import strategy_asset
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.record import RECORD_DAYS
from traderai_assets.schemas.strategies import STRATEGIES
from traderai_assets.schemas.verdict import LOOKS, STATE_CHANGES, VERDICTS, VETOES


@strategy_asset(
    backfill_policy=MANY_PARTITIONS_A_RUN,
    deps=[dg.AssetDep("record")],
    group_name="models",
    kinds={"deltalake"},
    owners=["team:research"],
    code_version=version_of("verdict"),
)
def verdict(
    context: dg.AssetExecutionContext, lake: LakeResource, strategy: Strategy
) -> Iterator[dg.MaterializeResult[None]]:
    """Whether what the strategy earned is more than luck; each look is made once and stored."""
    from traderai_assets.registry.judging import judge_record

    beside = (LOOKS, STATE_CHANGES, VETOES)
    sources = (RECORD_DAYS, STRATEGIES, CANDLES)
    with Publication(context, lake, VERDICTS, *sources, beside=beside) as publication:
        for part in publication.partitions():
            judge_record(part, publication, lake, strategy)
        yield from publication.publish()
