"""The server: loopback only, in a thread or blocking, labelled, and fast enough."""

import asyncio
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime

import ccxt.async_support
import pytest

from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.sandbox.clock import Clock
from traderai_assets.sandbox.server import SandboxServer, loopback

SERVE = """
from datetime import UTC, datetime
from traderai_assets.sandbox.server import serve
serve(host="localhost", port={port}, candles=None, seed=3, edge=0.5,
      start=datetime(2024, 2, 1, tzinfo=UTC), now=datetime(2024, 3, 1, tzinfo=UTC), speed=None)
"""


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1"])
def test_loopback_addresses_are_listened_on(host):
    assert loopback(host) == host


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.7", "example.org", ""])  # noqa: S104
def test_every_other_address_is_refused(host):
    with pytest.raises(InvalidSettings, match="loopback only"):
        SandboxServer(host=host)


def test_two_sandboxes_take_two_free_ports(feed):
    with SandboxServer(feed) as first, SandboxServer(feed) as second:
        assert first.url != second.url


def test_a_port_that_is_taken_is_an_error_of_the_one_who_asked(feed):
    with SandboxServer(feed) as first, pytest.raises(OSError, match="address already in use"):
        SandboxServer(feed, port=int(first.url.rpartition(":")[2])).__enter__()


def test_every_answer_says_that_it_is_simulated(wire):
    for path in ("/api/v3/ping", "/api/v3/exchangeInfo", "/nowhere", "/sandbox/clock"):
        assert wire.send(path)[1]["X-TraderAI-Sandbox"] == "simulated"
    assert wire.json("/api/v3/exchangeInfo")["sandbox"] == {
        "data": "simulated",
        "seed": 7,
        "edge": 1.0,
    }


def test_the_asynchronous_client_works_as_well(binance):
    async def fetch():
        client = ccxt.async_support.binance(
            {"enableRateLimit": False, "options": {"fetchMarkets": {"types": ["spot"]}}}
        )
        client.urls["api"] = binance.urls["api"]
        try:
            return await client.fetch_ohlcv("BTC/USDT", "5m", limit=10)
        finally:
            await client.close()

    assert asyncio.run(fetch()) == binance.fetch_ohlcv("BTC/USDT", "5m", limit=10)


def test_a_page_of_1000_candles_is_served_in_time(wire):
    query = "/api/v3/klines?symbol=BTCUSDT&interval=5m&limit=1000"
    wire.send(query)
    spent = []
    for _ in range(20):
        began = time.perf_counter()
        wire.send(query)
        spent.append(time.perf_counter() - began)
    # Aimed at 10 ms on an idle machine; the slack is for a loaded one.
    assert sorted(spent)[5] < 0.05


@pytest.mark.processes
def test_serving_blocks_until_interrupted_and_ends_in_order(wire_to):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-c", SERVE.format(port=port)])  # noqa: S603
    try:
        wire = wire_to(f"http://127.0.0.1:{port}")
        deadline = time.monotonic() + 30
        while True:
            try:
                clock = wire.json("/sandbox/clock")
                break
            except ConnectionRefusedError:
                assert time.monotonic() < deadline
                time.sleep(0.05)
        assert clock == {"now": "2024-03-01T00:00:00+00:00", "speed": 0.0}
        first = wire.json("/api/v3/klines?symbol=BTCUSDT&interval=1h&startTime=0&limit=1")
        assert first[0][0] == int(datetime(2024, 2, 1, tzinfo=UTC).timestamp() * 1000)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 0
    finally:
        process.kill()
        process.wait()


def test_a_running_clock_brings_new_candles(feed, wire_to):
    clock = Clock(datetime(2024, 3, 1, 12, tzinfo=UTC), speed=30_000)
    query = "/api/v3/klines?symbol=BTCUSDT&interval=5m&limit=1"
    with SandboxServer(feed, clock=clock) as server:
        wire = wire_to(server.url)
        first = wire.json(query)[0][0]
        time.sleep(0.05)
        assert wire.json(query)[0][0] > first
