"""Windows put together from halves, in numba. Imported when used, not with the catalogue.

Rows 0..7 are rows 0..3 and rows 4..7, and those are halves again; a window of 12 is one of 4 and
one of 8. So each value depends on the rows of its own window alone, not on where the slice begins;
nothing is carried along that could gather dust; and where nothing moves the deviation is exactly
zero. It costs log2(window) passes, each over a block that fits the innermost cache.

What a pass reads further on is handed over as an array that begins there: a row with something
added to it might be one from the end, and numba's loops that must ask do not vectorise.
"""

import numpy as np
from numba import float64, int64, njit, types, void

from traderai_assets.domain.arrays import FloatArray

_READ = types.Array(float64, 1, "C", readonly=True)
_WRITE = types.Array(float64, 1, "C")


def _append(found: FloatArray, sums: FloatArray) -> None:
    for row in range(len(found)):
        found[row] += sums[row]


append = njit([void(_WRITE, _WRITE)], cache=True)(_append)


def _append_two(found: FloatArray, sums: FloatArray, late: FloatArray) -> None:
    for row in range(len(found)):
        found[row] += sums[row] + late[row]


append_two = njit([void(_WRITE, _WRITE, _WRITE)], cache=True)(_append_two)


def _add_four(
    sums: FloatArray, second: FloatArray, third: FloatArray, fourth: FloatArray, added: FloatArray
) -> None:
    for row in range(len(added)):
        added[row] = (sums[row] + second[row]) + (third[row] + fourth[row])


add_four = njit([void(*[_WRITE] * 5)], cache=True)(_add_four)


def _window_sums(values: FloatArray, window: int, block: int, found: FloatArray) -> None:
    """Fill `found` with the sum of the last `window` rows, block by block; NaN before there are."""
    sums, spare = np.empty(block + window), np.empty(block + window)
    found[: window - 1] = np.nan
    for first in range(window - 1, len(found), block):
        part = found[first : min(first + block, len(found))]
        rows = len(part) + window - 1
        sums[:rows] = values[first - window + 1 : first + len(part)]
        part[:] = 0.0
        stretch, behind = 1, 0
        while behind < window:  # Two halvings at once
            if window & stretch:
                append(part, sums[behind:])
                behind += stretch
            if window & 2 * stretch:
                append_two(part, sums[behind:], sums[behind + stretch :])
                behind += 2 * stretch
            if behind < window:
                rows -= 3 * stretch
                late = sums[stretch:], sums[2 * stretch :], sums[3 * stretch :]
                add_four(sums, late[0], late[1], late[2], spare[:rows])
                sums, spare = spare, sums
                stretch *= 4


window_sums = njit([void(_READ, int64, int64, _WRITE)], cache=True)(_window_sums)


def _merge(
    sums: FloatArray,
    late_sums: FloatArray,
    squares: FloatArray,
    late_squares: FloatArray,
    weight: float,
    merged_sums: FloatArray,
    merged: FloatArray,
) -> None:
    """Put two stretches of one length together (Chan et al. 1983)."""
    for row in range(len(merged)):
        before, after = sums[row], late_sums[row]
        apart = before - after
        merged[row] = squares[row] + late_squares[row] + apart * apart * weight
        merged_sums[row] = before + after


merge = njit([void(*[_WRITE] * 4, float64, _WRITE, _WRITE)], cache=True)(_merge)


def _attach(
    whole_sums: FloatArray,
    whole: FloatArray,
    sums: FloatArray,
    squares: FloatArray,
    behind: float,
    stretch: float,
    weight: float,
) -> None:
    """Add to stretches of `behind` rows those of `stretch` rows that follow them."""
    for row in range(len(whole)):
        before, after = whole_sums[row], sums[row]
        apart = stretch * before - behind * after
        whole[row] = whole[row] + squares[row] + apart * apart * weight
        whole_sums[row] = before + after


attach = njit([void(*[_WRITE] * 4, float64, float64, float64)], cache=True)(_attach)


