"""An exchange on a free port, and the unmodified ccxt client pointed at it."""

import http.client
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import ccxt
import pytest

from traderai_assets.sandbox.clock import Clock
from traderai_assets.sandbox.server import SandboxServer
from traderai_assets.sandbox.simulation import SimulatedFeed

NOON = datetime(2024, 3, 1, 12, 0, tzinfo=UTC)


def pointed_at(urls: dict[str, Any], base: str) -> dict[str, Any]:
    """The client's URLs with scheme and host replaced, paths untouched."""
    return {
        name: pointed_at(url, base) if isinstance(url, dict) else base + urlsplit(url).path
        for name, url in urls.items()
    }


class Wire:
    """Plain HTTP, to see what a library would hide."""

    def __init__(self, url: str) -> None:
        self._address = urlsplit(url).netloc

    def send(
        self, path: str, method: str = "GET", body: object = None, **headers: str
    ) -> tuple[int, Any, Any]:
        connection = http.client.HTTPConnection(self._address, timeout=10)
        try:
            sent = {"Content-Type": "application/json", **headers}
            connection.request(method, path, None if body is None else json.dumps(body), sent)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def json(self, path: str, method: str = "GET", body: object = None) -> Any:
        return json.loads(self.send(path, method, body)[2])


@pytest.fixture(scope="session")
def feed() -> SimulatedFeed:
    return SimulatedFeed(seed=7)


@pytest.fixture
def sandbox(feed: SimulatedFeed) -> Iterator[SandboxServer]:
    with SandboxServer(feed, clock=Clock(NOON)) as server:
        yield server


@pytest.fixture
def wire(sandbox: SandboxServer) -> Wire:
    return Wire(sandbox.url)


@pytest.fixture
def wire_to() -> Callable[[str], Wire]:
    return Wire


@pytest.fixture
def binance_at() -> Iterator[Callable[[str], Any]]:
    """Make ccxt's own Binance client for any server."""
    clients = []

    def make(url: str) -> Any:
        client = ccxt.binance(
            {"enableRateLimit": False, "options": {"fetchMarkets": {"types": ["spot"]}}}
        )
        client.urls["api"] = pointed_at(client.urls["api"], url)
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.session.close()


@pytest.fixture
def binance(binance_at: Callable[[str], Any], sandbox: SandboxServer) -> Any:
    return binance_at(sandbox.url)
