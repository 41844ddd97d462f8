"""Sums and products of the last rows, at every row. How they are put together: window_kernels."""

import numpy as np

from traderai_assets.domain.arrays import FloatArray

BLOCK_ROWS = 1024


def window_sum(values: FloatArray, window: int, *, block_rows: int = BLOCK_ROWS) -> FloatArray:
    """Sum of the last `window` rows; NaN until all are there."""
    from traderai_assets.domain.features import window_kernels

    found = np.empty(len(values))
    window_kernels.window_sums(values, window, block_rows, found)
    return found


def window_squares(values: FloatArray, window: int, *, block_rows: int = BLOCK_ROWS) -> FloatArray:
    """Sum of squares about the mean of the last `window` rows; NaN until all are there."""
    from traderai_assets.domain.features import window_kernels

    found = np.empty(len(values))
    window_kernels.window_squares(values, window, block_rows, found)
    return found


def window_products(
    left: FloatArray, right: FloatArray, window: int, *, block_rows: int = BLOCK_ROWS
) -> FloatArray:
    """Sum of products about the means of the last `window` rows; NaN until all are there."""
    from traderai_assets.domain.features import window_kernels

    found = np.empty(len(left))
    window_kernels.window_products(left, right, window, block_rows, found)
    return found
