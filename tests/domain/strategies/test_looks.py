"""The calendar of looks, and what each may spend."""

from dataclasses import replace

import pandas as pd
import pytest

from tests.domain.strategies.days import START
from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.strategies.looks import Look, LookCalendar, allowance

CALENDAR = LookCalendar(START)
LOOK = Look(
    number=1,
    day=CALENDAR.day_of(1),
    fraction=1 / 3,
    strategies=1,
    alpha_spent=0.0,
    bound=None,
    t=1.25,
    intercept_t=1.0,
    max_drawdown=0.1,
    stepwise_t=None,
    stepwise_critical=None,
    days=181,
    trades=300,
    exposure_days=100,
    passed=False,
)


def made(*strategies):
    """Looks as they follow on each other when so many were registered at each."""
    looks = []
    for number, count in enumerate(strategies, start=1):
        fraction = CALENDAR.fraction_of(number)
        may = allowance(looks, fraction, alpha=0.04, strategies=count)
        look = replace(
            LOOK,
            number=number,
            day=CALENDAR.day_of(number),
            fraction=fraction,
            strategies=count,
            alpha_spent=may.alpha_spent,
            bound=may.bound,
        )
        looks.append(look)
    return looks


def test_looks_are_days_of_the_calendar():
    days = [f"{CALENDAR.day_of(number):%Y-%m-%d}" for number in CALENDAR.looks]
    assert days == ["2023-07-01", "2023-10-01", "2024-01-01", "2024-04-01", "2024-07-01"]
    assert [CALENDAR.fraction_of(n) for n in CALENDAR.looks] == [
        6 / 18,
        9 / 18,
        12 / 18,
        15 / 18,
        1,
    ]


def test_a_longer_record_has_as_many_looks_at_the_same_fractions():
    eight_years = LookCalendar.over(START, 96)
    assert eight_years.months == (32, 48, 64, 80, 96)
    assert [eight_years.fraction_of(n) for n in eight_years.looks] == [
        CALENDAR.fraction_of(n) for n in CALENDAR.looks
    ]
    with pytest.raises(InvalidInput, match="20 months; expected a multiple of 6"):
        LookCalendar.over(START, 20)


def test_each_strategy_has_an_equal_part():
    alone, five = made(1, 1, 1, 1, 1), made(5, 5, 5, 5, 5)
    assert alone[-1].alpha_spent == pytest.approx(0.04)
    assert five[-1].alpha_spent == pytest.approx(0.008)
    assert all(one.bound < other.bound for one, other in zip(alone, five, strict=True))
    assert alone[-1].bound == pytest.approx(1.8517, abs=1e-4)
    assert five[-1].bound == pytest.approx(2.4668, abs=1e-4)


def test_what_is_registered_later_changes_the_next_look_and_no_past_one():
    few, more = made(1, 1, 1, 1, 1), made(1, 1, 2, 2, 2)
    assert more[:2] == few[:2]
    assert more[2].bound > few[2].bound
    assert more[-1].alpha_spent == pytest.approx(0.02)
    # Of .02 together two looks have spent more than they would have among two: the rest has less
    assert more[2].bound > made(2, 2, 2)[2].bound


def test_where_more_was_spent_than_there_is_left_a_look_has_no_bound_and_spends_nothing():
    looks = made(1, 1, 1, 20, 20)
    assert looks[2].alpha_spent > 0.04 / 20
    assert [look.bound for look in looks[3:]] == [None, None]
    assert looks[-1].alpha_spent == looks[2].alpha_spent


def test_a_look_that_was_passed_over_leaves_its_part_to_the_next():
    first = allowance([], CALENDAR.fraction_of(5), alpha=0.04, strategies=1)
    assert first.bound == pytest.approx(1.750686, abs=1e-5)


def test_strategies_never_become_fewer():
    with pytest.raises(InvalidInput, match=r"2 strategies ever registered.*there were 3"):
        allowance(made(3), 0.5, alpha=0.04, strategies=2)


def test_a_look_comes_back_from_a_table_as_it_was():
    looks = [*made(20, 20, 20), replace(LOOK, stepwise_t=2.5, stepwise_critical=2.0, passed=True)]
    table = pd.DataFrame([look.to_row() for look in looks])
    assert [Look.from_row(row) for row in table.to_dict("records")] == looks
    assert looks[0].bound is None


@pytest.mark.parametrize("months", [(), (0, 6), (6, 6), (9, 6)])
def test_looks_that_do_not_rise_are_refused(months):
    with pytest.raises(InvalidInput, match="expected rising numbers from 1"):
        LookCalendar(START, months)


@pytest.mark.parametrize("day", [pd.Timestamp("2023-01-01"), START + pd.Timedelta(hours=1)])
def test_a_record_begins_at_midnight_utc(day):
    with pytest.raises(InvalidInput, match="expected midnight UTC"):
        LookCalendar(day)
