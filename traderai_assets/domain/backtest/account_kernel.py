"""The compiled walk of an account over bars. Import this module late: it imports numba.

All its kernels stand in this file because numba's cache looks only at the file of the kernel it
loads. Units: milliseconds since 1970, prices in quote, the account as a multiple of its start.
What is None (`rates`, `finer`, `ledger`, `book`) is left out of the compiled code. The positions'
own prices are multiplied by their side, so that for longs and shorts alike up is good.

A class that kernels take moved (`layout.Rules`)? Move their lines: numba's cache goes by lines.
"""

from typing import Any

import numpy as np
from numba import njit, prange

from traderai_assets.domain.backtest import layout
from traderai_assets.domain.backtest.bars import Decisions


@njit(cache=True)  # type: ignore[untyped-decorator]
def due_at_marks(begin: int, end: int, value: float, rate: float) -> float:
    """What a position worth `value` pays at the 8-hour marks from `begin` to before `end`."""
    return ((end - 1) // layout.EIGHT_HOURS - (begin - 1) // layout.EIGHT_HOURS) * rate * value


@njit(cache=True)  # type: ignore[untyped-decorator]
def stop_comes_first(
    finer: Any, begin: int, end: int, side: float, stop: float, target: float, optimistic: bool
) -> Any:
    """Ask the finer bars inside an ambiguous one; what they leave open, the order decides."""
    if finer is not None:
        open_time, opens, high, low, _ = finer
        row = np.searchsorted(open_time, begin)
        while row < open_time.size and open_time[row] < end:
            price, one, other = side * opens[row], side * low[row], side * high[row]
            stopped, won = min(one, other) <= stop, max(one, other) >= target
            if price <= stop or price >= target or stopped != won:
                return price <= stop or (stopped and price < target)
            if stopped:
                break
            row += 1
    return not optimistic


@njit(cache=True)  # type: ignore[untyped-decorator]
def resolve_end(
    opened: int, price: float, worst: float, best: float, last: float, until: int, deadline: int,
    side: float, stop: float, target: float, ruin: float, finer: Any, optimistic: bool,
) -> tuple[float, int]:  # fmt: skip
    """Price and reason in the bar that ends a position: at its open, inside it, or at its close."""
    level = max(stop, ruin)
    if price <= ruin:
        return ruin, layout.LIQUIDATION
    if opened >= deadline:
        return price, layout.TIME
    if price <= stop or price >= target:
        return price, layout.STOP if price <= stop else layout.TARGET
    if worst <= level and (
        best < target or stop_comes_first(finer, opened, until, side, level, target, optimistic)
    ):
        return level, layout.STOP if level == stop else layout.LIQUIDATION
    if best >= target:
        return target, layout.TARGET
    return last, layout.TIME


@njit(cache=True)  # type: ignore[untyped-decorator]
def hold(
    open_time: Any, opens: Any, high: Any, low: Any, close: Any, entry: int, end: int,
    deadline: int, side: float, stop: float, target: float, units: float, cash: float,
    rules: Any, rates: Any, finer: Any, equity: Any, ledger: Any,
) -> tuple[int, float, int, float]:  # fmt: skip
    """Walk one position to its end, marking the account at each close before it.

    Returns
    -------
    row, price, reason, cash : int, float, int, float
        The bar that ended it, the price before costs, why, and the cash that funding left.
    """
    scale = abs(units) * (1 - side * rules.slippage_rate) * (1 - side * rules.fee_rate)
    ruin = -cash / scale
    for row in range(entry, end):
        at = np.uint64(row)  # Nothing below zero counts from the end: numba need not ask each time
        opened, until, price = open_time[at], open_time[at] + rules.bar, side * opens[at]
        if rates is not None:
            due = 0.0
            if row > entry:
                since, value = open_time[row - 1] + rules.bar, units * close[row - 1]
                due = due_at_marks(since, opened, value, rates[row - 1])
                ruin = -(cash - due) / scale
            if opened < deadline and price > stop and price > ruin and price < target:
                due += due_at_marks(opened, until, units * opens[row], rates[row])
                ruin = -(cash - due) / scale
            cash -= due
            if ledger is not None:
                ledger[layout.FUNDING, row] = due
        worst, best = (low[at], high[at]) if side > 0 else (-high[at], -low[at])
        # The open lies between low and high: no need to look at it where they are harmless.
        if worst <= stop or worst <= ruin or best >= target or until >= deadline:
            price, reason = resolve_end(
                opened, price, worst, best, side * close[row], until, deadline, side, stop, target,
                ruin, finer, rules.optimistic,
            )  # fmt: skip
            return row, side * price, reason, cash
        equity[at] = cash + units * close[at]
        if ledger is not None:
            ledger[layout.CASH, row], ledger[layout.UNITS, row] = cash, units
    return end - 1, close[end - 1], layout.OPEN, cash


@njit(cache=True)  # type: ignore[untyped-decorator]
def write_trade(
    book: Any, ledger: Any, entry: int, row: int, price: float, reason: int, account: float,
    units: float, entry_fee: float, exit_fee: float, funding: float,
) -> None:  # fmt: skip
    """Write a trade that ended, as `layout.BOOK` says, and what it means for its bars."""
    book[0], book[1], book[2], book[3] = entry, row, price, reason
    book[4], book[5], book[6], book[7] = account, units, entry_fee + exit_fee, funding
    ledger[layout.FEES, entry] += entry_fee
    ledger[layout.FEES, row] += exit_fee
    ledger[layout.HELD, entry : row + 1] = np.sign(units)
    ledger[layout.UNITS, row] = 0.0


@njit(cache=True)  # type: ignore[untyped-decorator]
def walk_account(
    bars: Any, decisions: Any, reach: Any, rules: Any, rates: Any, finer: Any, ends: Any,
    equity: Any, ledger: Any, book: Any,
) -> int:  # fmt: skip
    """Trade the decisions one position at a time, in one pass; return how many trades there were.

    `reach` multiplies the decisions' target and stop. A stretch ends before each row of `ends`, the
    last of which is n_bars; no position and no decision passes from one into the next.
    """
    open_time, opens, high, low, close = bars
    sides, targets, stops, sizes, horizons = decisions
    account, count, row = 1.0, 0, 0
    for end in ends:
        while row < end:
            at = np.uint64(row)
            equity[at] = account
            if ledger is not None:
                ledger[layout.CASH, row] = account
            side, entry = float(sides[at]), row + 1
            if side == 0 or entry >= end or account <= 0:
                row = entry
                continue
            deadline = open_time[row] + rules.bar * (1 + horizons[row])
            if open_time[entry] >= deadline:
                row = entry
                continue
            price, fill = opens[entry], opens[entry] * (1 + side * rules.slippage_rate)
            stop = price * (side - reach[1] * stops[row])
            target = price * (side + reach[0] * targets[row])
            units = side * sizes[row] * account / (1 + rules.fee_rate) / fill
            entry_fee = rules.fee_rate * abs(units) * fill
            cash = account - units * fill - entry_fee
            row, price, reason, left = hold(
                open_time, opens, high, low, close, entry, end, deadline, side, stop, target,
                units, cash, rules, rates, finer, equity, ledger,
            )  # fmt: skip
            fill = price * (1 - side * rules.slippage_rate)
            exit_fee = rules.fee_rate * abs(units) * fill
            if book is not None:
                write_trade(
                    book[count], ledger, entry, row, price, reason, account, units, entry_fee,
                    exit_fee, cash - left,
                )  # fmt: skip
            gone = reason == layout.LIQUIDATION
            account = 0.0 if gone else max(left + units * fill - exit_fee, 0.0)
            count += 1
    return count


@njit(cache=True)  # type: ignore[untyped-decorator]
def decide_rows(
    probability: Any, width: Any, cost: float, policy: Any, side: Any, size: Any
) -> None:
    """Fill in side and size as `policy.decide` does, to the bit."""
    margin, target, stop, full_size_edge, lower = policy
    hurdle = cost * (1.0 + margin)
    for row in range(side.size):
        fall = 1.0 - probability[row]
        rise = 1.0 - fall
        forecast = abs(rise - fall)
        pays = lower * forecast * width[row] > hurdle
        possible = pays and target * width[row] < 1.0 and stop * width[row] < 1.0
        side[row] = possible * (1 * (rise > fall) - 1 * (fall > rise))
        size[row] = 1.0
        if full_size_edge > 0 and side[row] != 0:
            size[row] = min(1.0, forecast / full_size_edge)


@njit(cache=True)  # type: ignore[untyped-decorator]
def to_returns(equity: Any) -> None:
    """Turn an account that began at 1 into its returns per bar; 0 once it is gone."""
    previous = 1.0
    for row in range(equity.size):
        account = equity[row]
        equity[row] = account / previous - 1 if previous > 0 else 0.0
        previous = account


@njit(cache=True)  # type: ignore[untyped-decorator]
def walk_policy(
    bars: Any, probability: Any, width: Any, horizon: Any, cost: float, policy: Any,
    rules: Any, rates: Any, ends: Any, returns: Any,
) -> int:  # fmt: skip
    """Walk one account under `policy` and write its returns per bar; return the trades made."""
    side, size = np.empty(width.size, np.int8), np.empty(width.size)
    decide_rows(probability, width, cost, policy, side, size)
    decisions, reach = Decisions(side, width, width, size, horizon), (policy[1], policy[2])
    trades: int = walk_account(
        bars, decisions, reach, rules, rates, None, ends, returns, None, None
    )
    to_returns(returns)
    return trades


@njit(cache=True, parallel=True)  # type: ignore[untyped-decorator]
def walk_policies(
    bars: Any, probability: Any, width: Any, horizon: Any, cost: float, policies: Any,
    rules: Any, rates: Any, ends: Any, returns: Any, trades: Any,
) -> None:  # fmt: skip
    """Walk one account for each row of `policies`, on all cores."""
    for row in prange(policies.shape[0]):
        trades[row] = walk_policy(
            bars, probability, width, horizon, cost, policies[row], rules, rates, ends, returns[row]
        )
