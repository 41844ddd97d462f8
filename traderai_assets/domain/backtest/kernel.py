"""The compiled walk of single positions over bars. Import this module late: it imports numba.

The walk of a whole account: account_kernel.

All kernels stand in one file because numba's cache looks only at the file of the kernel it loads:
one that called into another file would go on running that file's old code after it changed.
Times are milliseconds since 1970, prices quote, `n_bars` bars oldest first, absent bars absent.
"""

from typing import Any

import numpy as np
from numba import njit

from traderai_assets.domain.backtest.layout import OPEN, STOP, TARGET, TIME


@njit(cache=True)  # type: ignore[untyped-decorator]
def find_exit(
    open_time: Any,
    opens: Any,
    high: Any,
    low: Any,
    close: Any,
    entry: int,
    side: int,
    target: float,
    stop: float,
    deadline: int,
    bar: int,
) -> tuple[int, float, int]:
    """Walk one position, entered at the open of row `entry`, to its end.

    A bar that opens beyond a barrier ends it at the open; a bar that holds both barriers ends it at
    the stop. At the deadline it ends at the close of the bar that closes then; where that bar is
    absent nobody could trade, and it ends at the open of the next bar there is.

    Returns
    -------
    row, price, reason : int, float, int
        The bar that decided, the price before costs, and one of TARGET, STOP, TIME; OPEN with the
        last close where the bars run out first.
    """
    for row in range(entry, open_time.size):
        if open_time[row] >= deadline:
            return row, opens[row], TIME
        if side * (opens[row] - stop) <= 0:
            return row, opens[row], STOP
        if side * (opens[row] - target) >= 0:
            return row, opens[row], TARGET
        worst, best = (low[row], high[row]) if side > 0 else (high[row], low[row])
        if side * (worst - stop) <= 0:
            return row, stop, STOP
        if side * (best - target) >= 0:
            return row, target, TARGET
        if open_time[row] + bar >= deadline:
            return row, close[row], TIME
    last = open_time.size - 1
    return last, close[last], OPEN


@njit(cache=True)  # type: ignore[untyped-decorator]
def walk_signals(
    open_time: Any,
    opens: Any,
    high: Any,
    low: Any,
    close: Any,
    entry: Any,
    side: Any,
    target: Any,
    stop: Any,
    deadline: Any,
    bar: int,
) -> tuple[Any, Any, Any]:
    """Walk each signal, on its own, from row `entry` to its end.

    Returns
    -------
    exit, price, reason : ndarrays of shape (n_signals,)
        As `find_exit` says; OPEN where the bars end before the entry; TIME where the entry bar
        opens at or after the deadline, which `price`, its open, does not mean was traded.
    """
    rows, prices = np.empty(entry.size, np.int64), np.empty(entry.size, np.float64)
    reasons = np.empty(entry.size, np.int8)
    for signal in range(entry.size):
        if entry[signal] >= open_time.size:
            rows[signal], prices[signal], reasons[signal] = open_time.size - 1, np.nan, OPEN
            continue
        rows[signal], prices[signal], reasons[signal] = find_exit(
            open_time,
            opens,
            high,
            low,
            close,
            entry[signal],
            side[signal],
            target[signal],
            stop[signal],
            deadline[signal],
            bar,
        )
    return rows, prices, reasons


@njit(cache=True)  # type: ignore[untyped-decorator]
def walk_both_sides(
    bars: Any, rows: Any, ends: Any, target: Any, stop: Any, horizon: int, bar: int, found: Any
) -> None:
    """Walk a long and a short from the bar after each of `rows`, each on its own.

    Parameters
    ----------
    rows : ndarray of shape (n_rows,)
        Ascending; a position is decided at the close of each.
    ends : ndarray
        Rows before which stretches end, the last of them n_bars; no position lives across one.
    target, stop : ndarray of shape (n_rows,)
        Distances, fractions of the entry price.
    found : ndarray of shape (3, n_rows)
        Filled with the gross return of the long, of the short, and when both are known (ms); NaN
        where nobody could enter, or the stretch ends before the position does.
    """
    open_time, opens, high, low, close = bars
    stretch = 0
    for place in range(rows.size):
        row = rows[place]
        while ends[stretch] <= row:
            stretch += 1
        end, entry = ends[stretch], row + 1
        deadline = open_time[row] + bar * (1 + horizon)
        found[:, place] = np.nan
        if entry >= end or open_time[entry] >= deadline:
            continue
        price = opens[entry]
        inside = open_time[:end], opens[:end], high[:end], low[:end], close[:end]
        last = 0
        for line, side in ((0, 1), (1, -1)):
            at, reached, reason = find_exit(
                *inside, entry, side, price * (1 + side * target[place]),
                price * (1 - side * stop[place]), deadline, bar,
            )  # fmt: skip
            if reason == OPEN:
                last = -1
                break
            found[line, place] = side * (reached / price - 1)
            last = max(last, at)
        if last < 0:
            found[:, place] = np.nan
        else:
            found[2, place] = open_time[last] + bar
