"""Open signals, judged again whenever a bar has closed."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from traderai_assets.domain.months import Month
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.signal_outcomes import SIGNAL_OUTCOMES
from traderai_assets.schemas.signals import SIGNALS

NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
FEBRUARY, MARCH = Month(2026, 2), Month(2026, 3)
HOUR = timedelta(hours=1)
BTC = "binance.BTC-USDT.1h"


@pytest.fixture
def given(platform, rows_of):
    """Store one signal a bar, of bars that opened then."""

    def store(month, *opened):
        frame = rows_of(
            SIGNALS,
            open_time=list(opened),
            decided_at=[time + HOUR for time in opened],
            valid_until=[time + 5 * HOUR for time in opened],
            width=0.1,
            reference_price=100.0,
            target_price=110.0,
            stop_price=90.0,
        )
        platform.put(SIGNALS, month, frame)

    return store


@pytest.fixture
def judged(platform, rows_of):
    """Store how signals ended."""

    def store(month, **endings):
        opened = list(endings.values())
        ended = [None if how == "open" else time + HOUR for how, time in endings.items()]
        known = [None if end is None else 0.5 for end in ended]
        frame = rows_of(
            SIGNAL_OUTCOMES,
            open_time=opened,
            status=list(endings),
            ended_at=ended,
            exit_price=known,
            gross_return=known,
        )
        platform.put(SIGNAL_OUTCOMES, month, frame)

    return store


def test_a_market_without_candles_or_signals_has_nothing_to_settle(platform):
    assert platform.tick("expiring_signals").reason == f"{BTC} has no candles"
    platform.put_bars(MARCH.start, NOON, CANDLES)
    assert platform.tick("expiring_signals").reason == f"{BTC} has no open signals"


def test_a_signal_is_judged_once_for_each_bar_that_closes(platform, given):
    given(MARCH, NOON - 3 * HOUR)
    platform.put_bars(MARCH.start, NOON, CANDLES)
    first, second = platform.tick("expiring_signals"), platform.tick("expiring_signals")
    assert first.request.job_name == "expire_signals"
    assert first.months == (f"{BTC}|2026-03", f"{BTC}|2026-03")
    assert first.request.run_key == second.request.run_key
    platform.run(first.request, dg.DagsterRunStatus.SUCCESS)
    assert platform.tick("expiring_signals").requests == []
    platform.put_bars(MARCH.start, NOON + HOUR, CANDLES)
    assert platform.tick("expiring_signals").request.run_key != first.request.run_key


def test_a_signal_of_the_last_bar_waits_for_the_next(platform, given):
    given(MARCH, NOON - HOUR)
    platform.put_bars(MARCH.start, NOON, CANDLES)
    assert platform.tick("expiring_signals").reason == f"1 open signals of {BTC} are judged"


def test_a_signal_that_has_ended_is_let_be_and_one_still_open_is_not(platform, given, judged):
    given(MARCH, NOON - 9 * HOUR, NOON - 8 * HOUR)
    platform.put_bars(MARCH.start, NOON, CANDLES)
    judged(MARCH, target=NOON - 9 * HOUR, open=NOON - 8 * HOUR)
    assert f"{BTC} has 1 open signals, the oldest past" in platform.tick("expiring_signals").log
    judged(MARCH, target=NOON - 9 * HOUR, expired=NOON - 8 * HOUR)
    assert platform.tick("expiring_signals").reason == f"{BTC} has no open signals"


def test_a_signal_that_lives_on_into_the_next_month_asks_for_both(platform, given, judged):
    last = FEBRUARY.end - HOUR
    given(FEBRUARY, last - HOUR)
    judged(FEBRUARY, open=last - HOUR)
    platform.put_bars(FEBRUARY.start, MARCH.start + 2 * HOUR, CANDLES)
    assert platform.tick("expiring_signals").months == (f"{BTC}|2026-02", f"{BTC}|2026-03")
    judged(MARCH, expired=last - HOUR)
    assert platform.tick("expiring_signals").reason == f"{BTC} has no open signals"


def test_signals_that_are_being_judged_are_left_alone(platform, given):
    given(MARCH, NOON - 3 * HOUR)
    platform.put_bars(MARCH.start, NOON, CANDLES)
    platform.run(platform.tick("expiring_signals").request, dg.DagsterRunStatus.STARTED)
    platform.put_bars(MARCH.start, NOON + HOUR, CANDLES)
    assert platform.tick("expiring_signals").reason == f"open signals of {BTC} are being judged"
