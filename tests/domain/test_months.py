import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traderai_assets.domain.errors import InvalidMonth
from traderai_assets.domain.markets import BARS
from traderai_assets.domain.months import Month, months_back, months_between

MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(MOMENTS)
def test_a_moment_lies_in_its_month(moment):
    month = Month.of(moment)
    assert month.start <= moment < month.end
    assert Month.parse(month.key) == month


@given(MOMENTS, MOMENTS)
def test_months_between_cover_the_stretch_without_overlap(start, end):
    months = months_between(start, end)
    if end <= start:
        assert months == []
    else:
        assert months[0].start <= start
        assert months[-1].start < end <= months[-1].end
        assert all(b == a.shift(1) for a, b in itertools.pairwise(months))


def test_a_month_that_ends_at_midnight_does_not_meet_the_next():
    january = Month(2026, 1)
    assert months_between(january.start, january.end) == [january]
    assert months_between(january.start, january.end + timedelta(seconds=1))[-1] == Month(2026, 2)


def test_a_year_has_a_border_on_both_sides():
    assert Month(2026, 1).shift(-1).key == "2025-12"
    assert Month(2026, 12).shift(1).key == "2027-01"


@pytest.mark.parametrize(
    "key", ["", "2026", "2026-13", "2026-1", "2026-01-01", "../../x", "x" * 99]
)
def test_what_is_no_month_is_refused(key):
    with pytest.raises(InvalidMonth, match="YYYY-MM"):
        Month.parse(key)


HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("bar", "bars", "months"),
    [
        (DAY, 0, 0),
        (DAY, 1, 1),
        (DAY, 28, 1),
        (DAY, 29, 2),
        (DAY, 59, 2),  # February and March, or January and February
        (DAY, 60, 3),
        (HOUR, 672, 1),
        (HOUR, 673, 2),
        (timedelta(minutes=5), 300, 1),
        (4 * HOUR, 300, 2),
        (DAY, 300, 10),
        (DAY, 365, 12),
        (DAY, 366, 13),
        (DAY, 1460, 48),
    ],
)
def test_so_many_months_before_any_month_surely_hold_the_bars(bar, bars, months):
    assert months_back(bar, bars) == months


@given(st.sampled_from(list(BARS.values())), st.integers(1, 1000), st.integers(2017, 2060))
def test_one_month_less_would_not_always_hold_them(bar, bars, year):
    months = months_back(bar, bars)
    starts = [Month(year + of_four, number) for of_four in range(4) for number in range(1, 13)]
    held = [(one.start - one.shift(-months).start) >= bars * bar for one in starts]
    short = [(one.start - one.shift(1 - months).start) >= bars * bar for one in starts]
    assert all(held)
    assert not all(short)
