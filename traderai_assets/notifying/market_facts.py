"""Facts of markets: those from which no bar comes, and those whose venue refuses them."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

import dagster as dg

from resources.exchange.listing import market_host
from resources.lake.resource import LakeResource
from traderai_assets.domain.errors import ExchangeError, InvalidMarket
from traderai_assets.domain.freshness.candles import last_due_bar
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
) -> Iterator[Fact]:
    """Yield a fact for each kept market that is silent; one that never had a bar is no news."""
    kept = kept_markets(instance, settings)
    refused = refusals_in(instance, kept)
    for key, refusal in sorted(refused.items()):
        yield Fact(
            f"refused:{key}:{refusal.since.isoformat()}",
            MARKET_SILENT.name,
            key,
            f"{key} is refused since {refusal.since:%Y-%m-%d %H:%M} UTC: {refusal.reason}",
            'nothing, if it is to come back; else "traderai markets remove" ends it',
            refusal.since,
        )
    patience = timedelta(minutes=settings.notify.silent_minutes)
    grace = timedelta(seconds=settings.sensors.grace_seconds)
    candles = lake.look(CANDLES)
    for market in _readable(key for key in kept if key not in refused):
        last, now = candles.last(market), clocks.now(market)
        if last is None or now is None:
            continue
        due = last_due_bar(now, market.bar, grace)
        if due - last < max(patience, 2 * market.bar):
            continue
        since = last + market.bar
        yield Fact(
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
