"""Markets their venue refuses: noted once, others unharmed, ended where they were delisted."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.assets.in_process_platform import InProcessPlatform
from traderai_assets.domain.errors import MarketNotListed, MarketRefused
from traderai_assets.domain.freshness.judging import judge
from traderai_assets.domain.freshness.training_data import Refusal
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.gate.facts import FactsReader
from traderai_assets.instance.market_notes import note_refused, refusal_of
from traderai_assets.partitions import MARKETS, partition_key
from traderai_assets.sandbox.market_minutes import SimulatedMarket
from traderai_assets.sandbox.simulation import SimulatedFeed
from traderai_assets.schemas.candles import CANDLE_GAPS, CANDLES

START, NOW = datetime(2024, 6, 11, tzinfo=UTC), datetime(2024, 6, 12, 5, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
JUNE, JULY = "2024-06", "2024-07"
WRONG = Market("binance", "BTC/USTD", "1h")


class DelistingFeed(SimulatedFeed):
    """A simulated feed whose list of markets changes."""

    delisted = False

    @property
    def listings(self):
        listed = dict(super().listings)
        if self.delisted:
            del listed["BTCUSDT"]
        return listed


@pytest.fixture
def feed():
    small = (SimulatedMarket("BTC", price=60_000.0, volatility=0.0009, volume=4.0),)
    return DelistingFeed(since=START, markets=(*small, replace(small[0], base="ETH")))


@pytest.fixture
def platform(open_platform) -> InProcessPlatform:
    return open_platform(patience={"tail_bars": 2})


def ended(platform, month=JUNE):
    gaps = platform.rows(CANDLE_GAPS, month)
    rows = gaps[gaps["kind"] == "ended"]
    return [(row.start.to_pydatetime(), row.end.to_pydatetime()) for row in rows.itertuples()]


def test_a_market_that_is_not_listed_fails_once_and_is_noted_with_its_neighbours(platform):
    platform.market = WRONG
    platform.instance.add_dynamic_partitions(MARKETS, [WRONG.key])
    for times in (1, 2):
        with pytest.raises(MarketNotListed, match="has no market 'BTC/USTD'"):
            platform.fetch(JUNE)
        noted = refusal_of(platform.instance, WRONG.key)
        assert (noted.times, noted.ended) == (times, False)  # It has no candle to end at
        assert "near it are BTC/USDT" in noted.reason


def test_a_wrong_market_of_a_run_costs_the_right_one_nothing(platform):
    platform.instance.add_dynamic_partitions(MARKETS, [WRONG.key])
    keys = [partition_key(key, JUNE) for key in (platform.market.key, WRONG.key)]
    run = platform.definitions.resolve_job_def("fetch").execute_in_process(
        instance=platform.instance,
        tags={
            "dagster/asset_partition_range_start": keys[0],
            "dagster/asset_partition_range_end": keys[1],
        },
    )
    assert run.success
    assert len(platform.rows(CANDLES, JUNE)) == 29
    assert refusal_of(platform.instance, platform.market.key) is None
    assert refusal_of(platform.instance, WRONG.key).times == 1


def test_a_delisted_market_ends_at_its_last_candle_once_it_was_asked_for_twice(platform, feed):
    platform.fetch(JUNE)
    feed.delisted = True
    platform.now_is(NOW + 10 * HOUR)
    with pytest.raises(MarketNotListed):
        platform.fetch(JUNE)
    assert ended(platform) == []
    platform.fetch(JUNE)  # Asked again, minutes or hours later, it is believed
    last = datetime(2024, 6, 12, 5, tzinfo=UTC)
    assert ended(platform) == [(last, last + 10 * HOUR)]
    assert refusal_of(platform.instance, platform.market.key).ended
    platform.now_is(datetime(2024, 7, 2, tzinfo=UTC))
    platform.fetch(JUNE, JULY)
    assert ended(platform) == [(last, datetime(2024, 7, 1, tzinfo=UTC))]
    july = datetime(2024, 7, 1, tzinfo=UTC)
    assert ended(platform, JULY) == [(july, july + 24 * HOUR)]
    assert len(platform.rows(CANDLES, JUNE)) == 29
    refused = judge(facts_of(platform).read(platform.market, Month.parse(JULY), 2))
    assert isinstance(refused, Refusal)
    assert refused.found.startswith(f"{platform.market.key} has ended at 2024-06-12 05:00 UTC")


def facts_of(platform):
    return FactsReader(
        platform.lake,
        platform.instance,
        table=platform.lake.snapshot,
        clock=lambda market: platform.exchange.clock(market.exchange),
    )


def test_a_market_that_is_listed_again_is_whole_again(platform, feed):
    platform.fetch(JUNE)
    feed.delisted = True
    platform.now_is(NOW + 10 * HOUR)
    note_refused(platform.instance, platform.market.key, "not listed")
    platform.fetch(JUNE)
    assert ended(platform)
    feed.delisted = False
    platform.now_is(NOW + 20 * HOUR)
    platform.fetch(JUNE)
    assert ended(platform) == []
    assert len(platform.rows(CANDLES, JUNE)) == 49
    assert platform.rows(CANDLE_GAPS, JUNE)["absent_bars"].sum() == 240  # Before it was listed
    assert refusal_of(platform.instance, platform.market.key) is None


def test_a_market_listed_as_inactive_keeps_what_is_served_and_ends_where_it_is_silent(
    platform, monkeypatch
):
    platform.fetch(JUNE)
    market, asked = platform.market, []
    real = type(platform.exchange).pages
    monkeypatch.setattr(type(platform.exchange), "is_active", lambda *_: False)
    platform.now_is(NOW + 3 * HOUR)
    platform.fetch(JUNE)  # Some venues call inactive what only takes no new orders: it trades
    assert refusal_of(platform.instance, market.key) is None
    assert len(platform.rows(CANDLES, JUNE)) == 32

    def silent(self, market, start, end, **options):
        asked.append((start, end))
        for page in real(self, market, start, end, **options):
            yield replace(page, candles=page.candles.iloc[:0])

    monkeypatch.setattr(type(platform.exchange), "pages", silent)
    platform.now_is(NOW + 30 * HOUR)
    platform.fetch(JUNE)
    assert (refusal_of(platform.instance, market.key).ended, ended(platform)) == (False, [])
    platform.fetch(JUNE)
    assert refusal_of(platform.instance, market.key).ended
    assert ended(platform)[0][1] == datetime(2024, 6, 13, 11, tzinfo=UTC)
    assert asked


def test_a_future_past_its_date_ends_at_once_and_is_never_asked_for_again(platform, monkeypatch):
    """The sandbox has no futures: what an exchange says of an expired one is said for it."""
    platform.fetch(JUNE)
    listed = platform.market
    monkeypatch.setattr(Market, "expiry", datetime(2024, 6, 12, tzinfo=UTC))
    monkeypatch.setattr(platform.sandbox.feed, "delisted", True)
    platform.now_is(NOW + 10 * HOUR)
    platform.fetch(JUNE)
    noted = refusal_of(platform.instance, listed.key)
    assert (noted.ended, noted.next_ask) == (True, None)
    assert len(ended(platform)) == 1


def test_what_is_not_found_is_refused_and_not_taken_for_an_exchange_that_is_down(platform):
    """The sandbox answers 404 where a swap is asked for."""
    platform.market = Market("binance", "BTC/USDT:USDT", "1h")
    platform.instance.add_dynamic_partitions(MARKETS, [platform.market.key])
    with pytest.raises(MarketRefused, match="404 Not Found"):
        platform.fetch(JUNE)
    assert refusal_of(platform.instance, platform.market.key).times == 1
