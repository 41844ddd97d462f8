"""Candles: closed OHLCV bars as the exchange serves them, beside them the gaps and refused rows."""

from collections.abc import Iterator

import dagster as dg
from pydantic import Field

from resources.exchange.resource import ExchangeResource
from resources.lake.resource import LakeResource
from traderai_assets.domain.code_versions import version_of
from traderai_assets.domain.run_tags import tag_of
from traderai_assets.ingest.candle_month import MonthIngest
from traderai_assets.ingest.ledgers import Ledgers
from traderai_assets.ingest.refused_markets import RefusedMarkets
from traderai_assets.partitions import MANY_PARTITIONS_A_RUN, market_months
from traderai_assets.runs.progress import ProgressBoard
from traderai_assets.runs.publication import Publication
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.work_classes import BY_SCHEDULE_TAG


class CandlesConfig(dg.Config):
    """What to ask the exchange for."""

    refetch: bool = Field(
        default=False,
        description="Ask again for bars that are stored; what has changed is kept as a revision.",
    )


@dg.asset(
    partitions_def=market_months,
    backfill_policy=MANY_PARTITIONS_A_RUN,
    group_name="market_data",
    kinds={"ccxt", "deltalake"},
    owners=["team:data"],
    code_version=version_of("candles"),
)
def candles(
    context: dg.AssetExecutionContext,
    config: CandlesConfig,
    lake: LakeResource,
    exchange: ExchangeResource,
) -> Iterator[dg.MaterializeResult[None]]:
    """Closed bars of one market and month; what is stored already is not fetched again."""
    with Publication(context, lake, CANDLES) as publication:
        board = ProgressBoard(context)
        total = len(context.partition_keys)
        ledgers = Ledgers(context.run.run_id, publication.code_version, lake)
        refused = RefusedMarkets(context, publication, exchange)
        for done, part in enumerate(publication.partitions(), start=1):
            ingest = MonthIngest(part, publication, ledgers)
            by_schedule = tag_of(context.run.tags, BY_SCHEDULE_TAG) is not None
            if not refused.fetch(ingest, refetch=config.refetch, by_schedule=by_schedule):
                continue
            context.log.info(f"{part.dagster_key}: {len(ingest.candles)} candles")
            months = {"months_done": done, "months_asked": total}
            board.say(part.dagster_key, f"month {done}/{total}", months, 100 * done / total)
        refused.raise_if_nothing_is_left({part.market.key for part in publication.partitions()})
        yield from publication.publish()
