"""What breaks the contract of a month of candles, and what accounts for an absent bar."""

from datetime import timedelta

import pandas as pd
import pytest

from traderai_assets.domain.candles.contract import broken_contract
from traderai_assets.domain.candles.gaps import FETCH_FAILURE
from traderai_assets.domain.months import Month

MARCH, BAR = Month(2026, 3), timedelta(hours=1)
TIMES = pd.date_range(MARCH.start, periods=48, freq=BAR).as_unit("ms")
NO_GAPS = pd.DataFrame({"start": TIMES[:0], "end": TIMES[:0], "kind": pd.Series(dtype="str")})


def broken(times, gaps=NO_GAPS):
    return broken_contract(pd.DataFrame({"open_time": times}), gaps, month=MARCH, bar=BAR)


def test_a_whole_month_and_an_empty_one_break_nothing():
    assert broken(TIMES) is None
    assert broken(TIMES[:0]) is None


def test_a_row_of_no_bar_is_counted():
    found = broken(TIMES.insert(3, TIMES[2] + timedelta(minutes=7)))
    assert found is not None
    assert (found.off_grid, found.outside_month) == (1, 0)


@pytest.mark.parametrize("stray", [MARCH.start - BAR, MARCH.end])
def test_a_row_of_another_month_is_counted(stray):
    found = broken(TIMES.append(pd.DatetimeIndex([stray]).as_unit("ms")).sort_values())
    assert found is not None
    assert found.outside_month == 1


def test_an_absent_bar_needs_a_gap_of_whatever_class():
    lacking = TIMES.delete([10, 11])
    found = broken(lacking)
    assert found is not None
    assert found.unexplained == ((TIMES[10], TIMES[12]),)
    assert f"{TIMES[10]}"[:16] in found.sentence
    gap = pd.DataFrame({"start": [TIMES[10]], "end": [TIMES[12]], "kind": [FETCH_FAILURE]})
    assert broken(lacking, gap) is None
