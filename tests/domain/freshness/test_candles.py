"""Which markets are behind, and which months bring them up to date."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traderai_assets.domain.freshness.candles import last_due_bar, stale_candles
from traderai_assets.domain.months import Month

BTC = "binance.BTC-USDT.5m"
HOURLY = "binance.BTC-USDT.1h"
GRACE = timedelta(seconds=5)
MARCH, APRIL = Month(2026, 3), Month(2026, 4)


def at(day, hour=0, minute=0, second=0, month=4):
    return datetime(2026, month, day, hour, minute, second, tzinfo=UTC)


def test_the_last_bar_due_closed_a_grace_ago():
    bar = timedelta(minutes=5)
    assert last_due_bar(at(1, 12, 10, 5), bar, GRACE) == at(1, 12, 5)
    assert last_due_bar(at(1, 12, 10, 4), bar, GRACE) == at(1, 12, 0)


def test_a_market_with_the_last_bar_due_is_not_stale():
    assert stale_candles({BTC: at(1, 12, 5)}, at(1, 12, 14, 59), grace=GRACE) == []


def test_a_market_is_stale_once_the_grace_is_over_and_says_by_how_much():
    now = at(10, 12, 15, 5)
    (verdict,) = stale_candles({BTC: at(10, 12, 0)}, now, grace=GRACE)
    assert verdict.months == (APRIL,)
    assert verdict.behind == timedelta(minutes=10)
    assert "ends with the bar of 2026-04-10 12:00 UTC, 2 bars before" in verdict.reason


def test_each_market_is_measured_by_its_own_bar():
    last = at(10, 11)
    stale = stale_candles({BTC: last, HOURLY: last}, at(10, 12, 30), grace=GRACE)
    assert [verdict.market for verdict in stale] == [BTC]


def test_a_market_without_candles_asks_for_the_open_month():
    (verdict,) = stale_candles({BTC: None}, at(10), grace=GRACE)
    assert (verdict.months, verdict.behind) == ((APRIL,), None)
    assert "has no candles" in verdict.reason


@pytest.mark.parametrize(
    ("last", "months"),
    [
        (at(31, 23, 50, month=3), (MARCH, APRIL)),
        (at(31, 23, 55, month=3), (APRIL,)),
        (at(3, 0, 0, month=1), (MARCH, APRIL)),
    ],
)
def test_the_month_before_is_asked_for_while_its_last_bars_are_not_stored(last, months):
    (verdict,) = stale_candles({BTC: last}, at(1, 3), grace=GRACE)
    assert verdict.months == months


def test_the_month_before_is_asked_for_again_while_its_tail_may_be_revised():
    last = at(31, 23, 55, month=3)
    (early,) = stale_candles({BTC: last}, at(1, 0, 50), grace=GRACE, tail_bars=12)
    (later,) = stale_candles({BTC: last}, at(1, 1, 5), grace=GRACE, tail_bars=12)
    assert early.months == (MARCH, APRIL)
    assert later.months == (APRIL,)


def test_a_tail_of_many_days_asks_for_every_month_it_lies_in():
    daily = "binance.BTC-USDT.1d"
    [found] = stale_candles({daily: at(9)}, at(11, 1), grace=GRACE, tail_bars=70)
    assert found.months == (Month(2026, 1), Month(2026, 2), MARCH, APRIL)


def test_the_stroke_of_a_month_still_asks_for_the_month_of_the_bar_that_closed():
    (verdict,) = stale_candles({BTC: at(31, 23, 50, month=3)}, at(1, 0, 0, 5), grace=GRACE)
    assert verdict.months == (MARCH,)


def test_a_clock_set_back_makes_nothing_stale():
    assert stale_candles({BTC: at(10, 12)}, at(10, 11), grace=GRACE) == []


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)))  # noqa: DTZ001
def test_storing_the_bar_that_was_due_always_satisfies(moment):
    now = moment.replace(tzinfo=UTC)
    due = last_due_bar(now, timedelta(minutes=5), GRACE)
    assert due + timedelta(minutes=5) + GRACE <= now < due + timedelta(minutes=10) + GRACE
    assert stale_candles({BTC: due}, now, grace=GRACE) == []
    (verdict,) = stale_candles({BTC: due - timedelta(minutes=5)}, now, grace=GRACE)
    assert verdict.months[-1] == Month.of(due)
