"""What a venue says of itself, of us and of others: believed, repeated and followed only so far."""

import importlib.util
import os
import traceback
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from pydantic import ValidationError

from resources.exchange.rate_limit import SharedRateLimit
from traderai_assets.domain.errors import ExchangeUnavailable, InvalidMarket, InvalidSettings
from traderai_assets.domain.markets import Market

START = datetime(2024, 1, 1, tzinfo=UTC)
BAR = timedelta(minutes=5)
SPOT = Market("binance", "BTC/USDT", "5m")
SWAP = Market("binance", "BTC/USDT:USDT", "5m")
HOSTILE = "\x1b]0;owned\x07\x1b[2J \u202eevil\nERROR forged"


@pytest.fixture
def other():
    """Another server, which counts what it is asked."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_):
            """Nothing on stderr."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"127.0.0.1:{server.server_port}", asked
    server.shutdown()
    thread.join()
    server.server_close()


def sends_to(location):
    def answer(handler):
        handler.send_response(302)
        handler.send_header("Location", location)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def says(status, text, **headers):
    def answer(handler):
        body = text.encode()
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def first_page(exchange, market=SPOT):
    return next(exchange.pages(market, START, START + 10 * BAR))


@pytest.mark.parametrize(
    "location",
    [
        "http://{other}/latest/meta-data/",
        "//{other}/x",
        "http://user:secret@{venue}/api/v3/klines",
        "http://{venue}@{other}/x",
        "http:\\\\{other}\\x",
        "https://{venue}/api/v3/klines",
        "ftp://{other}/x",
        "http://[{other}",
    ],
)
def test_a_redirect_to_another_server_is_not_followed(venue, url, build, other, location):
    venue.now = START + 50 * BAR
    address, asked = other
    location = location.format(other=address, venue=url[7:])
    venue.faults.extend([sends_to(location)] * 2)
    with pytest.raises(ExchangeUnavailable) as raised:
        first_page(build(attempts=2))
    assert asked == []
    assert len(venue.asked) == 2
    assert "secret" not in str(raised.value)


def test_a_redirect_within_the_server_is_followed_and_a_loop_ends(venue, build):
    venue.now = START + 50 * BAR
    venue.trade(START, venue.now)
    query = "symbol=BTCUSDT&interval=5m&limit=11&startTime=1704067200000"
    venue.faults.append(sends_to(f"/api/v3/uiKlines/../klines?{query}"))
    assert len(first_page(build()).candles) == 10
    venue.asked.clear()
    venue.faults.extend([sends_to(f"/api/v3/klines?{query}")] * 9)
    with pytest.raises(ExchangeUnavailable):
        first_page(build(attempts=2))
    assert len(venue.asked) <= 2 * 4


@pytest.mark.parametrize("status", [200, 400, 403, 429, 500])
def test_what_a_venue_writes_reaches_no_terminal_raw_not_even_by_the_chain_of_causes(
    venue, build, status
):
    venue.now = START + 50 * BAR
    venue.faults.extend([says(status, f"<b>{HOSTILE}</b>{'x' * 100_000}")] * 2)
    with pytest.raises(ExchangeUnavailable) as raised:
        first_page(build(attempts=2))
    told = "".join(traceback.format_exception(raised.value))
    assert not {"\x1b", "\x07", "\u202e"} & set(told)
    assert "\nERROR forged" not in told
    assert len(told) < 20_000
    assert "\n" not in str(raised.value)


def test_symbols_near_the_one_asked_for_are_made_plain(venue, build, monkeypatch):
    venue.now = START + 50 * BAR
    exchange = build()
    client = exchange._client("binance", "spot")
    listed = {f"BTC/USDC{HOSTILE}": {}, "BTC/USDC": {}}
    monkeypatch.setattr(client, "load_markets", lambda **_: setattr(client, "markets", listed))
    with pytest.raises(InvalidMarket, match="near it are") as raised:
        first_page(exchange, Market("binance", "BTC/USDCX", "5m"))
    assert str(raised.value).isprintable()


def test_the_clock_of_a_swap_is_asked_of_its_own_host(venue, exchange):
    venue.now = START
    assert exchange.clock(SWAP) == START
    assert list(venue.paths) == ["/fapi/v1/time"]
    exchange.clock(SPOT)
    exchange.clock("binance")
    assert venue.paths == {"/fapi/v1/time": 1, "/api/v3/time": 2}


@pytest.mark.parametrize(
    ("market", "host"),
    [
        (Market("binance", "BTC/USD:BTC", "5m"), "dapi.binance.com"),
        (Market("htx", "BTC/USDT:USDT", "5m"), "api.hbdm.vn"),
        (Market("mexc", "BTC/USDT:USDT", "5m"), "api.mexc.com/api/v1/contract"),
        (Market("kucoin", "BTC/USDT:USDT", "5m"), "api-futures.kucoin.com"),
        (Market("kucoin", "BTC/USDT", "5m"), "api.kucoin.com"),
    ],
)
def test_every_venue_with_a_host_for_swaps_is_asked_there(build, monkeypatch, market, host):
    asked = []
    exchange = build(url=None, attempts=1)
    client = exchange._client_of(market)
    monkeypatch.setattr(client, "fetch", lambda url, *_: asked.append(url))
    with pytest.raises(ExchangeUnavailable):
        exchange.clock(market)
    assert [host in url for url in asked] == [True]


