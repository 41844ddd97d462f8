"""Whatever the wire does: bounded tries, a total deadline, and an error that says what to do."""

import gzip
import json
import os
import socket
import struct
import time
from datetime import UTC, datetime, timedelta

import pytest

from resources.exchange.rate_limit import SharedRateLimit
from traderai_assets.domain.errors import (
    BadExchangeAnswer,
    ExchangeError,
    ExchangeUnavailable,
    InvalidMarket,
    RequestRefused,
)
from traderai_assets.domain.markets import Market

START = datetime(2024, 1, 1, tzinfo=UTC)
BAR = timedelta(minutes=5)
MARKET = Market("binance", "BTC/USDT", "5m")
UNKNOWN = b'{"code":-1000,"msg":"An unknown error occurred while processing the request."}'


def reply(handler, status, body, **headers):
    handler.send_response_only(status)
    handler.send_header("Content-Length", headers.pop("length", str(len(body))))
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def answers(status, body=b"<html>no</html>", **headers):
    return lambda handler: reply(handler, status, body, **headers)


def reset(handler):
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    os.close(handler.connection.detach())


def truncated(handler):
    reply(handler, 200, b'[[1704067200000,"1', length="9000")
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


def truncated_in_a_chunk(handler):
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.wfile.write(b"400\r\n[[17040")
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


def stalls(handler):
    time.sleep(1.2)
    handler.close_connection = True


def drips_body(handler):
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    drip(handler)


