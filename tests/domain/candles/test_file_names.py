"""Files are told to be a market's by the name that Freqtrade, or a replay, would give them."""

import pytest

from traderai_assets.domain.candles.file_names import form_of, read_name
from traderai_assets.domain.markets import Market

SPOT, SWAP = Market("binance", "BTC/USDT", "5m"), Market("binance", "BTC/USDT:USDT", "5m")
ODD = Market("kraken", "1000SATS.S/USD", "1h")


@pytest.mark.parametrize(
    ("name", "market"),
    [
        ("BTC_USDT-5m.feather", SPOT),
        ("BTC_USDT-5m.json.gz", SPOT),
        ("BTC_USDT_USDT-5m-futures.parquet", SWAP),
        ("binance__BTC_USDT__5m.parquet", SPOT),
        ("1000SATS_S_USD-1h.json", ODD),
    ],
)
def test_a_name_is_that_of_its_market(name, market):
    named = read_name(name)
    assert named is not None
    assert named.is_of(market)


@pytest.mark.parametrize(
    ("name", "market"),
    [
        ("BTC_USDT-15m.feather", SPOT),
        ("ETH_USDT-5m.feather", SPOT),
        ("BTC_USDT-5m-mark.feather", SPOT),
        ("BTC_USDT_USDT-5m-mark.feather", SWAP),
        ("BTC_USDT_USDT-5m-funding_rate.feather", SWAP),
        ("BTC_USDT_USDT-5m.feather", SWAP),
        ("okx__BTC_USDT__5m.parquet", SPOT),
    ],
)
def test_a_name_is_not_that_of_another_market_timeframe_venue_or_kind_of_candle(name, market):
    named = read_name(name)
    assert named is not None
    assert not named.is_of(market)


def test_what_is_no_file_of_candles_has_no_form_and_a_name_of_its_own_says_nothing():
    assert form_of("BTC_USDT-5m.h5") is None
    assert read_name("BTC_USDT-trades.feather") is None
    assert form_of("mine.PARQUET") == ".parquet"
    assert read_name("mine.parquet") is None