def test_a_clock_far_ahead_of_ours_stores_nothing(venue, build):
    venue.now = datetime.now(UTC) + timedelta(days=3650)
    venue.trade(START, START + 50 * BAR)
    with pytest.raises(ExchangeUnavailable, match="one of them is wrong"):
        first_page(build(attempts=2))
    assert venue.asked == []


def test_a_mad_retry_after_ends_within_a_quarter_of_an_hour(venue, build, tmp_path, monkeypatch):
    venue.now = START + 50 * BAR
    exchange = build(attempts=1)
    monkeypatch.undo()
    venue.faults.append(says(429, "{}", Retry_After="1e12"))
    with pytest.raises(ExchangeUnavailable):
        first_page(exchange)
    with pytest.raises(ExchangeUnavailable, match="15 min are believed at most"):
        SharedRateLimit(tmp_path, "binance").take(0, at_most=60)


@pytest.mark.parametrize("field", ["url", "proxy"])
def test_a_resource_refuses_a_bad_url_without_repeating_it(build, field):
    with pytest.raises(ValidationError) as raised:
        build(**{field: "http://me:hunter2@host/?x#y"})
    assert "hunter2" not in str(raised.value)


class Proxy:
    """A small HTTP proxy: it passes on what it is asked, by GET and by CONNECT."""

    def __init__(self):
        proxy = self
        self.asked, self.logins = [], []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                import urllib.request

                proxy.asked.append(self.path)
                proxy.logins.append(self.headers.get("Proxy-Authorization"))
                direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
                with direct.open(self.path, timeout=10) as answer:
                    body = answer.read()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_CONNECT(self):
                proxy.asked.append(f"CONNECT {self.path}")
                self.send_error(502)

            def log_message(self, *_):
                """Nothing on stderr."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self.server.server_port}"


@pytest.fixture
def proxy():
    made = Proxy()
    thread = Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


def test_every_request_goes_through_the_proxy_with_its_login(venue, url, build, proxy):
    venue.now = START + 50 * BAR
    venue.trade(START, venue.now)
    exchange = build(proxy=f"http://me:hunter2@{proxy.address}")
    assert len(first_page(exchange).candles) == 10
    assert len(proxy.asked) == venue.paths.total()
    assert all(asked.startswith(url) for asked in proxy.asked)
    assert set(proxy.logins) == {"Basic bWU6aHVudGVyMg=="}
    assert "hunter2" not in repr(exchange)


def test_a_venue_behind_tls_is_reached_by_connect(build, proxy):
    exchange = build(url=None, proxy=f"http://me:hunter2@{proxy.address}", attempts=1)
    with pytest.raises(ExchangeUnavailable) as raised:
        exchange.clock(SPOT)
    assert proxy.asked == ["CONNECT api.binance.com:443"]
    assert "hunter2" not in "".join(traceback.format_exception(raised.value))


def test_what_a_proxy_sends_is_watched_as_a_venue_is(build, proxy):
    exchange = build(proxy=f"http://{proxy.address}")
    client = exchange._client("binance", "spot")
    adapter = client.session.get_adapter("http://x")
    pools = adapter.proxy_manager_for(f"http://{proxy.address}").pool_classes_by_scheme
    assert all(pool.watched for pool in pools.values())


def test_socks_without_its_package_is_refused_with_the_way_to_it(build, monkeypatch):
    known = importlib.util.find_spec
    monkeypatch.setattr(
        "resources.exchange.transport.find_spec",
        lambda name: None if name == "socks" else known(name),
    )
    with pytest.raises(InvalidSettings, match=r"pip install \"requests\[socks\]\"") as raised:
        build(proxy="socks5h://me:hunter2@127.0.0.1:1080").clock(SPOT)
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "http_proxy", "ALL_PROXY"])
def test_a_proxy_of_the_environment_is_not_used_and_the_error_says_so(
    venue, build, proxy, monkeypatch, name
):
    monkeypatch.setitem(os.environ, name, f"http://me:hunter2@{proxy.address}")
    venue.now = START + 50 * BAR
    venue.faults.extend([says(500, "no")] * 2)
    with pytest.raises(ExchangeUnavailable) as raised:
        first_page(build(attempts=2))
    assert f"{name.upper()} of the environment is not used" in str(raised.value)
    assert "TRADERAI_EXCHANGE__PROXY" in str(raised.value)
    assert "hunter2" not in str(raised.value)
    assert proxy.asked == []