def drips_headers(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Drip: ")
    drip(handler)


def drip(handler):
    handler.close_connection = True
    try:
        for _ in range(200):
            handler.wfile.write(b"[")
            time.sleep(0.02)
    except OSError:
        return  # The client has hung up, as it should


FAULTS = {
    "an HTML page": answers(200),
    "an empty body": answers(200, b""),
    "an empty object": answers(200, b"{}"),
    "a text": answers(200, b'"hello"'),
    "broken JSON": answers(200, b'[[1704067200000,"1",'),
    "JSON nested without end": answers(200, b"[" * 200_000),
    "an object without candles": answers(200, b'{"rows":[[1,2,3,4,5,6]]}'),
    "null": answers(200, b"null"),
    "too many rows": answers(200, b"[" + b"[]," * 100_001 + b"[]]"),
    "429": answers(429),
    "418": answers(418),
    "403": answers(403),
    "451": answers(451),
    "500": answers(500),
    "502 with JSON": answers(502, b"{}"),
    "503 with code -1000": answers(503, UNKNOWN),
    "504": answers(504),
    "a code nobody knows": answers(400, b'{"code":-987654,"msg":"?"}'),
    "a reset": reset,
    "a torn body": truncated,
    "a torn chunk": truncated_in_a_chunk,
    "no answer in time": stalls,
    "a body that drips": drips_body,
    "headers that drip": drips_headers,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_passing_fault_costs_a_try_and_no_candle(venue, build, fault):
    venue.now = START + 100 * BAR
    venue.trade(START, venue.now)
    venue.faults.extend([FAULTS[fault]] * 2)
    exchange = build(request_timeout_seconds=0.4)
    (page,) = exchange.pages(MARKET, START, START + 50 * BAR)
    assert len(page.candles) == 50
    assert page.quarantined.empty
    assert len(venue.asked) == 3


@pytest.mark.parametrize("fault", ["an HTML page", "429", "500", "a reset"])
def test_a_lasting_fault_ends_in_an_error_that_says_what_to_do(venue, build, fault):
    venue.now = START + 100 * BAR
    venue.faults.extend([FAULTS[fault]] * 50)
    exchange = build(attempts=4)
    with pytest.raises(ExchangeUnavailable) as raised:
        list(exchange.pages(MARKET, START, START + 50 * BAR))
    assert len(venue.asked) == 4
    for part in (
        "binance BTC/USDT 5m from 2024-01-01 00:00 to 2024-01-01 04:10 UTC",
        "after 4 of 4 attempts",
        "nothing stored is lost",
    ):
        assert part in str(raised.value)


def test_what_cannot_be_read_is_named_as_the_cause(venue, build):
    venue.now = START + 100 * BAR
    venue.faults.extend([FAULTS["an HTML page"]] * 2)
    with pytest.raises(ExchangeUnavailable, match=r"HTTP 200 without JSON: '<html>no") as raised:
        list(build(attempts=2).pages(MARKET, START, START + BAR))
    assert isinstance(raised.value.__cause__, BadExchangeAnswer)


@pytest.mark.parametrize("fault", ["a body that drips", "headers that drip", "no answer in time"])
def test_the_deadline_holds_however_slowly_bytes_come(venue, build, fault):
    venue.now = START + 100 * BAR
    venue.faults.extend([FAULTS[fault]] * 20)
    exchange = build(request_timeout_seconds=0.3, deadline_seconds=0.5, attempts=20)
    began = time.monotonic()
    with pytest.raises(ExchangeUnavailable):
        list(exchange.pages(MARKET, START, START + 50 * BAR))
    assert time.monotonic() - began < 3  # Opening the client and listing markets included


def test_a_body_of_a_gigabyte_is_refused_while_it_is_read(venue, build):
    venue.now = START + 100 * BAR
    venue.trade(START, venue.now)
    sent = []

    def flood(handler):
        handler.close_connection = True
        handler.send_response(200)
        handler.send_header("Content-Length", str(2**30))
        handler.end_headers()
        try:
            sent.extend(handler.wfile.write(b"[" * 2**16) for _ in range(2**30 // 2**16))
        except OSError:
            return

    venue.faults.append(flood)
    (page,) = build(max_answer_bytes=2**20).pages(MARKET, START, START + 50 * BAR)
    assert len(page.candles) == 50
    assert sum(sent) < 32 * 2**20  # What the two kernels buffer, and no more


def test_a_small_body_that_unpacks_into_a_large_one_is_refused(venue, build):
    venue.now = START + 100 * BAR
    bomb = gzip.compress(b"[" * 50_000_000)
    assert len(bomb) < 2**20
    venue.faults.extend([answers(200, bomb, Content_Encoding="gzip")] * 2)
    with pytest.raises(ExchangeUnavailable, match="exceeds 1048576 bytes"):
        list(build(max_answer_bytes=2**20, attempts=2).pages(MARKET, START, START + 50 * BAR))


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, b'{"code":-1100,"msg":"Illegal characters found in a parameter."}'),
        (401, b'{"code":-2014,"msg":"API-key format invalid."}'),
    ],
)
def test_a_request_that_is_refused_is_not_repeated(venue, exchange, status, body):
    venue.now = START + 100 * BAR
    venue.faults.extend([answers(status, body)] * 9)
    with pytest.raises(RequestRefused, match=r"refuses this request.*check the market"):
        list(exchange.pages(MARKET, START, START + 50 * BAR))
    assert len(venue.asked) == 1


def test_pages_before_a_fault_are_kept(venue, build):
    venue.now = START + 5000 * BAR
    venue.trade(START, venue.now)
    exchange = build(attempts=3)
    venue.faults.extend([None, None, *[FAULTS["500"]] * 3])
    pages = exchange.pages(MARKET, START, START + 4000 * BAR)
    first, second = next(pages), next(pages)
    with pytest.raises(ExchangeUnavailable):
        next(pages)
    rest = list(exchange.pages(MARKET, second.end, START + 4000 * BAR))
    assert first.end == second.start
    assert sum(len(page.candles) for page in (first, second, *rest)) == 4000


@pytest.mark.parametrize("when", ["3", "Wed, 21 Oct 2015 07:28:03 GMT"])
def test_retry_after_holds_for_all_who_share_the_rate_limit(
    venue, build, monkeypatch, when, tmp_path
):
    venue.now = START + 100 * BAR
    exchange = build(deadline_seconds=2)
    list(exchange.pages(MARKET, START, START + BAR))
    monkeypatch.undo()  # From here on the rate limit is waited for
    headers = {"Retry_After": when, "Date": "Wed, 21 Oct 2015 07:28:00 GMT"}
    venue.faults.extend([answers(429, **headers)])
    asked = len(venue.asked)
    with pytest.raises(ExchangeUnavailable, match=r"binance must not be asked before .*Retry-Af"):
        list(exchange.pages(MARKET, START, START + BAR))
    assert len(venue.asked) == asked + 1
    with pytest.raises(ExchangeUnavailable, match="must not be asked"):
        SharedRateLimit(tmp_path, "binance").take(0, at_most=1)


def test_a_short_retry_after_is_waited_for(venue, build, monkeypatch):
    venue.now = START + 100 * BAR
    venue.trade(START, venue.now)
    exchange = build()
    list(exchange.pages(MARKET, START, START + BAR))
    monkeypatch.undo()
    venue.faults.append(answers(418, Retry_After="0.6"))
    began = time.monotonic()
    (page,) = exchange.pages(MARKET, START, START + BAR)
    assert time.monotonic() - began >= 0.6
    assert len(page.candles) == 1


def test_a_list_of_markets_without_markets_is_asked_for_again(venue, build, monkeypatch):
    venue.now = START + 100 * BAR
    venue.trade(START, venue.now)
    empty = iter([b"[]", b"<html>", json.dumps({"symbols": []}).encode()])
    exchange = build()
    client = exchange._client("binance", "spot")
    fetch = client.fetch
    monkeypatch.setattr(
        client,
        "fetch",
        lambda url, *rest: (
            client.parse_json(client.on_rest_response(200, "", url, "", {}, body.decode()))
            if "exchangeInfo" in url and (body := next(empty, None))
            else fetch(url, *rest)
        ),
    )
    assert list(exchange.pages(MARKET, START, START + BAR))


@pytest.mark.parametrize("reading", [b"{}", b'{"serverTime":"soon"}', b'{"serverTime":-1}'])
def test_a_clock_that_cannot_be_read_is_no_clock(build, monkeypatch, reading):
    exchange = build(attempts=2)
    client = exchange._client("binance", "spot")
    monkeypatch.setattr(client, "fetch", lambda *_: client.parse_json(reading.decode()))
    with pytest.raises(ExchangeUnavailable, match="clock of binance"):
        exchange.clock("binance")


@pytest.mark.parametrize(
    ("market", "hint"),
    [
        (Market("binance", "BTC/USDC", "5m"), "near it are .*BTC/USDT"),
        (Market("binance", "SOL/USDT:USDT", "5m"), "linear markets"),
        (Market("binanse", "BTC/USDT", "5m"), "near it are .*binance"),
        (Market("kraken", "BTC/USD", "3m"), "kraken serves no 3m candles"),
    ],
)
def test_an_unknown_market_is_named_with_its_neighbours(venue, exchange, market, hint):
    venue.now = START + 100 * BAR
    with pytest.raises(InvalidMarket, match=hint):
        list(exchange.pages(market, START, START + BAR))


def test_an_unknown_exchange_never_becomes_a_path(exchange, tmp_path):
    for hostile in ("../binance", "Exchange", "errors", "binance\0", "x" * 300):
        with pytest.raises(InvalidMarket, match="not known to ccxt"):
            exchange.clock(hostile)
    assert not list(tmp_path.parent.glob("*.allowance"))


def test_every_error_of_an_exchange_is_one_of_ours():
    assert issubclass(ExchangeUnavailable, ExchangeError)
    assert issubclass(BadExchangeAnswer, ExchangeError)
