"""Dated contracts: listed where the exchange has them, refused in a sentence where it has not."""

from datetime import UTC, datetime, timedelta

import pytest

from traderai_assets.domain.errors import InvalidMarket, MarketNotListed, RequestRefused
from traderai_assets.domain.markets import Market

START = datetime(2026, 3, 20, tzinfo=UTC)
BAR = timedelta(minutes=5)


@pytest.fixture(autouse=True)
def trading(venue):
    venue.now = START + 50 * BAR
    venue.trade(START, venue.now)


@pytest.mark.parametrize(
    ("exchange_id", "symbol"),
    [
        ("okx", "BTC/USDT:USDT-260327"),
        ("okx", "BTC/USD:BTC-260327-100000-C"),
        ("gate", "BTC/USDT:USDT-260327-100000-C"),
    ],
)
def test_a_dated_contract_that_is_listed_is_served(exchange, exchange_id, symbol):
    market = Market(exchange_id, symbol, "5m")
    exchange.check(market)
    [page] = exchange.pages(market, START, START + 40 * BAR)
    assert len(page.candles) == 40
    assert exchange.is_active(market)


def test_an_option_without_candles_is_refused_before_it_is_kept(exchange):
    market = Market("bybit", "BTC/USDT:USDT-260327-100000-C", "5m")
    with pytest.raises(RequestRefused, match="Symbol Invalid"):
        exchange.check(market)


@pytest.mark.parametrize(
    ("exchange_id", "symbol", "says"),
    [
        ("okx", "BTC/USDT:USDT-240329", "over by 2024-03-30 UTC.*near it are .*BTC/USDT:USDT-26"),
        ("okx", "BTC/USD:BTC-260327-90000-C", "option markets; near it are .*100000-C"),
        ("kraken", "BTC/USD:BTC-260327-100000-C", "has no market"),
        ("coinbase", "BTC/USD:BTC-260327", "has no market"),
        ("okx", "BTC/USTD", "near it are BTC/USDT"),
    ],
)
def test_a_contract_that_is_not_listed_is_refused_with_what_is(exchange, exchange_id, symbol, says):
    market = Market(exchange_id, symbol, "5m")
    with pytest.raises(MarketNotListed, match=says):
        exchange.check(market)


def test_a_market_that_does_not_trade_is_refused_when_it_is_added(exchange, monkeypatch):
    market = Market("okx", "BTC/USDT", "5m")
    exchange.check(market)
    monkeypatch.setitem(exchange._client("okx", "spot").markets["BTC/USDT"], "active", False)
    assert not exchange.is_active(market)
    with pytest.raises(InvalidMarket, match="inactive: it does not trade"):
        exchange.check(market)
