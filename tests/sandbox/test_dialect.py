"""Binance's dialect, spoken to ccxt's own unmodified client over HTTP."""

from datetime import timedelta

import ccxt
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traderai_assets.domain.arrays import milliseconds
from traderai_assets.domain.markets import BARS
from traderai_assets.sandbox.dialect import decimal

FIVE_MINUTES = 300_000


def now_ms(sandbox):
    return milliseconds(sandbox.clock.now())


def test_load_markets_is_one_request_and_lists_the_simulated_markets(sandbox, binance):
    markets = binance.load_markets()
    assert list(markets) == ["BTC/USDT", "ETH/USDT", "SOL/USDT", "THIN/USDT"]
    assert all(market["active"] and market["spot"] for market in markets.values())
    assert markets["BTC/USDT"]["precision"]["price"] == 0.01
    assert sandbox.requests.counts == {"/api/v3/exchangeInfo": 1}


def test_time_is_the_exchange_clock(sandbox, binance):
    assert binance.fetch_time() == now_ms(sandbox)


@pytest.mark.parametrize("timeframe", BARS)
def test_every_timeframe_is_served_up_to_the_open_candle(sandbox, binance, timeframe):
    sandbox.clock.advance(30)
    rows = binance.fetch_ohlcv("BTC/USDT", timeframe, limit=3)
    length = BARS[timeframe] // timedelta(milliseconds=1)
    opened = now_ms(sandbox) // length * length
    assert [row[0] for row in rows] == [opened - 2 * length, opened - length, opened]


def test_since_is_inclusive_and_so_is_until(sandbox, binance):
    since = now_ms(sandbox) - 100 * FIVE_MINUTES
    rows = binance.fetch_ohlcv("ETH/USDT", "5m", since, params={"until": since + 2 * FIVE_MINUTES})
    assert [row[0] - since for row in rows] == [0, FIVE_MINUTES, 2 * FIVE_MINUTES]


def test_a_page_has_500_rows_unless_told_and_never_more_than_1000(binance, wire):
    assert len(binance.fetch_ohlcv("ETH/USDT", "5m")) == 500
    query = "/api/v3/klines?symbol=ETHUSDT&interval=5m"
    assert len(wire.json(query)) == 500
    assert len(wire.json(f"{query}&limit=5000")) == 1000


def test_before_the_listing_candles_come_from_the_listing_on(binance):
    rows = binance.fetch_ohlcv("BTC/USDT", "1h", 1_500_000_000_000, 2)
    assert rows[0][0] == 1_704_067_200_000  # 2024-01-01


def test_pages_by_time_are_the_feed_itself_bit_for_bit(sandbox, binance):
    since = now_ms(sandbox) - 2500 * FIVE_MINUTES
    rows = []
    begin = since
    while begin < now_ms(sandbox):
        rows += binance.fetch_ohlcv("BTC/USDT", "5m", begin, 1000)
        begin += 1000 * FIVE_MINUTES
    closed = np.array(rows[:2500])
    expected = sandbox.feed.bars("BTCUSDT", "5m", since, now_ms(sandbox) - 1)
    assert closed[:, 0].tolist() == expected.open_time.tolist()
    for place, column in enumerate(expected.values(), start=1):
        assert closed[:, place].tobytes() == column.tobytes()


def test_the_open_candle_moves_with_the_clock_and_closes_as_the_feed_says(sandbox, binance):
    opened = now_ms(sandbox)
    seen = []
    for _ in range(10):
        sandbox.clock.advance(29)
        seen.append(binance.fetch_ohlcv("BTC/USDT", "5m", limit=1)[0])
    assert {row[0] for row in seen} == {opened}
    assert len({row[4] for row in seen}) > 5
    volumes = [row[5] for row in seen]
    assert volumes == sorted(volumes)
    assert volumes[0] < volumes[-1]
    assert [row[2] for row in seen] == sorted(row[2] for row in seen)
    assert [row[3] for row in seen] == sorted((row[3] for row in seen), reverse=True)
    sandbox.clock.advance(60)
    final = binance.fetch_ohlcv("BTC/USDT", "5m", opened, 1)[0]
    whole = sandbox.feed.bars("BTCUSDT", "5m", opened, opened)
    assert final[1:] == [column[0] for column in whole.values()]


def test_a_row_is_twelve_values_with_decimal_strings(wire):
    row = wire.json("/api/v3/klines?symbol=BTCUSDT&interval=5m&limit=2")[0]
    assert len(row) == 12
    assert row[6] == row[0] + FIVE_MINUTES - 1
    assert [type(value) for value in row] == [int, *[str] * 5, int, str, int, str, str, str]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("interval=5m", -1102),
        ("symbol=BTCUSDT", -1102),
        ("symbol=NOPE&interval=5m", -1121),
        ("symbol=btc/usdt&interval=5m", -1100),
        ("symbol=BTCUSDT&interval=2m", -1120),
        ("symbol=BTCUSDT&interval=5m&startTime=-1", -1100),
        ("symbol=BTCUSDT&interval=5m&endTime=soon", -1100),
        ("symbol=BTCUSDT&interval=5m&limit=0", -1130),
        ("symbol=BTCUSDT&interval=5m&limit=many", -1100),
    ],
)
def test_a_bad_question_gets_binances_error(wire, query, code):
    status, headers, _ = wire.send(f"/api/v3/klines?{query}")
    assert status == 400
    assert headers["X-TraderAI-Sandbox"] == "simulated"
    assert wire.json(f"/api/v3/klines?{query}")["code"] == code


def test_ccxt_understands_the_errors(binance):
    binance.load_markets()
    binance.markets["NO/USDT"] = {**binance.market("BTC/USDT"), "id": "NOUSDT"}
    with pytest.raises(ccxt.BadSymbol):
        binance.fetch_ohlcv("NO/USDT", "5m")


def test_a_start_after_the_clock_gives_no_rows_however_far_it_lies(wire):
    query = "/api/v3/klines?symbol=BTCUSDT&interval=5m&startTime="
    assert wire.json(query + "9" * 20) == []


def test_an_endpoint_that_is_not_there_is_not_found(wire):
    assert wire.send("/api/v3/account")[0] == 404


@given(st.floats(min_value=0, allow_nan=False, allow_infinity=False))
def test_a_decimal_reads_back_as_the_same_bits_and_has_no_exponent(value):
    text = decimal(value)
    assert float(text).hex() == value.hex()
    assert set(text) <= set("0123456789.")
