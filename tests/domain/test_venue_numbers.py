"""A venue's numbers: whatever it says, no door closes for longer than is believed."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traderai_assets.domain.venue_numbers import (
    MAX_COST_SECONDS,
    MAX_PAUSE_SECONDS,
    clock_fault,
    cost_seconds,
    is_moment,
    pause_seconds,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HEADERS = st.one_of(st.none(), st.text(max_size=40), st.floats().map(str), st.integers().map(str))


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ("7", 7),
        ("0.5", 0.5),
        ("Sun, 01 Mar 2026 12:00:30 GMT", 30),
        ("1e12", MAX_PAUSE_SECONDS),
        ("inf", MAX_PAUSE_SECONDS),
        ("9" * 400, MAX_PAUSE_SECONDS),
        ("Wed, 01 Jan 2099 00:00:00 GMT", MAX_PAUSE_SECONDS),
        ("nan", 0),
        ("-5", 0),
        ("Sun, 01 Mar 2020 12:00:30 GMT", 0),
        ("Sun, 01 Mar 99999999999999999999 12:00:30 GMT", 0),
        ("soon", 0),
        (None, 0),
    ],
)
def test_a_pause_is_what_was_asked_for_within_reason(asked, seconds):
    assert pause_seconds(asked, None, NOW) == seconds


def test_a_date_is_counted_from_the_servers_own_clock_where_it_tells_one():
    until, there = "Sun, 01 Mar 2026 14:00:10 GMT", "Sun, 01 Mar 2026 14:00:00 GMT"
    assert pause_seconds(until, there, NOW) == 10
    assert pause_seconds(until, "whenever", NOW) == MAX_PAUSE_SECONDS


@given(HEADERS, HEADERS)
def test_no_header_whatever_pauses_for_longer_than_is_believed(asked, date):
    assert 0 <= pause_seconds(asked, date, NOW) <= MAX_PAUSE_SECONDS


@given(st.floats(), st.floats())
def test_no_request_costs_more_than_is_believed(cost, each):
    assert 0 <= cost_seconds(cost, each) <= MAX_COST_SECONDS
    assert not math.isnan(cost_seconds(cost, each))


@pytest.mark.parametrize("apart", [timedelta(days=-1), timedelta(0), timedelta(days=1)])
def test_a_clock_within_a_day_of_ours_is_believed(apart):
    assert clock_fault(NOW + apart, NOW) is None


@pytest.mark.parametrize("years", [-5, -1, 1, 60])
def test_a_clock_that_is_years_off_is_not_and_both_times_are_told(years):
    fault = clock_fault(NOW + timedelta(days=365 * years), NOW)
    assert "2026-03-01 12:00 UTC" in fault
    assert "set this machine's clock" in fault


def test_what_replays_the_past_may_be_late_and_never_early():
    assert clock_fault(NOW - timedelta(days=900), NOW, may_be_late=True) is None
    assert clock_fault(NOW + timedelta(days=2), NOW, may_be_late=True)


@pytest.mark.parametrize("reading", [None, True, 0, -1, 10**15, 1.5, "1700000000000", math.nan])
def test_what_is_no_moment_is_none(reading):
    assert not is_moment(reading)
    assert is_moment(1_700_000_000_000)
