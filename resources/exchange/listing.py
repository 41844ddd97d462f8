"""What an exchange lists: whether it is known, has the market and serves its candles."""

from collections.abc import Iterable
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from traderai_assets.domain.arrays import milliseconds
from traderai_assets.domain.errors import BadExchangeAnswer, InvalidMarket, MarketNotListed
from traderai_assets.domain.markets import Market
from traderai_assets.domain.plain_text import plain_line

_SHOWN = 60
_PROBE_BARS = 3


def market_host(market: Market) -> tuple[str, str]:
    """Who answers for a market: its exchange, and the kind of market that one host serves."""
    return market.exchange, market.kind


def require_known(exchange_id: str) -> None:
    """Raise InvalidMarket, naming those near it, unless ccxt knows the exchange."""
    import ccxt

    if exchange_id not in ccxt.exchanges:
        near = get_close_matches(exchange_id, ccxt.exchanges)
        raise InvalidMarket(
            f"exchange '{plain_line(exchange_id, most=40)}' is not known to ccxt; near it "
            f"are {', '.join(near) or 'none'}, all of them on https://docs.ccxt.com"
        )


def require_listed(client: Any, market: Market) -> None:
    """Make certain that the exchange has the market, listing its markets where that was not done.

    Raises
    ------
    InvalidMarket
        If it serves no candles of that timeframe.
    MarketNotListed
        If it does not list the symbol.
    ExchangeUnavailable
        If its list could not be had.
    """
    if market.timeframe not in (client.timeframes or {}):
        raise InvalidMarket(
            f"{market.exchange} serves no {market.timeframe} candles; it serves "
            f"{', '.join(client.timeframes or {}) or 'none'}"
        )
    if not client.markets:
        client.retry.begin()
        list_markets(client, market)
    if market.symbol not in client.markets:
        raise MarketNotListed(_not_listed(market, client.markets))


def list_markets(client: Any, market: Market) -> None:
    """Have a client list all markets of its kind; raises ExchangeUnavailable where it cannot."""
    client.retry.ask(f"markets of {market.exchange}", lambda: _list_markets(client))


def probe(client: Any, market: Market, now: datetime) -> None:
    """Ask for a few of the newest candles of a listed market; raises where none can be had."""
    since = milliseconds(now - _PROBE_BARS * market.bar)
    client.retry.ask(
        f"newest candles of {market.exchange} {market.symbol} {market.timeframe}",
        lambda: client.fetch_ohlcv(market.symbol, market.timeframe, since=since, limit=_PROBE_BARS),
    )


def _not_listed(market: Market, listed: Iterable[str]) -> str:
    """Say that the exchange has no such market, and what it has that is near it."""
    symbols = list(listed)
    dated = f", over by {market.expiry:%Y-%m-%d} UTC," if market.expiry else ""
    near = get_close_matches(market.symbol, symbols, n=5)
    return (
        f"{market.exchange} has no market {market.symbol!r}{dated} among its {len(symbols)} "
        f"{market.kind} markets; near it are "
        f"{', '.join(plain_line(symbol, most=_SHOWN) for symbol in near) or 'none'}"
    )


def _list_markets(client: Any) -> None:
    client.load_markets(reload=True)
    if not client.markets:
        raise BadExchangeAnswer("a list of markets without any market")
