"""Champions: which strategy speaks for a market, by which model; each change is one event."""

from collections.abc import Iterator

import dagster as dg

from resources.lake.resource import LakeResource
from traderai_assets.domain.champions.history import with_choice
from traderai_assets.domain.code_versions import version_of
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.ingest.known_until import known_until
from traderai_assets.partitions import MANY_PARTITIONS_A_RUN, markets, same_market
from traderai_assets.registry.champion_page import champion_metadata
from traderai_assets.registry.contenders import chosen_speaker, tables_read, versions_read
from traderai_assets.runs.publication import Publication
from traderai_assets.runs.strategy_assets import asset_over_strategies
from traderai_assets.schemas.candles import CANDLE_GAPS, CANDLES
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.settings import Settings


@asset_over_strategies(
    partitions_def=markets,
    backfill_policy=MANY_PARTITIONS_A_RUN,
    deps=[
        dg.AssetDep("models", partition_mapping=same_market()),
        dg.AssetDep("verdict"),
    ],
    group_name="live",
    kinds={"deltalake"},
    owners=["team:research"],
    code_version=version_of("champions"),
)
def champions(
    context: dg.AssetExecutionContext,
    lake: LakeResource,
    settings: dg.ResourceParam[Settings],
    strategies: tuple[Strategy, ...],
) -> Iterator[dg.MaterializeResult[None]]:
    """Who speaks for the market, since when and why: the best strategy that is permitted to.

    Its verdict permits it (promoted: in full; candidate: on paper, with a quarter of the size), its
    newest sane model speaks. Of one row the table says what changed; the last one stands.
    """
    sources = (*tables_read(strategies), CANDLES, CANDLE_GAPS)
    with Publication(context, lake, CHAMPIONS, *sources) as publication:
        for part in publication.partitions():
            history = part.published()
            part.inputs |= versions_read(publication.source, strategies, part.market)
            choice = chosen_speaker(
                publication.source,
                strategies,
                part.market,
                history,
                allow_unproven=settings.champions.allow_unproven,
            )
            as_of = known_until(
                publication.source(CANDLES), publication.source(CANDLE_GAPS), part.market
            )
            if as_of is not None:
                history = with_choice(history, choice, changed_at=as_of)
            part.put(history, champion_metadata(choice, history, part.market.key))
        yield from publication.publish()
