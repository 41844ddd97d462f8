"""The exchange resource: closed candles and the exchange's clock, from any exchange ccxt knows."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any

import dagster as dg
from pydantic import ConfigDict, Field, PrivateAttr, field_validator

from resources.exchange import listing
from resources.exchange.listing import market_host, probe, require_known, require_listed
from resources.exchange.opening import opened_client, share_listing
from resources.exchange.paging import CandlePage, CandleReader
from resources.exchange.venue_clock import VenueClocks, sandbox_behind
from traderai_assets.domain import defaults, limits
from traderai_assets.domain.candles.frames import no_candles
from traderai_assets.domain.candles.quarantine import no_quarantine
from traderai_assets.domain.errors import MarketNotListed
from traderai_assets.domain.markets import Market
from traderai_assets.domain.urls import checked_proxy, checked_url


class ExchangeResource(dg.ConfigurableResource["ExchangeResource"]):
    """Read-only access to public candles through ccxt; needs and takes no API key.

    One client per exchange and kind of market is opened when first used and closed with the run.
    Not to be shared between threads; each may have its own with the same lists (`beside`).
    """

    model_config = ConfigDict(hide_input_in_errors=True)  # It may hold a password

    url: str | None = Field(
        default=None,
        description="Asked instead of every exchange's own host, e.g. http://127.0.0.1:8100.",
    )
    proxy: str | None = Field(
        default=None,
        repr=False,  # It may hold a password
        description="What every request goes through, e.g. socks5h://127.0.0.1:1080.",
    )
    state_folder: str = Field(description="Where processes share the rate limit of each exchange.")
    attempts: int = Field(
        default=defaults.ATTEMPTS, ge=1, le=limits.MAX_ATTEMPTS, description="Tries of one request."
    )
    deadline_seconds: float = Field(
        default=defaults.DEADLINE_SECONDS,
        gt=0,
        le=limits.MAX_DEADLINE_SECONDS,
        description="Longest time for one page, all tries included.",
    )
    request_timeout_seconds: float = Field(
        default=defaults.REQUEST_TIMEOUT_SECONDS,
        gt=0,
        le=limits.MAX_REQUEST_TIMEOUT_SECONDS,
        description="Longest time for one try, to its last byte.",
    )
    first_wait_seconds: float = Field(
        default=0.5, ge=0, le=60, description="Wait before the second try; doubles from there."
    )
    max_answer_bytes: int = Field(
        default=64 * 2**20, ge=1024, description="A longer body is refused while it is read."
    )
    tail_bars: int = Field(
        default=defaults.TAIL_BARS,
        ge=0,
        le=limits.MAX_TAIL_BARS,
        description="Stored bars to ask for again: they may change.",
    )
    sandbox_only: bool = Field(
        default=False,
        description="Refuse to ask a real exchange: what is stored came from a sandbox.",
    )

    _clients: dict[tuple[str, str], Any] = PrivateAttr(default_factory=dict)
    _clocks: VenueClocks = PrivateAttr(default_factory=VenueClocks)
    _served_from: dict[Market, datetime] = PrivateAttr(default_factory=dict)
    _lists_of: "ExchangeResource | None" = PrivateAttr(default=None)

    @field_validator("url")
    @classmethod
    def _url_is_one(cls, url: str | None) -> str | None:
        return checked_url(url) if url is not None else None

    @field_validator("proxy")
    @classmethod
    def _proxy_is_one(cls, proxy: str | None) -> str | None:
        return checked_proxy(proxy) if proxy is not None else None

    def clock(self, market: Market | str, *, max_age: float = 0) -> datetime:
        """Return the time at the market's own host; our machine's UTC where it tells none.

        Parameters
        ----------
        market : Market or str
            A swap's host is not its exchange's spot host, which is asked where only the exchange's
            id is given.
        max_age : float
            Seconds for which an earlier answer does: it errs to the safe side.

        Raises
        ------
        InvalidMarket
            If ccxt knows no such exchange.
        ExchangeUnavailable
            If no usable answer came within the attempts and the deadline, or its clock is further
            from the machine's than is believed.
        """
        client = self._client_of(market)
        client.retry.begin()
        return self._time(client, max_age=max_age)

    def source(self, market: Market | str) -> str:
        """Say who answered last in the market's name: its exchange, or a sandbox, and with what."""
        exchange_id = market if isinstance(market, str) else market.exchange
        if self.url is None:
            return exchange_id
        sandbox = sandbox_behind(self._client_of(market))
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
            If ccxt knows no such exchange, or the exchange no such timeframe.
        MarketNotListed
            If the exchange does not list the symbol.
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

    def list_markets(self, market: Market) -> None:
        """Have the market's host list its markets; raise ExchangeUnavailable if it does not."""
        client = self._client_of(market)
        if not client.markets:
            client.retry.begin()
            listing.list_markets(client, market)

    def is_active(self, market: Market) -> bool:
        """Whether the exchange lists the market, and not as one that does not trade."""
        return self._listed(market).markets[market.symbol].get("active") is not False

    def check(self, market: Market) -> None:
        """Ask whether the exchange serves the market: its list, and one page of newest candles.

        Raises
        ------
        InvalidMarket
            If exchange, symbol or timeframe are not served, or the market trades no more.
        MarketRefused
            If the exchange lists the market and serves it not, or not to us.
        ExchangeUnavailable
            If the exchange did not answer.
        """
        if not self.is_active(market):
            raise MarketNotListed(
                f"{market.exchange} lists {market.symbol} as inactive: it does not trade"
            )
        client = self._listed(market)
        client.retry.begin()
        probe(client, market, self._time(client, max_age=60))

    def beside(self) -> "ExchangeResource":
        """Return the same exchanges for another thread, to be closed before this one.

        Connections are its own; clocks, and lists of markets that were had, are shared.
        """
        other = type(self)(**self.model_dump())
        other._lists_of, other._clocks = self, self._clocks  # noqa: SLF001  # Its own
        return other

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:  # noqa: ARG002
        """Close the connections of the run."""
        self.close()

    def close(self) -> None:
        """Close every connection; the next use opens new ones."""
        while self._clients:
            _, client = self._clients.popitem()
            client.close()
        if self._lists_of is None:
            self._clocks.clear()
        self._served_from.clear()

    def _time(self, client: Any, max_age: float) -> datetime:
        return self._clocks.read(client, max_age=max_age, stands_in=self.url is not None)

    def _client_of(self, market: Market | str) -> Any:
        return self._client(*((market, "spot") if isinstance(market, str) else market_host(market)))

    def _client(self, exchange_id: str, market_kind: str) -> Any:
        key = (exchange_id, market_kind)
        if key not in self._clients:
            require_known(exchange_id)
            client = self._clients[key] = self._open(exchange_id, market_kind)
            if self._lists_of is not None:
                share_listing(client, self._lists_of._clients.get(key))  # noqa: SLF001
        return self._clients[key]

    def _open(self, exchange_id: str, market_kind: str) -> Any:
        return opened_client(self, exchange_id, market_kind)

    def _listed(self, market: Market) -> Any:
        """The client for a market, once it is certain that the exchange has that market."""
        client = self._client(market.exchange, market.kind)
        require_listed(client, market)
        return client
