"""Facts of markets: those from which no bar comes, and those whose venue refuses them."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

import dagster as dg

from resources.exchange.listing import market_host
from resources.lake.resource import LakeResource
from traderai_assets.domain.errors import CorruptPartition, ExchangeError, InvalidMarket
from traderai_assets.domain.freshness.candles import last_due_bar
from traderai_assets.domain.freshness.refusals import MarketRefusal
from traderai_assets.domain.markets import Market
from traderai_assets.domain.notifications.facts import Fact
from traderai_assets.domain.notifications.kinds import MARKET_SILENT
from traderai_assets.instance.kept_markets import kept_markets
from traderai_assets.instance.market_notes import refusals_in
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.settings import Settings


class Clocks:
    """The time at each market's host: one that does not answer is asked once, and tells none."""

    def __init__(self, clock: Callable[[Market], datetime]) -> None:
        self._clock = clock
        self._told: dict[tuple[str, str], datetime | None] = {}

    def now(self, market: Market) -> datetime | None:
        """Return the time there; None where it is not told."""
        host = market_host(market)
        if host not in self._told:
            try:
                self._told[host] = self._clock(market)
            except ExchangeError:  # Whose sensor says so; whether bars are due is not known now
                self._told[host] = None
        return self._told[host]


def market_facts(
    instance: dg.DagsterInstance, lake: LakeResource, settings: Settings, clocks: Clocks
) -> tuple[list[Fact], list[str]]:
    """Return a fact for each kept market that is silent, and what cannot be read of which.

    One that never had a bar is no news.
    """
    kept = kept_markets(instance, settings)
    refused = refusals_in(instance, kept)
    facts = [_refused(key, refusal) for key, refusal in sorted(refused.items())]
    faults = []
    candles = lake.look(CANDLES)
    for market in _readable(key for key in kept if key not in refused):
        try:
            last, now = candles.last(market), clocks.now(market)
        except CorruptPartition as error:
            faults.append(f"whether {market.key} is silent is not known: {error}")
            continue
        if last is not None and now is not None and _is_silent(market, last, now, settings):
            facts.append(_silent(market, last))
    return facts, faults


def _refused(key: str, refusal: MarketRefusal) -> Fact:
    return Fact(
        f"refused:{key}:{refusal.since.isoformat()}",
        MARKET_SILENT.name,
        key,
        f"{key} is refused since {refusal.since:%Y-%m-%d %H:%M} UTC: {refusal.reason}",
        'nothing is to be done if it is to come back; else "traderai markets remove" ends it',
        refusal.since,
    )


def _is_silent(market: Market, last: datetime, now: datetime, settings: Settings) -> bool:
    """Whether bars were due for longer than anybody should wait: two at least."""
    grace = timedelta(seconds=settings.sensors.grace_seconds)
    patience = timedelta(minutes=settings.notify.silent_minutes)
    return last_due_bar(now, market.bar, grace) - last >= max(patience, 2 * market.bar)


def _silent(market: Market, last: datetime) -> Fact:
    since = last + market.bar
    return Fact(
        f"silent:{market.key}:{last.isoformat()}",
        MARKET_SILENT.name,
        market.key,
        f"no bar of {market.key} came since {since:%Y-%m-%d %H:%M} UTC",
        '"traderai markets" and "traderai status" say what is wrong',
        since,
    )


def _readable(keys: Iterable[str]) -> Iterator[Market]:
    for key in keys:
        try:
            yield Market.parse(key)
        except InvalidMarket:  # A partition that somebody made by hand: sensors say so
            continue
