"""A venue on loopback that speaks a little of five exchanges' REST dialects, and can misbehave."""

import json
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from resources.exchange.rate_limit import SharedRateLimit
from resources.exchange.resource import ExchangeResource

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Fault = Callable[[BaseHTTPRequestHandler], None]


def ms(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(milliseconds=1)


class Venue:
    """Candles and a clock; `dialects` below turn them into answers."""

    def __init__(self, bar: timedelta = timedelta(minutes=5)) -> None:
        self.bar = bar
        self.now = EPOCH
        self.candles: dict[int, list[float]] = {}  # By open time in ms: o, h, l, c, v
        self.newest_only: int | None = None  # Serve the newest so many rows, whatever is asked
        self.cap = 1000
        self.faults: deque[Fault | None] = deque()  # One for each coming request for candles
        self.payload: Callable[[dict[str, str]], Any] | None = None  # Instead of the candles
        self.asked: list[dict[str, str]] = []
        self.paths: Counter[str] = Counter()

    def trade(self, start: datetime, end: datetime, *, price: float = 100.0) -> None:
        """A candle for every bar of [start, end), each different from the others."""
        time, length = ms(start), ms(EPOCH + self.bar)
        while time < ms(end):
            step = time // length % 1000 / 1000
            self.candles[time] = [price + step, price + 2, price - 1, price + 1 - step, 1 + step]
            time += length

    def halt(self, start: datetime, end: datetime) -> None:
        """No candle in [start, end)."""
        self.candles = {t: c for t, c in self.candles.items() if not ms(start) <= t < ms(end)}

    def opened(self) -> list[list[Any]]:
        """Every row that has opened, oldest first."""
        return [[t, *c] for t, c in sorted(self.candles.items()) if t <= ms(self.now)]

    def served(self, since: int, limit: int) -> list[list[Any]]:
        """The first `limit` rows from `since` on; or the newest, whatever `since` is."""
        if self.newest_only is not None:
            return self.opened()[-min(limit, self.newest_only) :]
        return [row for row in self.opened() if row[0] >= since][: min(limit, self.cap)]


def _binance(venue: Venue, path: str, query: dict[str, str]) -> Any:
    if path.endswith("/time"):
        return {"serverTime": ms(venue.now)}
    if path.endswith("/exchangeInfo"):
        names = [("BTC", "USDT"), ("ETH", "USDT")]
        contract = {"contractType": "PERPETUAL", "marginAsset": "USDT"} if "fapi" in path else {}
        return {
            "symbols": [
                {"symbol": b + q, "baseAsset": b, "quoteAsset": q, "status": "TRADING", **contract}
                for b, q in names
            ]
        }
    rows = venue.served(int(query["startTime"]), int(query["limit"]))
    return [[r[0], *map(str, r[1:]), r[0] + 299_999, "0", 1, "0", "0", "0"] for r in rows]


def _kraken(venue: Venue, path: str, query: dict[str, str]) -> Any:
    if path.endswith("/Time"):
        return {"error": [], "result": {"unixtime": ms(venue.now) // 1000}}
    if path.endswith("/AssetPairs"):
        pair = {"altname": "XBTUSD", "base": "XXBT", "quote": "ZUSD", "status": "online"}
        return {"error": [], "result": {"XXBTZUSD": pair}}
    newest = venue.opened()[-720:]
    since = int(query["since"]) * 1000
    rows = [
        [r[0] // 1000, *map(str, r[1:5]), str(r[4]), str(r[5]), 3] for r in newest if r[0] > since
    ]
    return {"error": [], "result": {"XXBTZUSD": rows, "last": 0}}


def _okx(venue: Venue, path: str, query: dict[str, str]) -> Any:
    if path.endswith("/time"):
        return {"code": "0", "msg": "", "data": [{"ts": str(ms(venue.now))}]}
    if path.endswith("/instruments"):
        spot = {"instId": "BTC-USDT", "instType": "SPOT", "baseCcy": "BTC", "quoteCcy": "USDT"}
        expires = str(ms(datetime(2026, 3, 27, 8, tzinfo=UTC)))
        future = {"instId": "BTC-USDT-260327", "uly": "BTC-USDT", "settleCcy": "USDT"}
        option = {"instId": "BTC-USD-260327-100000-C", "uly": "BTC-USD", "settleCcy": "BTC"}
        listed = {
            "SPOT": spot,
            "FUTURES": future | {"expTime": expires},
            "OPTION": option | {"expTime": expires, "stk": "100000", "optType": "C"},
        }
        found = listed.get(query["instType"])
        rows = [found | {"instType": query["instType"], "state": "live"}] if found else []
        return {"code": "0", "msg": "", "data": rows}
    after, before = int(query["after"]), int(query["before"])
    rows = [r for r in venue.opened() if before < r[0] < after]
    rows = rows[::-1][: min(int(query["limit"]), 300)]
    texts = [[str(r[0]), *map(str, r[1:]), str(r[5]), "0", "1"] for r in rows]
    return {"code": "0", "msg": "", "data": texts}


def _bybit(venue: Venue, path: str, query: dict[str, str]) -> Any:
    envelope = {"retCode": 0, "retMsg": "OK", "time": ms(venue.now)}
    if path.endswith("/time"):
        return {**envelope, "result": {}}
    if path.endswith("/instruments-info"):
        spot = {"symbol": "BTCUSDT", "baseCoin": "BTC", "quoteCoin": "USDT", "status": "Trading"}
        option = {"symbol": "BTC-27MAR26-100000-C-USDT", "baseCoin": "BTC", "settleCoin": "USDT"}
        option |= {"quoteCoin": "USDT", "status": "Trading", "optionsType": "Call"}
        option |= {"deliveryTime": str(ms(datetime(2026, 3, 27, 8, tzinfo=UTC)))}
        kind = query["category"]
        listed = {"spot": [spot], "option": [option] if query.get("baseCoin") == "BTC" else []}
        return {**envelope, "result": {"list": listed.get(kind, []), "category": kind}}
    if query["symbol"].endswith("-USDT"):  # No candles of options
        return {**envelope, "retCode": 10001, "retMsg": "params error: Symbol Invalid"}
    rows = venue.served(int(query["start"]), int(query["limit"]))[::-1]
    texts = [[*map(str, r), "0"] for r in rows]
    return {**envelope, "result": {"category": "spot", "list": texts}}


def _coinbase(venue: Venue, path: str, query: dict[str, str]) -> Any:
    if path.endswith("/time"):
        return {"data": {"epoch": ms(venue.now) // 1000, "iso": "x"}}
    if path.endswith("/products"):
        spot = {"product_id": "BTC-USD", "base_currency_id": "BTC", "quote_currency_id": "USD"}
        listed = [] if "product_type" in query else [{**spot, "product_type": "SPOT"}]
        return {"products": listed, "num_products": len(listed)}
    start, end = int(query["start"]) * 1000, int(query["end"]) * 1000
    rows = [r for r in venue.opened() if start <= r[0] <= end][::-1]
    names = ("open", "high", "low", "close", "volume")
    return {
        "candles": [
            {"start": str(r[0] // 1000), **dict(zip(names, map(str, r[1:]), strict=True))}
            for r in rows
        ]
    }


def _gate(venue: Venue, path: str, query: dict[str, str]) -> Any:
    if path.endswith("/time"):
        return {"server_time": ms(venue.now)}
    if path.endswith("/underlyings"):
        return [{"name": "BTC_USDT", "index_price": "1"}]
    if path.endswith("/contracts"):
        option = {"name": "BTC_USDT-20260327-100000-C", "underlying": query["underlying"]}
        expires = str(ms(datetime(2026, 3, 27, 8, tzinfo=UTC)) // 1000)
        option |= {"expiration_time": expires, "strike_price": "100000", "is_call": True}
        return [option | {"mark_price": "1", "order_price_deviate": "0.9"}]
    names = ("o", "h", "l", "c", "v")
    return [
        {"t": r[0] // 1000, **dict(zip(names, map(str, r[1:]), strict=True))}
        for r in venue.opened()
    ]


DIALECTS = {
    "/api/v4": _gate,
    "/api/v3": _binance,
    "/fapi/v1": _binance,
    "/0/public": _kraken,
    "/api/v5": _okx,
    "/v5/market": _bybit,
    "/api/v3/brokerage": _coinbase,
    "/v2": _coinbase,
}
CANDLE_PATHS = ("/klines", "/OHLC", "/candles", "/history-candles", "/kline", "/candlesticks")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # Or every answer takes 40 ms
    venue: Venue

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        self.venue.paths[url.path] += 1
        candles = url.path.endswith(CANDLE_PATHS)
        fault = self.venue.faults.popleft() if candles and self.venue.faults else None
        if candles:
            self.venue.asked.append(query)
        if fault is not None:
            fault(self)
            return
        if candles and self.venue.payload is not None:
            answer = self.venue.payload(query)
        else:
            prefix = max((p for p in DIALECTS if url.path.startswith(p)), key=len)
            answer = DIALECTS[prefix](self.venue, url.path, query)
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        reply(self, 200, body)

    def log_message(self, *_: object) -> None:
        """Nothing on stderr."""


def reply(handler: BaseHTTPRequestHandler, status: int, body: bytes, **headers: str) -> None:
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(body)))
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def status(code: int, body: bytes = b"<html>no</html>", **headers: str) -> Fault:
    """Answer with this instead."""
    return lambda handler: reply(handler, code, body, **headers)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is part of many tests."""


@pytest.fixture
def venue() -> Venue:
    return Venue()


@pytest.fixture
def url(venue: Venue) -> Iterator[str]:
    handler = type("Handler", (_Handler,), {"venue": venue})
    server = _Server(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def build(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., ExchangeResource]]:
    """Make resources that ask the venue, without waiting for the exchange's rate limit."""
    monkeypatch.setattr(SharedRateLimit, "take", lambda *_, **__: None)
    built = []

    def build(**fields: Any) -> ExchangeResource:
        defaults = {
            "url": url,
            "state_folder": str(tmp_path),
            "first_wait_seconds": 0.001,
            "request_timeout_seconds": 5.0,
        }
        exchange = ExchangeResource(**{**defaults, **fields})
        built.append(exchange)
        return exchange

    yield build
    for exchange in built:
        exchange.close()


@pytest.fixture
def exchange(build: Callable[..., ExchangeResource]) -> ExchangeResource:
    return build()
