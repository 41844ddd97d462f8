"""Windows put together from halves, in numba. Imported when used, not with the catalogue.

Rows 0..7 are rows 0..3 and rows 4..7, and those are halves again; a window of 12 is one of 4 and
one of 8. So each value depends on the rows of its own window alone, not on where the slice begins;
nothing is carried along that could gather dust; and where nothing moves the deviation is exactly
zero. It costs log2(window) passes, each over a block that fits the innermost cache.
"""

import numpy as np
from numba import float64, int64, njit, types, void

from traderai_assets.domain.arrays import FloatArray

_READ = types.Array(float64, 1, "C", readonly=True)
_WRITE = types.Array(float64, 1, "C")


def _add(left: FloatArray, right: FloatArray, added: FloatArray) -> None:
    for row in range(len(added)):
        added[row] = left[row] + right[row]


add = njit([void(_WRITE, _WRITE, _WRITE)], cache=True)(_add)


def _append(joined: FloatArray, after: FloatArray) -> None:
    for row in range(len(joined)):
        joined[row] += after[row]


append = njit([void(_WRITE, _WRITE)], cache=True)(_append)


def _add_apart(
    before: FloatArray,
    after: FloatArray,
    other_before: FloatArray,
    other_after: FloatArray,
    weights: tuple[float, float, float],
    products: FloatArray,
) -> None:
    """Add to `products` what two stretches have for their means being apart (Chan et al. 1983)."""
    for row in range(len(products)):
        left = weights[0] * before[row] - weights[1] * after[row]
        right = weights[0] * other_before[row] - weights[1] * other_after[row]
        products[row] += left * right * weights[2]


add_apart = njit(
    [void(_WRITE, _WRITE, _WRITE, _WRITE, types.UniTuple(float64, 3), _WRITE)], cache=True
)(_add_apart)


def _window_sums(values: FloatArray, window: int, block: int, found: FloatArray) -> None:
    """Fill `found` with the sum of `window` rows at the first of them, block by block."""
    sums, spare = np.empty(block + window), np.empty(block + window)
    joined = np.empty(block + window)
    for first in range(0, len(found), block):
        starts = min(block, len(found) - first)
        rows = starts + window - 1
        sums[:rows] = values[first : first + rows]
        stretch, behind = 1, 0
        while behind < window:
            if window & stretch:
                end = rows - behind - stretch + 1
                if behind:
                    append(joined[:end], sums[behind : behind + end])
                else:
                    joined[:end] = sums[:end]
                behind += stretch
            end = max(rows - 2 * stretch + 1, 0)
            add(sums[:end], sums[stretch : stretch + end], spare[:end])
            sums, spare = spare, sums
            stretch *= 2
        found[first : first + starts] = joined[:starts]


window_sums = njit([void(_READ, int64, int64, _WRITE)], cache=True)(_window_sums)


def _window_products(
    left: FloatArray, right: FloatArray, window: int, block: int, found: FloatArray
) -> None:
    """Fill `found` with the products about the means of `window` rows, at the first of them."""
    size = block + window
    sums, spare, joined = np.empty(size), np.empty(size), np.empty(size)
    others, other_spare, other_joined = np.empty(size), np.empty(size), np.empty(size)
    products, product_spare, whole = np.empty(size), np.empty(size), np.empty(size)
    for first in range(0, len(found), block):
        starts = min(block, len(found) - first)
        rows = starts + window - 1
        sums[:rows], others[:rows] = left[first : first + rows], right[first : first + rows]
        products[:rows] = 0.0
        stretch, behind = 1, 0
        while behind < window:
            if window & stretch:
                end, until = rows - behind - stretch + 1, rows - stretch + 1
                if behind:
                    share = 1.0 / (float(behind) * stretch * (behind + stretch))
                    append(whole[:end], products[behind:until])
                    add_apart(
                        joined[:end],
                        sums[behind:until],
                        other_joined[:end],
                        others[behind:until],
                        (float(stretch), float(behind), share),
                        whole[:end],
                    )
                    append(joined[:end], sums[behind:until])
                    append(other_joined[:end], others[behind:until])
                else:
                    joined[:end], other_joined[:end] = sums[:end], others[:end]
                    whole[:end] = products[:end]
                behind += stretch
            end = max(rows - 2 * stretch + 1, 0)
            late = slice(stretch, stretch + end)
            add(products[:end], products[late], product_spare[:end])
            weights = (1.0, 1.0, 0.5 / stretch)
            add_apart(
                sums[:end], sums[late], others[:end], others[late], weights, product_spare[:end]
            )
            add(sums[:end], sums[late], spare[:end])
            add(others[:end], others[late], other_spare[:end])
            sums, spare = spare, sums
            others, other_spare = other_spare, others
            products, product_spare = product_spare, products
            stretch *= 2
        found[first : first + starts] = whole[:starts]


window_products = njit([void(_READ, _READ, int64, int64, _WRITE)], cache=True)(_window_products)
