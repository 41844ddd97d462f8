"""History that was never fetched, or not to its end; and bars that have closed since."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import pandas as pd
import pytest

from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.instance.market_notes import note_answered, note_refused, refusal_of
from traderai_assets.schemas.candles import CANDLE_ASKS, CANDLE_GAPS, CANDLES
from traderai_assets.schemas.features import FEATURES

NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
FEBRUARY, MARCH = Month(2026, 2), Month(2026, 3)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BTC = "binance.BTC-USDT.1h"


def test_a_market_of_the_settings_becomes_a_partition_and_its_history_is_asked_for(platform):
    tick = platform.tick("stale_candles")
    assert platform.instance.get_dynamic_partitions("markets") == [BTC]
    assert tick.request.job_name == "backfill"
    # 40 days before 20 March is 8 February.
    assert tick.months == (f"{BTC}|2026-02", f"{BTC}|2026-03")


def test_a_tick_that_runs_twice_asks_for_the_same_once(platform):
    first, second = platform.tick("stale_candles"), platform.tick("stale_candles")
    assert first.request.run_key == second.request.run_key
    platform.run(first.request, dg.DagsterRunStatus.STARTING)
    assert platform.tick("stale_candles").reason == f"{BTC} is being fetched"


def test_a_market_that_is_up_to_date_is_left_alone_and_the_reason_says_so(platform):
    platform.put_bars(FEBRUARY.start, NOON)
    tick = platform.tick("stale_candles")
    assert (tick.requests, tick.reason) == ([], f"{BTC} is up to date")


def test_the_open_month_is_updated_once_for_each_bar_that_closes(platform):
    platform.put_bars(FEBRUARY.start, NOON)
    platform.sandbox.clock.set(NOON + HOUR + timedelta(seconds=6))
    first = platform.tick("stale_candles")
    assert first.request.job_name == "update_latest"
    assert first.months == (f"{BTC}|2026-03", f"{BTC}|2026-03")
    platform.run(first.request, dg.DagsterRunStatus.SUCCESS)
    again = platform.tick("stale_candles")
    assert (again.requests, "1 bars before" in again.reason) == ([], True)
    assert "; the run that was asked for ended at " in again.reason
    platform.sandbox.clock.advance(3600)
    assert platform.tick("stale_candles").request.run_key != first.request.run_key


def test_a_bar_is_not_missed_before_its_grace_is_over(platform):
    platform.put_bars(FEBRUARY.start, NOON)
    grace = platform.settings.sensors.grace_seconds
    platform.sandbox.clock.set(NOON + HOUR + timedelta(seconds=grace - 0.5))
    assert platform.tick("stale_candles").reason == f"{BTC} is up to date"


@pytest.mark.parametrize("job", ["backfill", "update_latest"])
def test_a_market_that_is_being_fetched_is_not_asked_for_again(platform, job):
    request = platform.tick("stale_candles").request
    platform.run(request._replace(job_name=job), dg.DagsterRunStatus.STARTED)
    tick = platform.tick("stale_candles")
    assert (tick.requests, tick.reason) == ([], f"{BTC} is being fetched")


@pytest.mark.parametrize("tables", [(CANDLES, FEATURES), (CANDLES,)])
def test_a_month_that_a_killed_fetch_left_unfinished_is_fetched_again(platform, tables):
    end = NOON if tables == (CANDLES,) else FEBRUARY.start + timedelta(days=9)
    platform.put_bars(FEBRUARY.start, end, *tables)
    platform.put_bars(MARCH.start, NOON)
    tick = platform.tick("stale_candles")
    assert tick.request.job_name == "backfill"
    assert tick.months == (f"{BTC}|2026-02", f"{BTC}|2026-03")


def silent(platform, hours, *, kind, asked=()):
    """Let February end in silence; `asked` is when it was asked for first and last, how often."""
    silence = FEBRUARY.end - hours * HOUR
    gap = pd.DataFrame(
        {"start": [silence], "end": [FEBRUARY.end], "absent_bars": hours, "flat_bars": 0}
    ).assign(kind=kind)
    platform.put_bars(FEBRUARY.start, silence)
    platform.put_bars(MARCH.start, NOON)
    platform.put(CANDLE_GAPS, FEBRUARY, gap.astype(CANDLE_GAPS.dtypes))
    if asked:
        first, last, times = asked
        record = gap[["start", "end"]].assign(
            first_seen=first, last_asked=last, times_asked=times, came_back="nothing"
        )
        platform.put(CANDLE_ASKS, FEBRUARY, record.astype(CANDLE_ASKS.dtypes))


def test_a_month_that_ended_in_silence_is_whole(platform):
    platform.put_bars(FEBRUARY.start, FEBRUARY.end - 3 * HOUR)
    platform.put_bars(MARCH.start, NOON)
    assert platform.tick("stale_candles").request.job_name == "backfill"
    silent(platform, 3, kind="outage", asked=(NOON - 40 * DAY, NOON - 30 * DAY, 7))
    assert platform.tick("stale_candles").reason == f"{BTC} is up to date"


def test_silence_that_nobody_believes_yet_is_told_with_the_time_it_is_asked_for_again(platform):
    silent(platform, 3, kind="unheard", asked=(NOON, NOON, 1))
    assert platform.tick("stale_candles").reason == (
        f"{BTC} is up to date; 3 absent bars from 2026-02-28 on are not believed to be absent, "
        "and asked for again from 2026-03-20 12:10 UTC on"
    )


def test_absent_bars_are_asked_for_when_they_are_due_once_an_hour_by_a_run_that_says_so(platform):
    silent(platform, 3, kind="unheard", asked=(NOON - HOUR, NOON - HOUR, 1))
    tick = platform.tick("stale_candles")
    assert tick.request.job_name == "backfill"
    # March's features begin with the memory of February
    assert tick.months == (f"{BTC}|2026-02", f"{BTC}|2026-03")
    assert tick.request.tags[".dagster/traderai.by_schedule"] == "true"
    platform.run(tick.request, dg.DagsterRunStatus.FAILURE)
    assert platform.tick("stale_candles").requests == []


def test_gaps_from_before_there_was_a_ledger_of_asks_are_asked_for_at_once(platform):
    silent(platform, 672, kind="not_listed")
    assert "672 absent bars of" in platform.tick("stale_candles").log


def test_bars_that_have_closed_come_before_what_is_due_but_not_for_ever(platform):
    silent(platform, 3, kind="unheard", asked=(NOON, NOON, 1))
    platform.sandbox.clock.set(NOON + HOUR + timedelta(minutes=1))
    assert platform.tick("stale_candles").request.job_name == "update_latest"
    platform.sandbox.clock.set(NOON + 2 * HOUR)
    assert platform.tick("stale_candles").request.job_name == "backfill"


def test_a_market_without_candles_for_a_day_is_asked_about_once_an_hour(platform):
    platform.configure(markets=("binance:BTC/USDT",), timeframe="5m")
    five = Market("binance", "BTC/USDT", "5m")
    platform.put_bars(FEBRUARY.start, NOON, market=five)
    keys = set()
    for minutes in range(0, 60, 5):
        platform.sandbox.clock.set(NOON + 2 * DAY + timedelta(minutes=minutes, seconds=10))
        keys.add(platform.tick("stale_candles").request.run_key)
    assert len(keys) == 2  # The bar that is due at 0 minutes opened in the hour before


def test_history_that_cannot_be_had_does_not_cost_the_market_its_newest_bars(platform):
    request = platform.tick("stale_candles").request
    platform.run(request, dg.DagsterRunStatus.FAILURE)
    tick = platform.tick("stale_candles")
    assert tick.request.job_name == "update_latest"
    assert tick.months[1] == f"{BTC}|2026-03"


def test_the_month_that_has_just_closed_is_the_updates_until_it_is_settled(platform):
    april = MARCH.end
    platform.put_bars(FEBRUARY.start, april - HOUR)
    platform.sandbox.clock.set(april + timedelta(seconds=30))
    early = platform.tick("stale_candles")
    assert early.request.job_name == "update_latest"
    assert early.months == (f"{BTC}|2026-03", f"{BTC}|2026-03")
    platform.sandbox.clock.set(april + 12 * HOUR)
    assert platform.tick("stale_candles").request.job_name == "backfill"


def test_the_open_month_of_the_exchange_is_noted_for_the_queue(platform):
    platform.tick("stale_candles")
    cursor = "traderai/open_month/binance"
    assert platform.instance.run_storage.get_cursor_values({cursor}) == {cursor: "2026-03"}


def test_a_refused_market_is_asked_for_when_its_time_has_come_and_not_before(platform):
    market = platform.settings.market(BTC)
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    note_refused(platform.instance, BTC, "binance has no such market")
    tick = platform.tick("stale_candles")
    assert tick.requests == []
    assert tick.reason.startswith(f"{BTC} is refused since")
    assert platform.tick("stale_models").reason.startswith(
        f"no model of {BTC} is trained: it is ref"
    )
    note_answered(platform.instance, BTC, "market")
    note_refused(platform.instance, BTC, "binance has no such market", now=long_ago)
    asked = platform.tick("stale_candles").request
    assert asked.job_name == "backfill"  # The slot of the updates is other markets'
    assert asked.run_key.endswith(":1")
    platform.run(asked, dg.DagsterRunStatus.FAILURE)
    assert platform.tick("stale_models").requests == []
    assert market.key == BTC


def test_history_that_is_refused_for_good_rests_and_the_newest_bars_go_on(platform):
    note_refused(platform.instance, BTC, "asked for too old a span", scope="backfill")
    assert platform.tick("stale_candles").request.job_name == "update_latest"
    note_refused(platform.instance, BTC, "no", scope="update_latest")
    tick = platform.tick("stale_candles")
    assert tick.requests == []
    assert f"but {BTC} fails for good in update_latest since" in tick.reason


def test_an_exchange_that_nobody_knows_is_noted_without_any_run(platform):
    platform.configure(markets=("binanse:BTC/USDT",))
    first, second = platform.tick("stale_candles"), platform.tick("stale_candles")
    key = "binanse.BTC-USDT.1h"
    assert (first.requests, second.requests) == ([], [])
    assert second.reason.startswith(f"{key} is refused since")
    assert refusal_of(platform.instance, key).times == 1
    note_answered(platform.instance, key, "market")
