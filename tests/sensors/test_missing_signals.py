"""Bars that have closed and of which a strategy that speaks has said nothing."""

from datetime import UTC, datetime, timedelta

import dagster as dg

from traderai_assets.domain.months import Month
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.predictions import PREDICTIONS

NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
MARCH, APRIL = Month(2026, 3), Month(2026, 4)
HOUR = timedelta(hours=1)
BTC = "binance.BTC-USDT.1h"
CHAMPION = "1" * 32


def test_a_market_without_a_champion_is_silent(platform):
    platform.put_bars(MARCH.start, NOON, FEATURES)
    assert platform.tick("missing_signals").reason == f"strategy default does not speak for {BTC}"


def test_a_strategy_that_may_not_speak_owes_nothing(platform):
    platform.put_bars(MARCH.start, NOON, FEATURES)
    platform.crown(CHAMPION, NOON - HOUR, promote=False)
    assert platform.tick("missing_signals").reason == f"strategy default does not speak for {BTC}"


def test_bars_from_before_its_reign_are_not_the_champions(platform):
    platform.put_bars(MARCH.start, NOON, FEATURES)
    platform.crown(CHAMPION, NOON)
    assert platform.tick("missing_signals").reason.endswith(f"has spoken of every bar of {BTC}")


def test_bars_that_closed_since_its_reign_began_are_asked_for_once(platform):
    platform.crown(CHAMPION, NOON - 3 * HOUR)
    platform.put_bars(MARCH.start, NOON, FEATURES)
    first, second = platform.tick("missing_signals"), platform.tick("missing_signals")
    assert first.request.job_name == "generate_signals"
    assert first.months == (f"{BTC}|2026-03", f"{BTC}|2026-03")
    assert f"3 bars of {BTC} have closed" in first.log
    assert first.request.run_key == second.request.run_key
    platform.run(first.request, dg.DagsterRunStatus.STARTED)
    assert platform.tick("missing_signals").reason == f"strategy default is being asked about {BTC}"


def test_only_what_it_has_not_spoken_of_is_asked_for(platform):
    platform.crown(CHAMPION, NOON - 9 * HOUR)
    platform.put_bars(MARCH.start, NOON, FEATURES)
    platform.put_bars(NOON - 9 * HOUR, NOON - HOUR, PREDICTIONS)
    assert f"1 bars of {BTC}" in platform.tick("missing_signals").log
    platform.put_bars(NOON - 9 * HOUR, NOON, PREDICTIONS)
    tick = platform.tick("missing_signals")
    assert (tick.requests, tick.reason) == (
        [],
        f"strategy default has spoken of every bar of {BTC}",
    )


def test_each_bar_that_closes_is_a_new_cause(platform):
    platform.crown(CHAMPION, NOON - HOUR)
    platform.put_bars(MARCH.start, NOON, FEATURES)
    before = platform.tick("missing_signals").request.run_key
    platform.put_bars(MARCH.start, NOON + HOUR, FEATURES)
    assert platform.tick("missing_signals").request.run_key != before


def test_silence_across_the_end_of_a_month_asks_for_both_months(platform):
    platform.crown(CHAMPION, MARCH.end - HOUR)
    platform.put_bars(MARCH.start, MARCH.end, FEATURES)
    assert platform.tick("missing_signals").months == (f"{BTC}|2026-03", f"{BTC}|2026-03")
    platform.put_bars(MARCH.end, MARCH.end + HOUR, FEATURES)
    assert platform.tick("missing_signals").months == (f"{BTC}|2026-03", f"{BTC}|2026-04")


def test_bars_that_closed_after_it_was_silenced_are_not_owed(platform):
    platform.crown(CHAMPION, NOON - 9 * HOUR, NOON - 4 * HOUR)
    platform.put_bars(MARCH.start, NOON, FEATURES)
    platform.put_bars(NOON - 9 * HOUR, NOON - 6 * HOUR, PREDICTIONS)
    assert f"2 bars of {BTC}" in platform.tick("missing_signals").log
    platform.put_bars(NOON - 9 * HOUR, NOON - 4 * HOUR, PREDICTIONS)
    assert platform.tick("missing_signals").requests == []


def test_bars_of_the_time_between_two_of_its_periods_are_not_owed(platform):
    platform.crown(CHAMPION, NOON - 9 * HOUR, NOON - 7 * HOUR, NOON - 2 * HOUR)
    platform.put_bars(MARCH.start, NOON, FEATURES)
    platform.put_bars(NOON - 9 * HOUR, NOON - 7 * HOUR, PREDICTIONS)
    assert f"2 bars of {BTC}" in platform.tick("missing_signals").log
