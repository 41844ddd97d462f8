"""What each wire fault does, seen by plain HTTP and by ccxt's own client."""

import http.client
import json
import time

import ccxt
import pytest

from traderai_assets.sandbox.fault_rules import FaultRule
from traderai_assets.sandbox.server import SandboxServer

PAGE = "/api/v3/klines?symbol=BTCUSDT&interval=5m&limit=100"
KLINES = "/api/v3/klines"


@pytest.fixture
def broken(sandbox, wire):
    """The answer to the next page with one rule in force."""

    def answer(kind, **options):
        sandbox.faults.add(FaultRule(kind=kind, endpoint=KLINES, **options))
        return wire.send(PAGE)

    return answer


@pytest.mark.parametrize("status", [418, 429, 500, 502, 503, 504])
def test_a_status_comes_with_retry_after_and_the_next_answer_is_right(broken, wire, status):
    got, headers, _ = broken("status", status=status, retry_after=7)
    assert (got, headers["Retry-After"]) == (status, "7")
    assert headers["X-TraderAI-Sandbox"] == "simulated"
    assert wire.send(PAGE)[0] == 200


def test_a_reset_before_the_answer_leaves_no_byte(broken):
    with pytest.raises(ConnectionResetError):
        broken("reset_before")


def test_a_reset_in_the_middle_breaks_the_body(broken):
    with pytest.raises((ConnectionResetError, http.client.IncompleteRead)):
        broken("reset_mid")


def test_a_truncated_body_is_shorter_than_promised(broken, wire):
    right = wire.send(PAGE)[2]
    with pytest.raises(http.client.IncompleteRead) as error:
        broken("truncate")
    assert error.value.partial == right
    assert error.value.expected == len(right)


@pytest.mark.parametrize(
    ("kind", "start", "content_type"),
    [
        ("html", b"<!DOCTYPE html>", "text/html; charset=utf-8"),
        ("empty", b"", "application/json"),
        ("empty_object", b"{}", "application/json"),
    ],
)
def test_a_wrong_body_comes_with_200(broken, kind, start, content_type):
    status, headers, body = broken(kind)
    assert (status, headers["Content-Type"]) == (200, content_type)
    assert body[: len(start) or None] == start


def test_a_drip_is_the_right_answer_in_slow_pieces(broken, wire):
    right = wire.send(PAGE)[2]
    began = time.perf_counter()
    assert broken("drip", seconds=0.02, piece=len(right) // 5 + 1)[2] == right
    assert time.perf_counter() - began >= 0.1


def test_a_stall_is_the_right_answer_late(broken, wire):
    right = wire.send(PAGE)[2]
    began = time.perf_counter()
    assert broken("stall", seconds=0.2)[2] == right
    assert time.perf_counter() - began >= 0.2


def test_an_oversized_answer_has_the_size_asked_for_and_is_json(broken):
    body = broken("oversize", size=1_000_000)[2]
    assert 1_000_000 <= len(body) < 1_100_000
    assert json.loads(body)[-1] is None


def test_a_client_that_hangs_up_on_an_oversized_answer_does_no_harm(sandbox, wire):
    sandbox.faults.add(FaultRule(kind="oversize", size=10**12))
    connection = http.client.HTTPConnection(sandbox.url.removeprefix("http://"), timeout=10)
    connection.request("GET", PAGE)
    assert connection.getresponse().read(100_000)[:2] == b"[["
    connection.close()
    assert wire.send("/api/v3/ping")[0] == 200


def test_a_server_with_a_stalled_answer_stops_at_once(feed):
    with SandboxServer(feed) as server:
        server.faults.add(FaultRule(kind="stall", seconds=3600))
        connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=10)
        connection.request("GET", PAGE)
        while not server.requests.counts:
            time.sleep(0.01)
        began = time.perf_counter()
    assert time.perf_counter() - began < 2
    connection.close()


@pytest.mark.parametrize(
    ("rule", "error"),
    [
        ({"kind": "status", "status": 429, "retry_after": 3}, ccxt.DDoSProtection),
        ({"kind": "status", "status": 418}, ccxt.DDoSProtection),
        ({"kind": "status", "status": 500}, ccxt.ExchangeNotAvailable),
        ({"kind": "status", "status": 503}, ccxt.OperationFailed),
        ({"kind": "status", "status": 504}, ccxt.RequestTimeout),
        ({"kind": "reset_before"}, ccxt.NetworkError),
        ({"kind": "truncate"}, ccxt.NetworkError),
    ],
)
def test_ccxt_takes_the_faults_for_what_they_are(sandbox, binance, rule, error):
    binance.load_markets()
    sandbox.faults.add(FaultRule(**rule))
    with pytest.raises(error):
        binance.fetch_ohlcv("BTC/USDT", "5m", limit=10)
    assert len(binance.fetch_ohlcv("BTC/USDT", "5m", limit=10)) == 10


def test_the_reported_time_can_be_skewed(sandbox, binance):
    sandbox.faults.add(FaultRule(kind="clock_skew", seconds=3600))
    now = sandbox.clock.now_ms()
    assert [binance.fetch_time() - now for _ in range(2)] == [3_600_000, 0]
