"""The backtest: what deciding so would have earned after costs, trade by trade and bar by bar.

The rules of a trade are the kernel's; the figures drawn from the result are in `metrics`.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from traderai_assets.domain.backtest.bars import (
    Bars,
    Decisions,
    milliseconds,
    utc_times,
)
from traderai_assets.domain.backtest.costs import Costs
from traderai_assets.domain.backtest.metrics import backtest_metrics
from traderai_assets.domain.errors import InvalidInput

EXIT_REASONS = np.array(["end", "target", "stop", "time"])
"""By the numbers of `exits`."""


@dataclass(frozen=True)
class Backtest:
    """The ledger of a backtest.

    Attributes
    ----------
    trades : DataFrame
        entry_time (open of the bar of the fill), exit_time (close of the bar that ended it), side,
        entry_price and exit_price (as filled), gross_return (before all costs), net_return,
        exit_reason ('target', 'stop', 'time', or 'end' where the candles stop), bars (present bars
        from entry to exit, both included).
    equity : DataFrame
        One row per bar: open_time, equity at its close as a multiple of the start, position held
        during it.
    metrics : dict
        See `backtest_metrics`.
    """

    trades: pd.DataFrame
    equity: pd.DataFrame
    metrics: dict[str, float]


def run_backtest(
    candles: pd.DataFrame,
    sides: npt.ArrayLike,
    widths: npt.ArrayLike,
    *,
    bar: timedelta,
    horizon_bars: int,
    costs: Costs,
) -> Backtest:
    """Trade one decision per candle, one position at a time, with the whole account.

    A decision at a bar's close is filled at the next present bar's open. Target and stop lie
    `width` of that open away; both in one bar counts as the stop; a bar that opens beyond either
    fills there. `horizon_bars` after the decision the position is closed. Costs move no barrier, so
    they change what a trade earns and never which trades there are.

    Parameters
    ----------
    candles : DataFrame
        Closed candles of one market, oldest first; absent bars are absent rows.
    sides : array_like of shape (n_candles,)
        1 long, -1 short, 0 nothing, decided at each candle's close.
    widths : array_like of shape (n_candles,)
        Distance of target and stop as a fraction of the price; ignored where the side is 0.
    bar : timedelta
        Length of a bar.
    horizon_bars : int
        Bars from the decision to the time exit.
    costs : Costs
        A position is worth the account at its entry, on either side, and earns what
        `Costs.net_return` says; an account at nothing trades no more.

    Raises
    ------
    InvalidInput
        If sides or widths do not fit the candles, or the horizon is not positive.
    """
    from traderai_assets.domain.backtest.kernel import mark_equity, walk_trades

    if horizon_bars < 1:
        raise InvalidInput(f"horizon_bars {horizon_bars}; expected at least 1")
    decisions = Decisions.of(sides, widths, len(candles))
    bars, step = Bars.of(candles), milliseconds(bar)
    entry, exit_row, price, reason = walk_trades(
        *bars, *decisions, bar=step, horizon=step * horizon_bars
    )
    side = decisions.side[entry - 1]
    gross_return = side * (price / bars.open[entry] - 1)
    net_return = costs.net_return(side, gross_return)
    slipped = costs.slippage_rate * side
    fill = bars.open[entry] * (1 + slipped)
    alive = slice(0, _trades_until_ruin(net_return))
    trades = pd.DataFrame(
        {
            "entry_time": utc_times(bars.open_time[entry]),
            "exit_time": utc_times(bars.open_time[exit_row] + step),
            "side": side,
            "entry_price": fill,
            "exit_price": price * (1 - slipped),
            "gross_return": gross_return,
            "net_return": net_return,
            "exit_reason": EXIT_REASONS[reason],
            "bars": exit_row - entry + 1,
        }
    )[alive]
    equity, position = mark_equity(
        bars.close,
        entry[alive],
        exit_row[alive],
        side[alive],
        fill[alive],
        net_return[alive],
        costs.fee_rate,
    )
    curve = pd.DataFrame(
        {"open_time": utc_times(bars.open_time), "equity": equity, "position": position}
    )
    return Backtest(trades, curve, backtest_metrics(candles, trades, curve, bar=bar, costs=costs))


def _trades_until_ruin(net_return: npt.NDArray[Any]) -> int:
    ruin = np.flatnonzero(net_return <= -1)
    return int(ruin[0]) + 1 if ruin.size else net_return.size
