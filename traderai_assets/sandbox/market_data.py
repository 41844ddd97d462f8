"""Binance's market data endpoints: ping, time, exchangeInfo and klines, with faults let in."""

import json

from aiohttp import web

from traderai_assets.sandbox.broken_answers import JSON_TYPE, broken_answer, too_many_requests
from traderai_assets.sandbox.broken_rows import distort, opened, revise
from traderai_assets.sandbox.clock import Clock
from traderai_assets.sandbox.dialect import (
    exchange_info,
    interval_in,
    kline_rows,
    limit_in,
    market_in,
    time_in,
)
from traderai_assets.sandbox.fault_rules import ROW_FAULTS, WIRE_FAULTS
from traderai_assets.sandbox.faults import KLINES_PATH, TIME_PATH, Answer, Faults, Strike
from traderai_assets.sandbox.feed import Feed
from traderai_assets.sandbox.klines import page
from traderai_assets.sandbox.request_log import Allowance, KlineQuery, RequestLog

PING_PATH = "/api/v3/ping"
INFO_PATH = "/api/v3/exchangeInfo"
USED_WEIGHT = "X-MBX-USED-WEIGHT-1M"


class MarketData:
    """Handlers of the exchange proper: each counts the request, then answers or breaks."""

    def __init__(
        self,
        feed: Feed,
        clock: Clock,
        faults: Faults,
        requests: RequestLog,
        allowance: Allowance,
    ) -> None:
        self._feed, self._clock, self._faults = feed, clock, faults
        self._requests, self._allowance = requests, allowance

    def routes(self) -> list[web.RouteDef]:
        """Every endpoint of this file."""
        return [
            web.get(path, self._answer) for path in (PING_PATH, TIME_PATH, INFO_PATH, KLINES_PATH)
        ]

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        path = request.path
        self._requests.count(path)
        wait = self._allowance.ask(path)
        if wait is not None:
            return too_many_requests(wait)
        payload, strikes = self._klines(request) if path == KLINES_PATH else self._plain(path)
        body = json.dumps(payload, separators=(",", ":")).encode()
        for strike in strikes:
            if strike.rule.kind in WIRE_FAULTS:
                return await broken_answer(request, strike.rule, body)
        used = {USED_WEIGHT: str(self._allowance.used)}
        return web.Response(body=body, content_type=JSON_TYPE, headers=used)

    def _plain(self, path: str) -> tuple[object, list[Strike]]:
        strikes, now = self._faults.falling(Answer(path)), self._clock.now_ms()
        if path == TIME_PATH:
            skews = (s.rule.seconds for s in strikes if s.rule.kind == "clock_skew")
            return {"serverTime": now + round(1000 * sum(skews))}, strikes
        if path == INFO_PATH:
            return exchange_info(self._feed, now, self._allowance.limit), strikes
        return {}, strikes

    def _klines(self, request: web.Request) -> tuple[object, list[Strike]]:
        market_id = market_in(request.query, self._feed)
        interval = interval_in(request.query, self._feed, market_id)
        start, end = time_in(request.query, "startTime"), time_in(request.query, "endTime")
        limit, now = limit_in(request.query), self._clock.now_ms()
        bars = page(self._feed, market_id, interval, now=now, limit=limit, start=start, end=end)
        rows = revise(kline_rows(bars, interval), self._faults, market_id, interval)
        self._requests.note(KlineQuery(market_id, interval, start, end, limit, len(rows)))
        times = tuple(opened(row) for row in rows)
        strikes = self._faults.falling(Answer(KLINES_PATH, market_id, interval, times))
        for strike in strikes:
            if strike.rule.kind in ROW_FAULTS:
                rows = distort(rows, strike, interval, now)
        return rows, strikes
