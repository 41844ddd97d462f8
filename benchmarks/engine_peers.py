"""What the engine is timed against: vectorbt, backtesting.py, and the least kernel that does it."""

import warnings
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from numba import njit

from traderai_assets.domain.backtest.bars import Bars
from traderai_assets.domain.backtest.costs import Costs

FloatArray = npt.NDArray[np.float64]


class Signals(NamedTuple):
    """One parameter set a column of `side`; its target and stop hold for all bars."""

    side: npt.NDArray[np.int8]
    target: FloatArray
    stop: FloatArray


@njit(cache=True)  # type: ignore[untyped-decorator]
def bare_walk(
    opens: Any, high: Any, low: Any, close: Any, side: Any, target: float, stop: float,
    horizon: int, fee: float, slippage: float, equity: Any, thin: bool,
) -> int:  # fmt: skip
    """Trade as the engine does: next open, fees, slippage, barriers in the bar, time exit, equity.

    No funding, no ruin, no absent bars, no finer candles, no ledger, nothing checked. `thin` wipes
    the decision at each exit, for engines that cannot leave and decide in one bar.
    """
    account, cash, units, held, trades, left = 1.0, 1.0, 0.0, 0, 0, 0
    upper, lower = 0.0, 0.0
    for row in range(close.size):
        if held == 0 and row > 0 and side[row - 1] != 0:
            held, left = side[row - 1], horizon
            fill = opens[row] * (1 + held * slippage)
            units = held * account / (1 + fee) / fill
            cash = account - units * fill - fee * abs(units) * fill
            upper = opens[row] * (1 + (target if held > 0 else stop))
            lower = opens[row] * (1 - (stop if held > 0 else target))
            trades += 1
        if held == 0:
            equity[row] = account
            continue
        price, left = 0.0, left - 1
        if opens[row] <= lower or opens[row] >= upper:
            price = opens[row]
        elif held > 0:
            price = lower if low[row] <= lower else upper if high[row] >= upper else 0.0
        else:
            price = upper if high[row] >= upper else lower if low[row] <= lower else 0.0
        if price == 0.0 and (left == 0 or row == close.size - 1):
            price = close[row]
        if price == 0.0:
            equity[row] = cash + units * close[row]
            continue
        fill = price * (1 - held * slippage)
        account = cash + units * fill - fee * abs(units) * fill
        equity[row], held = account, 0
        if thin:
            side[row] = 0
    return trades


def vectorbt_portfolio(bars: Bars, signals: Signals, costs: Costs) -> Any:
    """Trade all parameter sets: the order of a bar is filled at the next one's open."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import vectorbt

        over = np.zeros((bars.close.size, 1), bool)
        over[-1] = True  # What is held at the last close is closed there
        side = np.where(over, 0, signals.side)
        fills = np.append(bars.open[1:], bars.close[-1])
        return vectorbt.Portfolio.from_signals(
            close=bars.close[:, None],
            open=bars.open[:, None],
            high=bars.high[:, None],
            low=bars.low[:, None],
            price=fills[:, None],
            entries=side > 0,
            exits=over,
            short_entries=side < 0,
            short_exits=over,
            tp_stop=signals.target[None, :],
            sl_stop=signals.stop[None, :],
            stop_entry_price="price",
            stop_exit_price="stopmarket",
            upon_opposite_entry="ignore",
            fees=costs.fee_rate,
            slippage=costs.slippage_rate,
            init_cash=1e6,
            freq="5min",
        )


def vectorbt_figures(portfolio: Any) -> Any:
    """Return, Sharpe ratio and drawdown of every set."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return portfolio.total_return(), portfolio.sharpe_ratio(), portfolio.max_drawdown()


def backtesting_run(bars: Bars, signals: Signals, costs: Costs) -> Any:
    """Trade the first parameter set with backtesting.py; it has no slippage but a spread."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from backtesting import Backtest, Strategy

        side, target, stop = signals.side[:, 0], signals.target[0], signals.stop[0]

        class Given(Strategy):  # type: ignore[misc]
            def init(self) -> None:
                self.side = side

            def next(self) -> None:
                now, price = self.side[len(self.data) - 1], self.data.Close[-1]
                if now and not self.position:
                    order = self.buy if now > 0 else self.sell
                    order(size=0.99, tp=price * (1 + now * target), sl=price * (1 - now * stop))

        names = {"Open": bars.open, "High": bars.high, "Low": bars.low, "Close": bars.close}
        frame = pd.DataFrame(names, index=pd.to_datetime(bars.open_time, unit="ms"))
        return Backtest(frame, Given, cash=1e9, commission=costs.fee_rate).run()
