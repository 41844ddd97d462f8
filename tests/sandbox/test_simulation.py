"""The simulated market: pure and consistent. Its planted edge: test_pressure."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traderai_assets.domain.arrays import milliseconds
from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.domain.markets import BARS
from traderai_assets.sandbox.feed import aggregate, bar_ms, concatenate
from traderai_assets.sandbox.klines import page
from traderai_assets.sandbox.market_minutes import SimulatedMarket
from traderai_assets.sandbox.market_noise import CHUNK_MS, ORIGIN, chunk_of, chunk_start
from traderai_assets.sandbox.simulation import SimulatedFeed

START = milliseconds(datetime(2024, 1, 1, tzinfo=UTC))
EIGHTEEN_MONTHS = 155_520 * 300_000
FIVE_MINUTES = 300_000
SEAM = chunk_start(chunk_of(START) + 2)


@pytest.fixture(scope="module")
def history(feed):
    """18 months of BTC/USDT in five-minute bars."""
    return feed.bars("BTCUSDT", "5m", START, START + EIGHTEEN_MONTHS - 1)


def same(left, right):
    return np.array_equal(left.open_time, right.open_time) and all(
        mine.tobytes() == theirs.tobytes()
        for mine, theirs in zip(left.values(), right.values(), strict=True)
    )


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(
    timeframe=st.sampled_from(sorted(BARS)),
    around=st.integers(-3 * 86_400_000, 3 * 86_400_000),
    cuts=st.lists(st.integers(1, 700), min_size=1, max_size=5),
    late=st.integers(0, 10**10),
    newest_first=st.booleans(),
)
def test_any_page_split_order_and_clock_give_the_same_rows(
    feed, timeframe, around, cuts, late, newest_first
):
    length = bar_ms(timeframe)
    first = (SEAM + around) // length * length
    last = first + sum(cuts) * length - 1
    expected = feed.bars("ETHUSDT", timeframe, first, last)
    fresh = SimulatedFeed(seed=7)
    spans, begin = [], first
    for cut in cuts:
        spans.append((begin, begin + cut * length - 1))
        begin += cut * length
    pieces = {
        span: page(
            fresh, "ETHUSDT", timeframe,
            now=last + 1 + late, limit=1000, start=span[0], end=span[1],
        )
        for span in (spans[::-1] if newest_first else spans)
    }  # fmt: skip
    assert same(concatenate([pieces[span] for span in spans]), expected)


def test_the_listing_date_changes_no_candle(history):
    later = SimulatedFeed(seed=7, since=datetime(2025, 1, 1, tzinfo=UTC))
    bars = later.bars("BTCUSDT", "5m", 0, START + EIGHTEEN_MONTHS - 1)
    assert bars.open_time[0] == milliseconds(datetime(2025, 1, 1, tzinfo=UTC))
    assert same(bars, history[len(history) - len(bars) :])


def test_seeds_and_symbols_are_different_markets(feed, history):
    other_seed = SimulatedFeed(seed=8).bars("BTCUSDT", "5m", START, START + CHUNK_MS)
    other_symbol = feed.bars("ETHUSDT", "5m", START, START + CHUNK_MS)
    own = np.diff(np.log(history.close[:5000]))
    for other in (other_seed, other_symbol):
        correlation = np.corrcoef(own, np.diff(np.log(other.close[:5000])))[0, 1]
        assert abs(correlation) < 0.06  # 4 / sqrt(5000)


@pytest.mark.parametrize("market_id", ["BTCUSDT", "THINUSDT"])
def test_every_candle_holds_its_open_and_close_and_trades_in_positive_prices(feed, market_id):
    bars = feed.bars(market_id, "1m", SEAM - CHUNK_MS, SEAM + CHUNK_MS)
    assert np.all(bars.high >= np.maximum(bars.open, bars.close))
    assert np.all(bars.low <= np.minimum(bars.open, bars.close))
    assert np.all(bars.low > 0)
    assert np.all(bars.volume >= 0)
    flat = bars.volume == 0
    assert np.all(bars.high[flat] == bars.low[flat])
    assert np.all(bars.close[1:][flat[1:]] == bars.close[:-1][flat[1:]])


@pytest.mark.parametrize("market_id", ["BTCUSDT", "THINUSDT"])
def test_prices_run_on_across_the_seam_of_two_chunks(feed, market_id):
    bars = feed.bars(market_id, "1m", SEAM - 60_000, SEAM)
    tick = 10.0 ** -feed.listings[market_id].price_decimals
    assert len(bars) == 2
    assert abs(bars.open[1] - bars.close[0]) < 1.5 * tick


def test_most_candles_open_at_the_previous_close(history):
    assert np.mean(history.open[1:] == history.close[:-1]) == pytest.approx(0.9, abs=0.01)


def test_every_timeframe_is_gathered_from_the_same_minutes(feed):
    minutes = feed.bars("SOLUSDT", "1m", SEAM, SEAM + 86_400_000 - 1)
    hours = feed.bars("SOLUSDT", "1h", SEAM, SEAM + 86_400_000 - 1)
    assert same(aggregate(minutes, 3_600_000), hours)


def test_an_outage_is_flat_then_absent_in_every_market(feed):
    (outage, *_) = feed.outages(datetime(2024, 1, 1, tzinfo=UTC), datetime(2025, 7, 1, tzinfo=UTC))
    begin, absent_from, until = (
        milliseconds(moment) for moment in (outage.flat_from, outage.absent_from, outage.until)
    )
    for market_id in feed.listings:
        bars = feed.bars(market_id, "5m", begin, until)
        assert bars.open_time.tolist() == [*range(begin, absent_from, FIVE_MINUTES), until]
        assert np.all(bars.volume[:-1] == 0)
        assert len(set(bars.close[:-1].tolist())) == 1
    assert feed.bars("BTCUSDT", "5m", until, until).volume[0] > 0


def test_each_half_year_of_180_days_has_one_outage(feed, history):
    start = datetime(2024, 1, 1, tzinfo=UTC)
    outages = feed.outages(start, start + timedelta(milliseconds=EIGHTEEN_MONTHS))
    half_years = [(outage.flat_from - ORIGIN).days // 180 for outage in outages]
    assert half_years == list(range(half_years[0], half_years[0] + len(outages)))
    assert len(outages) == 3
    absent = sum((outage.until - outage.absent_from) // timedelta(minutes=5) for outage in outages)
    assert len(history) == 155_520 - absent


def test_the_thin_market_has_bars_without_trades_and_the_others_have_none(feed):
    quiet = START + 10 * 86_400_000
    thin = feed.bars("THINUSDT", "5m", START, quiet)
    assert 0.1 < np.mean(thin.volume == 0) < 0.4
    assert np.all(feed.bars("BTCUSDT", "5m", START, quiet).volume > 0)


def test_volatility_clusters_has_fat_tails_and_a_daily_season(history):
    returns = np.diff(np.log(history.close))
    size = np.abs(returns)
    kurtosis = np.mean((returns - returns.mean()) ** 4) / returns.var() ** 2
    assert kurtosis > 6
    assert np.corrcoef(size[12:], size[:-12])[0, 1] > 0.2
    hour = history.open_time[1:] // 3_600_000 % 24
    assert size[hour == 15].mean() > 1.8 * size[hour == 3].mean()
    volume = np.log(history.volume[1:] + 1e-5)
    assert np.corrcoef(volume, size)[0, 1] > 0.4


def test_other_markets_may_be_listed():
    feed = SimulatedFeed(markets=(SimulatedMarket("PEPE", 1e-5, 0.001, 1e6, price_decimals=8),))
    assert list(feed.listings) == ["PEPEUSDT"]
    assert 1e-7 < feed.bars("PEPEUSDT", "1h", START, START).close[0] < 1e-3


def test_history_may_begin_with_the_very_first_chunk():
    bars = SimulatedFeed(since=ORIGIN).bars("BTCUSDT", "1h", 0, milliseconds(ORIGIN) + 7_200_000)
    assert len(bars) == 3


@pytest.mark.parametrize(
    "arguments",
    [
        {"seed": -1},
        {"edge": 1.5},
        {"edge": float("nan")},
        {"since": datetime(2016, 12, 31, tzinfo=UTC)},
        {"since": datetime(2024, 1, 1)},  # noqa: DTZ001
    ],
)
def test_a_market_that_cannot_be_simulated_is_refused(arguments):
    with pytest.raises(InvalidSettings, match="simulated market"):
        SimulatedFeed(**arguments)
