"""The resource as Dagster and a shell use it: nothing opened early, everything closed again."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from pydantic import ValidationError

from resources.exchange.rate_limit import SharedRateLimit
from resources.exchange.resource import ExchangeResource
from traderai_assets.domain.errors import ExchangeUnavailable
from traderai_assets.domain.markets import Market

START = datetime(2024, 1, 1, tzinfo=UTC)
BAR = timedelta(minutes=5)
MARKET = Market("binance", "BTC/USDT", "5m")


@pytest.mark.processes
def test_importing_the_resource_imports_no_ccxt():
    code = "import sys, resources.exchange.resource as _; sys.exit('ccxt' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603


def test_a_run_opens_one_client_and_closes_it(venue, url, tmp_path):
    venue.now = START + 50 * BAR
    venue.trade(START, venue.now)
    seen = []

    @dg.asset
    def candles(exchange: ExchangeResource) -> None:
        for _ in range(2):
            seen.extend(exchange.pages(MARKET, START, START + 10 * BAR))
        seen.append(exchange)

    exchange = ExchangeResource(url=url, state_folder=str(tmp_path / "new" / "folder"))
    assert dg.materialize([candles], resources={"exchange": exchange}).success
    *pages, used = seen
    assert [len(page.candles) for page in pages] == [10, 10]  # type: ignore[attr-defined]
    assert venue.paths["/api/v3/exchangeInfo"] == 1
    assert used._clients == {}


def test_every_request_books_what_ccxt_says_it_costs(venue, build, monkeypatch):
    booked = []
    exchange = build()
    monkeypatch.setattr(SharedRateLimit, "take", lambda _, seconds, **__: booked.append(seconds))
    venue.now = START + 9000 * BAR
    venue.trade(START, venue.now)
    assert len(list(exchange.pages(MARKET, START, START + 2997 * BAR))) == 3
    # A unit is 50 ms; the list of markets costs 4, the clock 0.2, a page of candles 0.4.
    assert booked == pytest.approx([0.2, 0.01, 0.02, 0.02, 0.02])


def test_a_long_queue_for_the_rate_limit_is_an_error_and_no_endless_wait(venue, build, monkeypatch):
    venue.now = START + 50 * BAR
    exchange = build(deadline_seconds=1.0)
    monkeypatch.undo()
    exchange.clock("binance")
    client = exchange._client("binance", "spot")
    client.shared_limit.take(30, at_most=5)
    with pytest.raises(ExchangeUnavailable, match="other runs have booked"):
        exchange.clock("binance")


@pytest.mark.parametrize(
    "fields",
    [
        {"url": "ftp://127.0.0.1"},
        {"url": "127.0.0.1:80"},
        {"attempts": 0},
        {"attempts": 10**9},
        {"deadline_seconds": 0},
        {"deadline_seconds": float("nan")},
        {"request_timeout_seconds": 10**9},
        {"max_answer_bytes": 1},
        {"tail_bars": -1},
    ],
)
def test_a_setting_beyond_reason_is_refused_before_anything_is_asked(fields, tmp_path):
    with pytest.raises(ValidationError):
        ExchangeResource(state_folder=str(tmp_path), **fields)


def test_a_url_replaces_the_host_of_every_endpoint_and_keeps_the_paths(build):
    exchange = build(url="http://127.0.0.1:9/venue/")
    urls = exchange._client("binance", "spot").urls["api"]
    assert urls["public"] == "http://127.0.0.1:9/venue/api/v3"
    assert urls["fapiPublic"] == "http://127.0.0.1:9/venue/fapi/v1"
    assert all(url.startswith("http://127.0.0.1:9/venue/") for url in urls.values())
    hosts = exchange._client("bybit", "spot").urls["api"]
    assert hosts["public"] == "http://127.0.0.1:9/venue"
