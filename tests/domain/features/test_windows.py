"""Windows put together from halves: what they add up to, and that nothing else gets in."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traderai_assets.domain.features.rolling import rolling_covariance, rolling_deviation
from traderai_assets.domain.features.windows import window_products, window_squares, window_sum

WINDOWS = (1, 2, 3, 7, 12, 14, 20, 48, 96, 288)


@pytest.mark.parametrize("window", WINDOWS)
def test_sums_and_products_are_those_of_each_window_taken_alone(window):
    random = np.random.default_rng(window)
    left, right = random.normal(3.0, 1.0, (2, 700))
    sums, products = window_sum(left, window), window_products(left, right, window)
    assert np.isnan(sums[: window - 1]).all()
    assert np.isnan(products[: window - 1]).all()
    for row in range(window - 1, 700):
        span = slice(row - window + 1, row + 1)
        apart = (left[span] - left[span].mean()) * (right[span] - right[span].mean())
        assert sums[row] == pytest.approx(left[span].sum(), rel=1e-13)
        assert products[row] == pytest.approx(apart.sum(), rel=1e-10, abs=1e-12)


@pytest.mark.parametrize("window", WINDOWS)
def test_squares_are_products_of_a_column_with_itself_to_the_last_bit(window):
    values = np.random.default_rng(window).normal(3.0, 1.0, 3000)
    products = window_products(values, values, window)
    assert window_squares(values, window).tobytes() == products.tobytes()


def test_a_deviation_worked_by_hand():
    # 2, 4, 4, 4, 5, 5, 7, 9: mean 5, squares 32, so the sample variance is 32/7
    values = np.array([2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0])
    assert rolling_deviation(values, 8)[-1] == pytest.approx(np.sqrt(32 / 7))
    assert rolling_covariance(values, -3.0 * values, 8)[-1] == pytest.approx(-96 / 7)


@pytest.mark.parametrize("window", [w for w in WINDOWS if w > 1])
def test_where_nothing_moves_the_deviation_is_zero_to_the_last_bit(window):
    values = np.full(window + 50, 0.1)
    values[:50] = np.random.default_rng(1).normal(0.0, 1e6, 50)
    assert rolling_deviation(values, window)[-1] == 0.0


@given(st.integers(1, 300), st.integers(0, 400), st.integers(0, 2**31))
@settings(max_examples=60, deadline=None)
def test_a_window_has_the_same_bits_wherever_the_slice_begins(window, first, seed):
    values = np.random.default_rng(seed).lognormal(0.0, 2.0, 800)
    known = slice(window - 1, None)
    for compute in (window_sum, window_squares):
        whole, late = compute(values, window)[first:], compute(values[first:], window)
        assert late[known].tobytes() == whole[known].tobytes()


def test_the_size_of_a_block_changes_no_bit():
    values = np.random.default_rng(2).normal(size=3000)
    sums = {window_sum(values, 288, block_rows=rows).tobytes() for rows in (1, 17, 1024, 5000)}
    products = {
        window_products(values, values, 288, block_rows=rows).tobytes() for rows in (1, 17, 1024)
    }
    squares = {window_squares(values, 288, block_rows=rows).tobytes() for rows in (1, 17, 1024)}
    assert len(sums) == len(products) == 1
    assert squares == products


def test_what_is_not_a_number_is_forgotten_with_its_row():
    values = np.arange(100.0)
    values[10] = np.nan
    sums = window_sum(values, 12)
    assert np.flatnonzero(np.isnan(sums)).tolist() == [*range(11), *range(11, 22)][:22]
    assert sums[22] == sum(range(11, 23))


def test_fewer_rows_than_the_window_have_no_value():
    assert np.isnan(window_sum(np.ones(5), 6)).all()
    assert window_sum(np.empty(0), 6).shape == (0,)
