"""Against the sandbox exchange: whatever it is ordered to break, the same candles come out."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from traderai_assets.domain.candles.gaps import find_gaps
from traderai_assets.domain.candles.merging import merge_candles
from traderai_assets.domain.errors import InvalidMarket
from traderai_assets.domain.markets import Market
from traderai_assets.sandbox.clock import Clock
from traderai_assets.sandbox.fault_rules import FaultRule, Revision
from traderai_assets.sandbox.replay import ReplayFeed
from traderai_assets.sandbox.server import SandboxServer
from traderai_assets.sandbox.simulation import SimulatedFeed

BAR = timedelta(minutes=5)
START = datetime(2024, 2, 1, tzinfo=UTC)
NOW = START + 300 * BAR + timedelta(minutes=2)
MARKET = Market("binance", "BTC/USDT", "5m")
KLINES = "/api/v3/klines"


@pytest.fixture(scope="module")
def sandbox():
    with SandboxServer(SimulatedFeed(), clock=Clock(NOW)) as server:
        yield server


@pytest.fixture
def exchange(sandbox, build):
    yield build(url=sandbox.url, request_timeout_seconds=1.0, max_answer_bytes=2**20)
    sandbox.faults.clear()
    sandbox.clock.set(NOW)


def fetched(exchange, start=START, end=START + 400 * BAR):
    exchange.clock("binance")  # Read afresh: pages may use a reading of the last second
    pages = list(exchange.pages(MARKET, start, end))
    candles = pd.concat([page.candles for page in pages], ignore_index=True)
    return candles, pd.concat([page.quarantined for page in pages], ignore_index=True)


def test_every_closed_candle_of_the_simulated_market_is_there(exchange):
    candles, quarantined = fetched(exchange)
    assert len(candles) == 300
    assert quarantined.empty


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 429, "retry_after": 0},
        {"kind": "status", "status": 418},
        {"kind": "status", "status": 503},
        {"kind": "status", "status": 504},
        {"kind": "reset_before"},
        {"kind": "reset_mid"},
        {"kind": "truncate"},
        {"kind": "html"},
        {"kind": "empty"},
        {"kind": "empty_object"},
        {"kind": "drip", "seconds": 0.1},
        {"kind": "stall", "seconds": 2},
        {"kind": "oversize", "size": 5_000_000},
        {"kind": "missing", "rows": 40},
        {"kind": "shuffle"},
        {"kind": "duplicate", "rows": 40},
        *({"kind": "garbage", "garbage": kind, "rows": 5} for kind in ("none", "nan", "inf")),
        *({"kind": "garbage", "garbage": kind, "rows": 5} for kind in ("zero", "negative", "text")),
        {"kind": "garbage", "garbage": "high_below_low", "rows": 5},
    ],
    ids=lambda fault: "-".join(map(str, fault.values())),
)
def test_a_passing_fault_changes_nothing(sandbox, exchange, fault):
    whole, _ = fetched(exchange)
    sandbox.faults.add(FaultRule(endpoint=KLINES, **fault))
    candles, quarantined = fetched(exchange)
    assert candles.equals(whole)
    assert quarantined.empty
    assert [rule["left"] for rule in sandbox.faults.report()] == [0]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"kind": "off_grid"}, "off_grid_time"),
        ({"kind": "future"}, "future_time"),
        ({"kind": "garbage", "garbage": "text"}, "missing_value"),
        ({"kind": "garbage", "garbage": "nan"}, "not_finite"),
        ({"kind": "garbage", "garbage": "negative", "column": "volume"}, "negative_volume"),
        ({"kind": "garbage", "garbage": "high_below_low"}, "high_below_low"),
    ],
)
def test_lasting_bad_rows_are_quarantined_and_every_other_row_is_kept(
    sandbox, exchange, fault, reason
):
    whole, _ = fetched(exchange)
    bad = START + 100 * BAR
    span = {} if fault["kind"] == "future" else {"since": bad, "until": bad + BAR}
    sandbox.faults.add(FaultRule(endpoint=KLINES, count=None, **span, **fault))
    candles, quarantined = fetched(exchange)
    spoilt = fault["kind"] == "garbage"
    assert candles.equals(whole.drop(index=100).reset_index(drop=True) if spoilt else whole)
    assert quarantined["reason"].tolist() == [reason]


def test_a_skewed_clock_lets_no_open_candle_through(sandbox, exchange):
    whole, _ = fetched(exchange)
    for seconds in (3600, -3600):
        sandbox.faults.add(FaultRule(kind="clock_skew", seconds=seconds, count=None))
        candles, quarantined = fetched(exchange)
        sandbox.faults.clear()
        assert candles.equals(whole.iloc[: len(candles)])
        assert len(candles) == (300 if seconds > 0 else 288)
        assert quarantined.empty


def test_a_revised_candle_is_fetched_with_its_new_value(sandbox, exchange, build):
    revised = START + 290 * BAR
    values = {"open": 10.0, "high": 12.0, "low": 9.0, "close": 11.0}
    before, _ = fetched(exchange)
    with SandboxServer(sandbox.feed, clock=Clock(NOW)) as other:
        other.faults.add(
            Revision(symbol="BTC/USDT", timeframe="5m", open_time=revised, values=values)
        )
        after, _ = fetched(build(url=other.url))
    merge = merge_candles(before, after)
    assert merge.candles.equals(after)
    assert merge.revisions["open_time"].tolist() == [revised]


def test_a_market_the_sandbox_does_not_have_is_named(exchange):
    with pytest.raises(InvalidMarket, match="near it are"):
        list(exchange.pages(Market("binance", "BTC/USDX", "5m"), START, NOW))


REAL = os.environ.get("TRADERAI_TEST_CANDLES")


@pytest.mark.skipif(REAL is None, reason="TRADERAI_TEST_CANDLES names no folder of real candles")
@pytest.mark.parametrize("base", ["BTC", "DOCK"])
def test_the_outage_of_24_march_2023_comes_through_the_wire_as_one_gap(build, base):
    month, after = datetime(2023, 3, 1, tzinfo=UTC), datetime(2023, 4, 1, tzinfo=UTC)
    with SandboxServer(ReplayFeed(Path(REAL))) as server:
        exchange = build(url=server.url)
        pages = list(exchange.pages(Market("binance", f"{base}/USDT", "5m"), month, after))
    candles = pd.concat([page.candles for page in pages], ignore_index=True)
    gaps = find_gaps(candles, start=month, end=after, bar=BAR)
    outages = gaps[gaps["absent_bars"] > 0]
    assert outages[["absent_bars", "flat_bars", "kind"]].to_numpy().tolist() == [[16, 14, "outage"]]
    assert len(candles) == 31 * 288 - 16