def _window_squares(values: FloatArray, window: int, block: int, found: FloatArray) -> None:
    """Fill `found` with the squares about the mean of the last `window` rows; NaN before."""
    size = block + window
    sums, spare, joined = np.empty(size), np.empty(size), np.empty(block)
    squares, spare_squares = np.empty(size), np.empty(size)
    found[: window - 1] = np.nan
    for first in range(window - 1, len(found), block):
        part = found[first : min(first + block, len(found))]
        rows = len(part) + window - 1
        sums[:rows], squares[:rows] = values[first - window + 1 : first + len(part)], 0.0
        stretch, behind = 1, 0
        while behind < window:
            if window & stretch and behind:
                weight = 1.0 / (float(behind) * stretch * (behind + stretch))
                attach(
                    joined, part, sums[behind:], squares[behind:], behind, stretch, weight
                )  # fmt: skip
            elif window & stretch:
                joined[: len(part)], part[:] = sums[: len(part)], squares[: len(part)]
            behind += window & stretch
            if behind < window:
                rows -= stretch
                merge(
                    sums, sums[stretch:], squares, squares[stretch:], 0.5 / stretch, spare,
                    spare_squares[:rows],
                )  # fmt: skip
                sums, spare = spare, sums
                squares, spare_squares = spare_squares, squares
                stretch *= 2


window_squares = njit([void(_READ, int64, int64, _WRITE)], cache=True)(_window_squares)


def _add(sums: FloatArray, late: FloatArray, added: FloatArray) -> None:
    for row in range(len(added)):
        added[row] = sums[row] + late[row]


add = njit([void(_WRITE, _WRITE, _WRITE)], cache=True)(_add)


def _merge_products(
    products: tuple[FloatArray, FloatArray],
    one: tuple[FloatArray, FloatArray],
    other: tuple[FloatArray, FloatArray],
    weights: tuple[float, float, float],
    merged: FloatArray,
) -> None:
    """Put two stretches together, given the products and both sums of each."""
    for row in range(len(merged)):
        left = weights[0] * one[0][row] - weights[1] * one[1][row]
        right = weights[0] * other[0][row] - weights[1] * other[1][row]
        merged[row] = products[0][row] + products[1][row] + left * right * weights[2]


_TWO = types.UniTuple(_WRITE, 2)
merge_products = njit([void(_TWO, _TWO, _TWO, types.UniTuple(float64, 3), _WRITE)], cache=True)(
    _merge_products
)


def _window_products(
    left: FloatArray, right: FloatArray, window: int, block: int, found: FloatArray
) -> None:
    """Fill `found` with the products about the means of the last `window` rows; NaN before."""
    size = block + window
    sums, spare, joined = np.empty(size), np.empty(size), np.empty(block)
    others, spare_others, joined_others = np.empty(size), np.empty(size), np.empty(block)
    products, spare_products = np.empty(size), np.empty(size)
    found[: window - 1] = np.nan
    for first in range(window - 1, len(found), block):
        part = found[first : min(first + block, len(found))]
        count, rows = len(part), len(part) + window - 1
        read = slice(first - window + 1, first + count)
        sums[:rows], others[:rows], products[:rows] = left[read], right[read], 0.0
        stretch, behind = 1, 0
        while behind < window:
            if window & stretch and behind:
                one, other = (joined, sums[behind:]), (joined_others, others[behind:])
                weight = 1.0 / (float(behind) * stretch * (behind + stretch))
                weights = (float(stretch), float(behind), weight)
                merge_products((part, products[behind:]), one, other, weights, part)
                append(joined[:count], one[1])
                append(joined_others[:count], other[1])
            elif window & stretch:
                joined[:count], joined_others[:count] = sums[:count], others[:count]
                part[:] = products[:count]
            behind += window & stretch
            if behind < window:
                rows -= stretch
                one, other = (sums, sums[stretch:]), (others, others[stretch:])
                weights, both = (1.0, 1.0, 0.5 / stretch), (products, products[stretch:])
                merge_products(both, one, other, weights, spare_products[:rows])
                add(one[0], one[1], spare[:rows])
                add(other[0], other[1], spare_others[:rows])
                sums, spare = spare, sums
                others, spare_others = spare_others, others
                products, spare_products = spare_products, products
                stretch *= 2


window_products = njit([void(_READ, _READ, int64, int64, _WRITE)], cache=True)(_window_products)
