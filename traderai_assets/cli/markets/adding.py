"""`traderai markets add`: the venue is asked whether it serves the market, before it is kept."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from traderai_assets.cli.context import open_instance, open_settings
from traderai_assets.cli.printing import answer, json_option
from traderai_assets.cli.sandbox.origin import SandboxOrigin
from traderai_assets.domain.errors import InvalidMarket, RequestRefused, TraderAIError
from traderai_assets.domain.markets import Market
from traderai_assets.settings import Settings

if TYPE_CHECKING:
    from resources.exchange.resource import ExchangeResource

# A person waits: some lists of markets are megabytes, and yet not worth two minutes
_ATTEMPTS = 2
_SECONDS = 30.0


@click.command()
@click.argument("market")
@click.option("--unchecked", is_flag=True, help="Do not ask the exchange whether it serves it.")
@json_option
def add(market: str, *, unchecked: bool, as_json: bool) -> None:
    """Keep MARKET, written exchange:symbol; its history is fetched by the sensors.

    The exchange is asked first: whether it lists the symbol, serves its candles, and trades it.

    Example: traderai markets add binance:SOL/USDT
    """
    from traderai_assets.instance.kept_markets import add_market, kept_markets
    from traderai_assets.instance.market_notes import SCOPES, note_answered, refusals_of
    from traderai_assets.partitions import MARKETS
    from traderai_assets.plan import check_market, require_room

    settings = open_settings()
    wanted = settings.market(market)
    check_market(settings, wanted)
    with open_instance(settings) as instance:
        refused = refusals_of(instance, [wanted.key])
        kept = instance.has_dynamic_partition(MARKETS, wanted.key)
        kept = kept and wanted.key in kept_markets(instance, settings)
        if not unchecked and (refused or not kept):
            ask_venue(settings, wanted)
        note_answered(instance, wanted.key, *SCOPES)
        if kept:
            now = "; it is fetched again from now on" if refused else ""
            told = f"{wanted.key} is kept already{now}."
            answer(told, as_json=as_json, market=wanted.key, added=False, unchecked=unchecked)
            return
        require_room(len(kept_markets(instance, settings)))
        add_market(instance, settings, wanted.key)
    doubt = "; whether its exchange serves it was not asked" if unchecked else ""
    answer(
        f'{wanted.key} added{doubt}; "make dev" fetches its history, "traderai status" shows how '
        "far.",
        as_json=as_json,
        market=wanted.key,
        added=True,
        unchecked=unchecked,
    )


def ask_venue(settings: Settings, market: Market) -> None:
    """Ask the market's exchange whether it serves the market.

    Raises
    ------
    InvalidMarket, RequestRefused
        If it does not.
    TraderAIError
        If it cannot be asked now; names the way around.
    """
    try:
        with venue_of(settings) as exchange:
            exchange.check(market)
    except (InvalidMarket, RequestRefused):
        raise
    except TraderAIError as error:
        raise TraderAIError(
            f"whether {market.exchange} serves {market.symbol} cannot be asked now: {error}; "
            f'"traderai markets add {market.key} --unchecked" adds it all the same'
        ) from error


@contextmanager
def venue_of(settings: Settings) -> Iterator["ExchangeResource"]:
    """Yield the exchanges as this home's runs ask them, given up sooner.

    A home that a sandbox fed asks the same sandbox, which is started for the time of the question.
    """
    from resources.build import build_resources
    from traderai_assets.sandbox.clock import Clock
    from traderai_assets.sandbox.replay import ReplayFeed
    from traderai_assets.sandbox.server import SandboxServer
    from traderai_assets.sandbox.simulation import LISTED_SINCE, SimulatedFeed

    exchange = build_resources(settings)["exchange"]
    changes = {"attempts": min(exchange.attempts, _ATTEMPTS), "deadline_seconds": _SECONDS}
    origin = SandboxOrigin.of(settings)
    with ExitStack() as stack:
        if origin is not None and settings.exchange_url is None:
            start = datetime.fromisoformat(origin.start) if origin.start else LISTED_SINCE
            feed = (
                ReplayFeed(Path(origin.candles))
                if origin.candles
                else SimulatedFeed(origin.seed, origin.edge, start)
            )
            clock = Clock(datetime.fromisoformat(origin.now))
            changes["url"] = stack.enter_context(SandboxServer(feed, clock=clock)).url
        venue = type(exchange)(**{**exchange.model_dump(), **changes})
        stack.callback(venue.close)
        yield venue
