"""The grid of times: bars open on multiples of their length, and close where the next one opens."""

from datetime import UTC, datetime, timedelta

import pytest

from traderai_assets.domain.candles.frames import bar_at, first_bar_from, last_close

HOUR = timedelta(hours=1)
AT_TEN = datetime(2026, 3, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize("after", [timedelta(), timedelta(seconds=1), HOUR - timedelta(seconds=1)])
def test_the_last_close_is_the_last_multiple_of_the_bar_that_is_not_ahead(after):
    assert last_close(AT_TEN + after, HOUR) == AT_TEN == bar_at(AT_TEN + after, HOUR)


def test_the_last_close_is_the_same_instant_whatever_zone_the_clock_tells_it_in():
    far = AT_TEN.astimezone(datetime.strptime("+0545", "%z").tzinfo)
    assert last_close(far + timedelta(minutes=20), HOUR) == AT_TEN


def test_a_bar_that_opens_at_a_moment_is_the_first_from_it():
    assert first_bar_from(AT_TEN, HOUR) == AT_TEN
    assert first_bar_from(AT_TEN + timedelta(seconds=1), HOUR) == AT_TEN + HOUR
