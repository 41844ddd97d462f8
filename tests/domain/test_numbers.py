"""Numbers for people: digits that say something at any scale, from 1e-12 to 1e12."""

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from traderai_assets.domain.numbers import PRICE_DIGITS, percent, shown, significant

prices = st.floats(1e-12, 1e12)


@given(prices, st.integers(1, 15))
def test_what_is_left_out_is_less_than_half_of_the_last_digit(price, digits):
    error = abs(significant(price, digits) - price)
    assert error <= price * 0.5000001 * 10 ** (1 - digits)


@example(price=4e-7)
@example(price=3e-9)
@given(prices)
def test_a_target_and_a_stop_a_thousandth_away_stay_apart_at_any_price(price):
    shown_apart = [significant(price * share, PRICE_DIGITS) for share in (0.999, 1, 1.001)]
    assert shown_apart[0] < shown_apart[1] < shown_apart[2]
    assert len({shown(price * share) for share in (0.999, 1, 1.001)}) == 3


@given(st.one_of(prices, prices.map(lambda price: -price), st.just(0.0)))
def test_what_is_shown_is_read_back_as_what_it_was_rounded_to(value):
    assert float(shown(value)) == pytest.approx(significant(value), rel=1e-14)


@given(prices)
def test_to_round_twice_changes_nothing(price):
    assert significant(significant(price)) == significant(price)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (60123.456, "60123.5"),
        (0.0000412345678, "0.0000412346"),
        (3.21e-9, "3.21e-09"),
        (123_456_789.0, "123457000"),
        (1e18, "1e+18"),
        (-0.5, "-0.5"),
        (0.0, "0"),
        (999999.9, "1000000"),
        (math.inf, "inf"),
        (math.nan, "undefined"),
        (None, "undefined"),
    ],
)
def test_a_number_is_written_so_that_nobody_counts_zeros(value, text):
    assert shown(value) == text


def test_a_share_is_shown_in_percent_however_small():
    told = [percent(share) for share in (0.0012, 0.5, -0.000001234, None)]
    assert told == ["0.12%", "50%", "-0.000123%", "undefined"]
