"""The exchange resource: closed candles and the exchange's clock, from any exchange ccxt knows."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Any

import dagster as dg
from pydantic import Field, PrivateAttr

from resources.exchange.allowance import Allowance
from resources.exchange.paging import CandlePage, CandleReader
from resources.exchange.patience import Patience
from traderai_assets.domain.candles.frames import moment_of, no_candles
from traderai_assets.domain.candles.quarantine import no_quarantine
from traderai_assets.domain.errors import BadExchangeAnswer, InvalidMarket, InvalidSettings
from traderai_assets.domain.markets import Market

SANDBOX_HEADER = "X-TraderAI-Sandbox"  # how a sandbox says what its candles are
_YEAR_2200 = 7_258_118_400_000  # In ms


class ExchangeResource(dg.ConfigurableResource["ExchangeResource"]):
    """Read-only access to public candles through ccxt; needs and takes no API key.

    One client per exchange and kind of market is opened when first used and closed with the run.
    Not to be shared between threads.
    """

    url: str | None = Field(
        default=None,
        pattern=r"^https?://[^/\s]+",
        description="Asked instead of every exchange's own host, e.g. http://127.0.0.1:8100.",
    )
    state_folder: str = Field(description="Where processes share the allowance of each exchange.")
    attempts: int = Field(default=6, ge=1, le=50, description="Tries of one request.")
    deadline_seconds: float = Field(
        default=120, gt=0, le=3600, description="Longest time for one page, all tries included."
    )
    request_timeout_seconds: float = Field(
        default=10, gt=0, le=600, description="Longest time for one try, to its last byte."
    )
    first_wait_seconds: float = Field(
        default=0.5, ge=0, le=60, description="Wait before the second try; doubles from there."
    )
    max_answer_bytes: int = Field(
        default=64 * 2**20, ge=1024, description="A longer body is refused while it is read."
    )
    tail_bars: int = Field(
        default=12, ge=0, le=10_000, description="Stored bars to ask for again: they may change."
    )

    sandbox_only: bool = Field(
        default=False,
        description="Refuse to ask a real exchange: what is stored came from a sandbox.",
    )

    _clients: dict[tuple[str, str], Any] = PrivateAttr(default_factory=dict)
    _clocks: dict[str, tuple[float, datetime]] = PrivateAttr(default_factory=dict)
    _served_from: dict[Market, datetime] = PrivateAttr(default_factory=dict)

    def clock(self, exchange_id: str) -> datetime:
        """Return the exchange's own time; our machine's UTC where the exchange tells none.

        Raises
        ------
        InvalidMarket
            If ccxt knows no such exchange.
        ExchangeUnavailable
            If no usable answer came within the attempts and the deadline.
        """
        client = self._client(exchange_id, "spot")
        client.patience.begin()
        return self._time(client, max_age=0)

    def source(self, exchange_id: str) -> str:
        """Say who answered last in the exchange's name: itself, or a sandbox, and with what."""
        if self.url is None:
            return exchange_id
        headers = self._client(exchange_id, "spot").last_response_headers or {}
        sandbox = headers.get(SANDBOX_HEADER)
        return f"sandbox, {sandbox} candles" if sandbox else f"{exchange_id} at {self.url}"

    def pages(
        self, market: Market, start: datetime, end: datetime, *, again: bool = False
    ) -> Iterator[CandlePage]:
        """Yield the closed candles of [start, end) in contiguous spans, oldest first.

        The spans begin at `start` and end at `end`, or before the first bar that is not certainly
        closed; each may be stored before the next is asked for. What the exchange does not serve,
        because it is too old, is part of them, and `served_from` says up to where.

        `again` is for what was asked for and not served before: an empty page is then asked for
        once and not twice.

        Raises
        ------
        InvalidMarket
            If ccxt knows no such exchange, or the exchange no such symbol or timeframe.
        ExchangeUnavailable
            If a page could not be had; those before it were yielded.
        """
        client = self._listed(market)
        served_from = self._served_from.get(market)
        if served_from is not None and end <= served_from:  # Learnt a moment ago; it only moves on
            yield CandlePage(start, end, no_candles(), no_quarantine(), served_from=served_from)
            return
        reader = CandleReader(client, market, partial(self._time, client), again=again)
        yield from reader.pages(start, end)
        if reader.served_from is not None:
            self._served_from[market] = reader.served_from

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:  # noqa: ARG002
        """Close the connections of the run."""
        self.close()

    def close(self) -> None:
        """Close every connection; the next use opens new ones."""
        while self._clients:
            _, client = self._clients.popitem()
            client.close()
        self._clocks.clear()
        self._served_from.clear()

    def _time(self, client: Any, max_age: float) -> datetime:
        if not client.has.get("fetchTime"):
            return datetime.now(UTC)
        asked_at, reading = self._clocks.get(client.id, (0.0, None))
        if reading is None or time.monotonic() - asked_at > max_age:
            asked_at = time.monotonic()
            reading = client.patience.ask(f"clock of {client.id}", lambda: _time_of(client))
            self._clocks[client.id] = (asked_at, reading)
        return reading

    def _client(self, exchange_id: str, market_kind: str) -> Any:
        key = (exchange_id, market_kind)
        if key not in self._clients:
            import ccxt

            if exchange_id not in ccxt.exchanges:
                near = get_close_matches(exchange_id, ccxt.exchanges)
                raise InvalidMarket(
                    f"exchange {exchange_id[:40]!r} is not known to ccxt; near it are "
                    f"{', '.join(near) or 'none'}, all of them on https://docs.ccxt.com"
                )
            self._clients[key] = self._open(exchange_id, market_kind)
        return self._clients[key]

    def _open(self, exchange_id: str, market_kind: str) -> Any:
        if self.sandbox_only and self.url is None:
            raise InvalidSettings(
                f"what is stored here came from a sandbox, and {exchange_id} itself would be asked "
                'to go on; start with "traderai dev", which starts the sandbox again, or choose '
                "another home"
            )
        from resources.exchange.clients import open_client

        return open_client(
            exchange_id,
            market_kind=market_kind,
            url=self.url,
            allowance=Allowance(Path(self.state_folder), exchange_id),
            patience=Patience(self.attempts, self.deadline_seconds, self.first_wait_seconds),
            request_seconds=self.request_timeout_seconds,
            max_bytes=self.max_answer_bytes,
        )

    def _listed(self, market: Market) -> Any:
        """The client for a market, once it is certain that the exchange has that market."""
        client = self._client(market.exchange, _kind(market))
        if market.timeframe not in (client.timeframes or {}):
            raise InvalidMarket(
                f"{market.exchange} serves no {market.timeframe} candles; it serves "
                f"{', '.join(client.timeframes or {}) or 'none'}"
            )
        if not client.markets:
            client.patience.begin()
            client.patience.ask(f"markets of {market.exchange}", lambda: _list_markets(client))
        if market.symbol not in client.markets:
            near = get_close_matches(market.symbol, client.markets, n=5)
            raise InvalidMarket(
                f"{market.exchange} has no market {market.symbol!r} among its "
                f"{len(client.markets)} {_kind(market)} markets; near it are "
                f"{', '.join(near) or 'none'}"
            )
        return client


def _kind(market: Market) -> str:
    """spot, or how a contract is settled: BTC/USDT:USDT linear, BTC/USD:BTC inverse."""
    pair, _, settle = market.symbol.partition(":")
    if not settle:
        return "spot"
    return "inverse" if settle.split("-")[0] == pair.split("/")[0] else "linear"


def _list_markets(client: Any) -> None:
    client.load_markets(reload=True)
    if not client.markets:
        raise BadExchangeAnswer("a list of markets without any market")


def _time_of(client: Any) -> datetime:
    reading = client.fetch_time()
    if not isinstance(reading, int) or not 0 < reading < _YEAR_2200:
        raise BadExchangeAnswer(f"{reading!r} for a time in milliseconds")
    return moment_of(reading)
