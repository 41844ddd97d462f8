"""Which place of a quantile grid each row has, counted by day; compiled."""

from numba import njit

from traderai_assets.domain.arrays import FloatArray, IntArray


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def count_places(values: FloatArray, days: IntArray, grid: FloatArray, counts: IntArray) -> None:
    """Add each row to the count of its day and place; rows that are not finite have none.

    Parameters
    ----------
    values, days : ndarray of shape (n_rows,)
        Days from 0.
    grid : ndarray of shape (n_grid,)
        Not falling.
    counts : ndarray of int64 of shape (n_days, 2 * n_grid + 1)
        A place is the number of grid values below the row and of those up to it: a value of the
        grid stands in the middle of all places it fills.
    """
    for row in range(values.size):
        value = values[row]
        if value - value != 0.0:  # NaN of what is not finite
            continue
        below, left = 0, grid.size
        while left > 1:  # Without a branch that depends on the value: those are guessed wrong
            half = left >> 1
            below += half * (grid[below + half - 1] < value)
            left -= half
        below += grid[below] < value
        upto = below
        while upto < grid.size and grid[upto] == value:
            upto += 1
        counts[days[row], below + upto] += 1
