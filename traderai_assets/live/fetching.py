"""The first step of a live tick: candles of all its markets, and what stands beside them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import dagster as dg

from resources.exchange.listing import market_host
from resources.exchange.resource import ExchangeResource
from resources.lake.resource import LakeResource
from traderai_assets.domain.candles.contract import broken_contract
from traderai_assets.domain.errors import InvalidMarket, InvalidRows, TraderAIError
from traderai_assets.domain.freshness.candles import stale_candles
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.ingest.candle_month import MonthIngest
from traderai_assets.ingest.known_until import known_until
from traderai_assets.ingest.ledgers import Ledgers
from traderai_assets.ingest.refused_markets import RefusedMarkets
from traderai_assets.instance.market_notes import refusals_of
from traderai_assets.live.side_by_side import fetch_side_by_side
from traderai_assets.live.troubles import Troubles
from traderai_assets.partitions import MARKETS
from traderai_assets.runs.publication import Publication
from traderai_assets.schemas.candles import CANDLE_GAPS, CANDLES
from traderai_assets.settings import Settings


def kept_among(
    keys: Sequence[str], instance: dg.DagsterInstance, troubles: Troubles
) -> list[Market]:
    """Return the markets of these keys; one that is no partition is in trouble."""
    kept = set(instance.get_dynamic_partitions(MARKETS))
    found = []
    for key in keys:
        with troubles.kept_apart(key):
            if key not in kept:
                raise InvalidMarket(f'{key} is not kept; type "traderai markets add"')
            found.append(Market.parse(key))
    return found


class LiveFetch:
    """Fetches what the markets of a run lack; one market's trouble is its own."""

    def __init__(
        self,
        context: dg.OpExecutionContext,
        lake: LakeResource,
        exchange: ExchangeResource,
        settings: Settings,
        troubles: Troubles,
    ) -> None:
        self._context = context
        self._lake = lake
        self._exchange = exchange
        self._tail_bars = settings.exchange.tail_bars
        self._troubles = troubles
        self._hosts: dict[tuple[str, str], datetime | TraderAIError] = {}

    def due(self, markets: Sequence[Market]) -> tuple[dict[str, list[Month]], dict[str, datetime]]:
        """Return the months that each market is fetched for, and the time at its host."""
        candles, gaps = self._lake.snapshot(CANDLES), self._lake.snapshot(CANDLE_GAPS)
        months: dict[str, list[Month]] = {}
        times: dict[str, datetime] = {}
        for market in markets:
            with self._troubles.kept_apart(market.key):
                now = times[market.key] = self._clock(market)
                known = known_until(candles, gaps, market)
                stale = stale_candles(
                    {market.key: None if known is None else known - market.bar},
                    now,
                    grace=timedelta(),
                    tail_bars=self._tail_bars,
                )
                months[market.key] = list(stale[0].months) if stale else [Month.of(now)]
        return months, times

    def fetch(self, publication: Publication) -> None:
        """Fetch the months of the publication, all markets side by side, and commit them."""
        run_id, of_code = self._context.run_id, publication.code_version
        ledgers = Ledgers(run_id, of_code, self._lake, held=True)
        ingests: dict[str, list[MonthIngest]] = {}
        for part in publication.partitions():
            with self._troubles.kept_apart(part.market.key):
                found = MonthIngest(part, publication, ledgers)
                ingests.setdefault(part.market.key, []).append(found)
        noted = refusals_of(self._context.instance, ingests)

        def fetch(exchange: ExchangeResource, months: list[MonthIngest]) -> None:
            key = months[0].part.market.key
            refused = RefusedMarkets(self._context, publication, exchange, noted=noted)
            with self._troubles.kept_apart(key):
                for month in months:
                    refused.fetch(month, refetch=False, by_schedule=True)
                if key in refused.errors:
                    raise refused.errors[key]

        fetch_side_by_side(self._exchange, list(ingests.values()), fetch)
        everything = [month.part.key for months in ingests.values() for month in months]
        troubled = [key for key in everything if key[0] in self._troubles.of]
        publication.drop(troubled)
        ledgers.drop(troubled)
        self._troubles.add_partitions(ledgers.flush(publication))
        for month in (one for months in ingests.values() for one in months):
            if month.part.market.key not in self._troubles.of:
                with self._troubles.kept_apart(month.part.market.key):
                    _require_contract(month)

    def _clock(self, market: Market) -> datetime:
        """Return the time at a market's host, whose markets are listed; each is asked once."""
        host = market_host(market)
        if host not in self._hosts:
            try:
                self._hosts[host] = self._exchange.clock(market)
                self._exchange.list_markets(market)
            except TraderAIError as error:
                self._hosts[host] = error
        found = self._hosts[host]
        if isinstance(found, TraderAIError):
            raise found
        return found


def _require_contract(month: MonthIngest) -> None:
    """Raise InvalidRows where nothing may be made of the month: the check of candles blocks so."""
    part = month.part
    found = broken_contract(month.candles, month.gaps, month=part.month, bar=part.market.bar)
    if found is not None:
        raise InvalidRows(
            f"candles of {part.market.key} in {part.month.key} break the contract: "
            f"{found.sentence}; materialize the month with refetch: true"
        )
