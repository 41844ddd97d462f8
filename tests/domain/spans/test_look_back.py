from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traderai_assets.domain.errors import NotEnoughData
from traderai_assets.domain.limits import MAX_LOOKBACK_DAYS, MIN_LOOKBACK_DAYS
from traderai_assets.domain.months import Month
from traderai_assets.domain.spans.look_back import look_back, look_back_months, served_month

DAYS = st.integers(MIN_LOOKBACK_DAYS, MAX_LOOKBACK_DAYS)
CLOSES = st.datetimes(datetime(2018, 1, 1), datetime(2080, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(CLOSES, DAYS)
def test_the_next_model_can_always_be_trained_and_never_saw_its_month(last_close, days):
    served = served_month(last_close, days)
    window = look_back(served, last_close, days)
    assert window.until <= min(served.start, last_close)
    assert window.until - window.start == timedelta(days=days)
    assert served.shift(-look_back_months(days)).start <= window.start


@given(CLOSES, DAYS, st.integers(0, 60))
def test_a_month_gone_by_is_trained_where_it_begins_whatever_is_stored_since(last_close, days, ago):
    served = Month.of(last_close).shift(-ago)
    assert look_back(served, last_close, days).until == served.start


def test_in_march_thirty_days_do_not_fit_until_the_third():
    assert served_month(datetime(2026, 3, 1, 10, tzinfo=UTC), 30) == Month(2026, 3)
    assert served_month(datetime(2026, 3, 3, 0, tzinfo=UTC), 30) == Month(2026, 4)


def test_a_model_asked_for_too_early_names_the_one_to_train_instead():
    with pytest.raises(NotEnoughData, match="train the model of 2026-03 instead"):
        look_back(Month(2026, 4), datetime(2026, 3, 1, 10, tzinfo=UTC), 30)


@given(CLOSES, DAYS)
def test_after_the_third_of_a_month_the_next_one_is_always_served(last_close, days):
    if last_close - Month.of(last_close).start >= timedelta(days=3):
        assert served_month(last_close, days) == Month.of(last_close).shift(1)


@pytest.mark.parametrize(
    ("days", "months"), [(2, 2), (7, 2), (30, 2), (31, 2), (32, 3), (200, 8), (365, 13), (730, 25)]
)
def test_a_look_back_begins_in_the_months_that_hold_it_and_the_one_it_is_trained_in(days, months):
    assert look_back_months(days) == months
