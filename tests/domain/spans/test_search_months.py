"""Which month's search decides for which model."""

from datetime import UTC, datetime

import pytest

from traderai_assets.domain.limits import SEARCH_CADENCES
from traderai_assets.domain.months import Month
from traderai_assets.domain.spans.look_back import LookBack
from traderai_assets.domain.spans.search_months import (
    months_of_refits,
    search_look_back,
    search_month,
)


@pytest.mark.parametrize(
    ("every", "found"),
    [
        (1, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
        (2, [1, 1, 3, 3, 5, 5, 7, 7, 9, 9, 11, 11]),
        (3, [1, 1, 1, 4, 4, 4, 7, 7, 7, 10, 10, 10]),
        (4, [1, 1, 1, 1, 5, 5, 5, 5, 9, 9, 9, 9]),
        (6, [1] * 6 + [7] * 6),
        (12, [1] * 12),
    ],
)
def test_every_year_has_the_same_search_months(every, found):
    assert every in SEARCH_CADENCES
    for year in (2024, 2025):
        months = [search_month(Month(year, number), every - 1) for number in range(1, 13)]
        assert months == [Month(year, number) for number in found]


def test_months_that_do_not_divide_the_year_are_refused():
    with pytest.raises(ValueError, match="5 months do not divide the year"):
        search_month(Month(2024, 1), 4)


def test_where_nothing_is_searched_no_month_takes_the_choice_of_another():
    assert months_of_refits(3, 1) == 0
    assert months_of_refits(3, 2) == 2


def test_the_search_look_back_ends_where_its_month_begins():
    begins = datetime(2024, 4, 1, tzinfo=UTC)
    assert search_look_back(Month(2024, 4), 31) == LookBack(
        datetime(2024, 3, 1, tzinfo=UTC), begins
    )
