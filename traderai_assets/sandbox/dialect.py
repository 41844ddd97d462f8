"""Binance's spot REST dialect: parameters in, rows, listings and error answers out."""

import json
import re
from collections.abc import Mapping

import numpy as np
from aiohttp import web
from numpy.typing import NDArray

from traderai_assets.domain.markets import BARS
from traderai_assets.sandbox.feed import AMOUNT_DECIMALS, Bars, Feed, Listing, bar_ms

DEFAULT_LIMIT = 500
MAX_LIMIT = 1000
# Open time, five decimal strings, close time and what Binance appends. Faults put worse in it.
Row = list[int | str | None]
_INTEGER = re.compile(r"[0-9]{1,20}")
_SYMBOL = re.compile(r"[A-Z0-9-_.]{1,20}")
# Python writes floats in this range without an exponent.
_PLAIN = (1e-4, 1e16)
# Beyond any time a clock here can show, yet far from overflowing 64 bits.
_MAX_MS = 10**14


def refusal(code: int, message: str) -> web.HTTPBadRequest:
    """Binance's error answer, to be raised."""
    return web.HTTPBadRequest(
        text=json.dumps({"code": code, "msg": message}), content_type="application/json"
    )


def market_in(query: Mapping[str, str], feed: Feed) -> str:
    """The market asked for."""
    symbol = query.get("symbol", "")
    if not symbol:
        raise refusal(
            -1102, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed."
        )
    if not _SYMBOL.fullmatch(symbol):
        raise refusal(-1100, _illegal("symbol", "^[A-Z0-9-_.]{1,20}$"))
    if symbol not in feed.listings:
        raise refusal(-1121, "Invalid symbol.")
    return symbol


def interval_in(query: Mapping[str, str], feed: Feed, market_id: str) -> str:
    """The timeframe asked for."""
    interval = query.get("interval", "")
    if not interval:
        raise refusal(
            -1102, "Mandatory parameter 'interval' was not sent, was empty/null, or malformed."
        )
    if interval not in BARS or feed.source(market_id, interval) is None:
        raise refusal(-1120, "Invalid interval.")
    return interval


def time_in(query: Mapping[str, str], name: str) -> int | None:
    """A time in milliseconds, if one was sent."""
    text = query.get(name)
    if text is None:
        return None
    if not _INTEGER.fullmatch(text):
        raise refusal(-1100, _illegal(name, "^[0-9]{1,20}$"))
    return min(int(text), _MAX_MS)


def limit_in(query: Mapping[str, str]) -> int:
    """How many rows: 500 unless told, never more than 1000."""
    text = query.get("limit", str(DEFAULT_LIMIT))
    if not _INTEGER.fullmatch(text):
        raise refusal(-1100, _illegal("limit", "^[0-9]{1,20}$"))
    if int(text) == 0:
        raise refusal(-1130, "Data sent for parameter 'limit' is not valid.")
    return min(int(text), MAX_LIMIT)


def decimal(value: float) -> str:
    """The shortest decimal that reads back as the same bits, without an exponent."""
    text = repr(value)
    return np.format_float_positional(value, trim="0") if "e" in text else text


def kline_rows(bars: Bars, timeframe: str) -> list[Row]:
    """Twelve values a candle as Binance sends them.

    Values 7 to 10 are not in our candles and ccxt reads none of them: quote volume is volume
    times close, trades are 1 where anything was traded, the takers' share is 0.
    """
    quote = np.round(bars.volume * bars.close, AMOUNT_DECIMALS)
    closing = (bars.open_time + bar_ms(timeframe) - 1).tolist()
    traded = (bars.volume > 0).astype(int).tolist()
    texts = [_decimals(column) for column in (*bars.values(), quote)]
    columns = (bars.open_time.tolist(), *texts[:5], closing, texts[5], traded)
    return [[*values, "0", "0", "0"] for values in zip(*columns, strict=True)]


def _decimals(column: NDArray[np.float64]) -> list[str]:
    """`decimal` of many values; a page of 1,000 candles has 6,000 and must not take long."""
    plain = (column == 0) | ((column >= _PLAIN[0]) & (column < _PLAIN[1]))
    return list(map(repr if plain.all() else decimal, column.tolist()))


def exchange_info(feed: Feed, now: int, weight_limit: int | None) -> dict[str, object]:
    """Every market, and whether it is simulated or replayed."""
    limits = [
        {
            "rateLimitType": "REQUEST_WEIGHT",
            "interval": "MINUTE",
            "intervalNum": 1,
            "limit": weight_limit,
        }
    ]
    return {
        "timezone": "UTC",
        "serverTime": now,
        "rateLimits": limits if weight_limit is not None else [],
        "exchangeFilters": [],
        "symbols": [_listed(listing) for listing in feed.listings.values()],
        "sandbox": dict(feed.provenance),
    }


def _listed(listing: Listing) -> dict[str, object]:
    tick, lot = (
        decimal(10.0**-decimals) for decimals in (listing.price_decimals, listing.volume_decimals)
    )
    return {
        "symbol": listing.market_id,
        "status": "TRADING",
        "baseAsset": listing.base,
        "baseAssetPrecision": AMOUNT_DECIMALS,
        "quoteAsset": listing.quote,
        "quotePrecision": AMOUNT_DECIMALS,
        "isSpotTradingAllowed": True,
        "isMarginTradingAllowed": False,
        "filters": [
            {"filterType": "PRICE_FILTER", "minPrice": tick, "maxPrice": "0", "tickSize": tick},
            {"filterType": "LOT_SIZE", "minQty": lot, "maxQty": "9000000", "stepSize": lot},
            {"filterType": "NOTIONAL", "minNotional": "5", "maxNotional": "9000000"},
        ],
        "permissions": ["SPOT"],
    }


def _illegal(name: str, legal: str) -> str:
    return f"Illegal characters found in parameter '{name}'; legal range is '{legal}'."
