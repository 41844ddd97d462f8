"""Markets their venue refuses: noted once, others unharmed, ended where they were delisted."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.assets.house import House
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
def house(open_house) -> House:
    return open_house(patience={"tail_bars": 2})


def ended(house, month=JUNE):
    gaps = house.rows(CANDLE_GAPS, month)
    rows = gaps[gaps["kind"] == "ended"]
    return [(row.start.to_pydatetime(), row.end.to_pydatetime()) for row in rows.itertuples()]


def test_a_market_that_is_not_listed_fails_once_and_is_noted_with_its_neighbours(house):
    house.market = WRONG
    house.instance.add_dynamic_partitions(MARKETS, [WRONG.key])
    for times in (1, 2):
        with pytest.raises(MarketNotListed, match="has no market 'BTC/USTD'"):
            house.fetch(JUNE)
        noted = refusal_of(house.instance, WRONG.key)
        assert (noted.times, noted.ended) == (times, False)  # It has no candle to end at
        assert "near it are BTC/USDT" in noted.reason


def test_a_wrong_market_of_a_run_costs_the_right_one_nothing(house):
    house.instance.add_dynamic_partitions(MARKETS, [WRONG.key])
    keys = [partition_key(key, JUNE) for key in (house.market.key, WRONG.key)]
    run = house.definitions.resolve_job_def("fetch").execute_in_process(
        instance=house.instance,
        tags={
            "dagster/asset_partition_range_start": keys[0],
            "dagster/asset_partition_range_end": keys[1],
        },
    )
    assert run.success
    assert len(house.rows(CANDLES, JUNE)) == 29
    assert refusal_of(house.instance, house.market.key) is None
    assert refusal_of(house.instance, WRONG.key).times == 1


def test_a_delisted_market_ends_at_its_last_candle_once_it_was_asked_for_twice(house, feed):
    house.fetch(JUNE)
    feed.delisted = True
    house.now_is(NOW + 10 * HOUR)
    with pytest.raises(MarketNotListed):
        house.fetch(JUNE)
    assert ended(house) == []
    house.fetch(JUNE)  # Asked again, minutes or hours later, it is believed
    last = datetime(2024, 6, 12, 5, tzinfo=UTC)
    assert ended(house) == [(last, last + 10 * HOUR)]
    assert refusal_of(house.instance, house.market.key).ended
    house.now_is(datetime(2024, 7, 2, tzinfo=UTC))
    house.fetch(JUNE, JULY)
    assert ended(house) == [(last, datetime(2024, 7, 1, tzinfo=UTC))]
    july = datetime(2024, 7, 1, tzinfo=UTC)
    assert ended(house, JULY) == [(july, july + 24 * HOUR)]
    assert len(house.rows(CANDLES, JUNE)) == 29
    refused = judge(facts_of(house).read(house.market, Month.parse(JULY), 2))
    assert isinstance(refused, Refusal)
    assert refused.found.startswith(f"{house.market.key} has ended at 2024-06-12 05:00 UTC")


def facts_of(house):
    return FactsReader(
        house.lake,
        house.instance,
        table=house.lake.snapshot,
        clock=lambda market: house.exchange.clock(market.exchange),
    )


def test_a_market_that_is_listed_again_is_whole_again(house, feed):
    house.fetch(JUNE)
    feed.delisted = True
    house.now_is(NOW + 10 * HOUR)
    note_refused(house.instance, house.market.key, "not listed")
    house.fetch(JUNE)
    assert ended(house)
    feed.delisted = False
    house.now_is(NOW + 20 * HOUR)
    house.fetch(JUNE)
    assert ended(house) == []
    assert len(house.rows(CANDLES, JUNE)) == 49
    assert house.rows(CANDLE_GAPS, JUNE)["absent_bars"].sum() == 240  # Before it was listed
    assert refusal_of(house.instance, house.market.key) is None


def test_a_market_listed_as_inactive_keeps_what_is_served_and_ends_where_it_is_silent(
    house, monkeypatch
):
    house.fetch(JUNE)
    market, asked = house.market, []
    real = type(house.exchange).pages
    monkeypatch.setattr(type(house.exchange), "is_active", lambda *_: False)
    house.now_is(NOW + 3 * HOUR)
    house.fetch(JUNE)  # Some venues call inactive what only takes no new orders: it trades
    assert refusal_of(house.instance, market.key) is None
    assert len(house.rows(CANDLES, JUNE)) == 32

    def silent(self, market, start, end, **options):
        asked.append((start, end))
        for page in real(self, market, start, end, **options):
            yield replace(page, candles=page.candles.iloc[:0])

    monkeypatch.setattr(type(house.exchange), "pages", silent)
    house.now_is(NOW + 30 * HOUR)
    house.fetch(JUNE)
    assert (refusal_of(house.instance, market.key).ended, ended(house)) == (False, [])
    house.fetch(JUNE)
    assert refusal_of(house.instance, market.key).ended
    assert ended(house)[0][1] == datetime(2024, 6, 13, 11, tzinfo=UTC)
    assert asked


def test_a_future_past_its_date_ends_at_once_and_is_never_asked_for_again(house, monkeypatch):
    """The sandbox has no futures: what an exchange says of an expired one is said for it."""
    house.fetch(JUNE)
    listed = house.market
    monkeypatch.setattr(Market, "expiry", datetime(2024, 6, 12, tzinfo=UTC))
    monkeypatch.setattr(house.sandbox.feed, "delisted", True)
    house.now_is(NOW + 10 * HOUR)
    house.fetch(JUNE)
    noted = refusal_of(house.instance, listed.key)
    assert (noted.ended, noted.next_ask) == (True, None)
    assert len(ended(house)) == 1


def test_what_is_not_found_is_refused_and_not_taken_for_an_exchange_that_is_down(house):
    """The sandbox answers 404 where a swap is asked for."""
    house.market = Market("binance", "BTC/USDT:USDT", "1h")
    house.instance.add_dynamic_partitions(MARKETS, [house.market.key])
    with pytest.raises(MarketRefused, match="404 Not Found"):
        house.fetch(JUNE)
    assert refusal_of(house.instance, house.market.key).times == 1
