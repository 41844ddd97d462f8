"""The unmodified ccxt classes of six exchanges give the same candles over their own dialects."""

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from traderai_assets.domain.markets import Market

START = datetime(2024, 1, 1, tzinfo=UTC)
BAR = timedelta(minutes=5)


@pytest.mark.parametrize(
    ("key", "bars"),
    [
        ("binance.BTC-USDT.5m", 2500),
        ("binanceusdm.BTC-USDT_USDT.5m", 1200),
        ("kraken.BTC-USD.5m", 700),
        ("okx.BTC-USDT.5m", 1200),
        ("bybit.BTC-USDT.5m", 2500),
        ("coinbase.BTC-USD.5m", 1200),
    ],
)
def test_every_exchange_gives_each_closed_candle_once(venue, exchange, key, bars):
    market = Market.parse(key)
    venue.now = START + bars * BAR + timedelta(minutes=1)
    venue.trade(START, venue.now)
    assert exchange.clock(market.exchange) == venue.now

    pages = list(exchange.pages(market, START, START + 10_000 * BAR))

    assert [page.start for page in pages] == [START, *(page.end for page in pages[:-1])]
    assert pages[-1].end == START + bars * BAR
    candles = pd.concat([page.candles for page in pages], ignore_index=True)
    assert len(candles) == bars
    assert candles["open_time"].is_monotonic_increasing
    assert candles["open_time"].is_unique
    assert candles["open_time"].iloc[-1] + BAR <= venue.now
    assert list(candles.iloc[7, 1:]) == list(venue.candles.values())[7]
    assert not any(len(page.quarantined) for page in pages)


def test_markets_are_listed_by_one_request_of_the_kind_wanted(venue, exchange):
    venue.now = START + 2 * BAR
    for key in ("binance.BTC-USDT.5m", "binanceusdm.BTC-USDT_USDT.5m", "bybit.BTC-USDT.5m"):
        for _ in range(2):
            list(exchange.pages(Market.parse(key), START, START + BAR))
    assert venue.paths["/api/v3/exchangeInfo"] == 1
    assert venue.paths["/fapi/v1/exchangeInfo"] == 1
    assert venue.paths["/v5/market/instruments-info"] == 1


def test_an_exchange_that_tells_no_time_is_given_ours(exchange):
    before = datetime.now(UTC)
    assert before <= exchange.clock("bitstamp") <= datetime.now(UTC)
