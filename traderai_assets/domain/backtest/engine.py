"""The backtest: what deciding so would have earned after costs, trade by trade and bar by bar.

The rules of a trade are the kernel's; the figures drawn from the result are in `metrics`.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.backtest.bars import Bars, Decisions, utc_times
from traderai_assets.domain.backtest.costs import Costs, returned
from traderai_assets.domain.backtest.engine_inputs import funding_rates, rules_of, stretch_ends
from traderai_assets.domain.backtest.layout import (
    BOOK,
    CASH,
    FEES,
    FUNDING,
    HELD,
    LEDGER_LINES,
    UNITS,
    Rules,
)
from traderai_assets.domain.backtest.metrics import backtest_metrics
from traderai_assets.domain.candles.segments import segment_starts, venue_scale
from traderai_assets.domain.errors import InvalidInput

Order = Literal["pessimistic", "optimistic"]

EXIT_REASONS = pd.array(["end", "target", "stop", "time", "liquidation"], dtype="str")
"""By the numbers of `exits`."""


@dataclass(frozen=True)
class Backtest:
    """The ledger of a backtest; money in accounts at the start.

    Attributes
    ----------
    trades : DataFrame
        entry_time (open of the bar of the fill), exit_time (close of the bar that ended it), side,
        size (share of the account put in, position and entry fee), entry_price and exit_price (as
        filled), gross_return (before all costs), net_return (after all costs, on what was put in),
        exit_reason ('target', 'stop', 'time', 'liquidation', or 'end' where the candles or the
        stretch stop), bars (present bars from entry to exit, both included), pnl (of the fills),
        fees, funding. The account grows by pnl - fees - funding.
    equity : DataFrame
        One row per bar: open_time, equity at its close (cash + value), position held during it,
        cash and value of the position at its close, fees and funding paid during it.
    metrics : dict
        See `backtest_metrics`.
    """

    trades: pd.DataFrame
    equity: pd.DataFrame
    metrics: dict[str, float]


def run_backtest(
    candles: pd.DataFrame,
    decisions: Decisions,
    *,
    bar: timedelta,
    costs: Costs,
    order: Order = "pessimistic",
    finer: pd.DataFrame | None = None,
    funding: npt.ArrayLike | None = None,
    starts: npt.ArrayLike | None = None,
) -> Backtest:
    """Trade one decision per candle, one position at a time.

    A decision at a bar's close is filled at the next present bar's open, unless its horizon is over
    by then. A bar that opens beyond target or stop fills there; inside a bar they fill at their
    price. Where both lie inside one bar the stop comes first, unless `order` or `finer` says
    otherwise; `horizon_bars` after the decision the position is closed. A position that would leave
    nothing of the account if closed is closed by the venue at that very price, whatever the bar
    did next; an account at nothing trades no more.

    Parameters
    ----------
    candles : DataFrame
        Closed candles of one market, oldest first; absent bars are absent rows. Each segment
        (`candles.segments`) is a stretch of its own: a position that a suspected step in the unit
        of prices would meet ends at the last close before it, and earns nothing by it.
    decisions : Decisions
        One per candle, made at its close; ignored while a position is held, but not at the close of
        the bar in which one ended.
    bar : timedelta
        Length of a bar.
    costs : Costs
        `size` of the account pays for the position and the fee of its entry. Funding is due on the
        position's value at each 8-hour mark from its entry to before its exit, and at all marks
        inside the bar in which it ends.
    order : {'pessimistic', 'optimistic'}, default='pessimistic'
        What comes first where target and stop lie inside one bar, and `finer` does not tell.
    finer : DataFrame, optional
        Candles of a lower timeframe, oldest first: they say what came first inside a bar.
    funding : array_like of shape (n_candles,), optional
        Rate of each bar and of the gap after it, instead of `costs.funding_rate`.
    starts : array_like, optional
        Rows at which a new stretch begins: no position and no decision is carried over them.

    Notes
    -----
    The order decides a price, never which trades there are: a bar that holds both barriers ends the
    position under either. So the pessimistic result, at every bar, is at most what any path through
    the candles would have given, and the optimistic one at least that (an account that is gone
    under one order may go on trading under another, from above nothing).

    Raises
    ------
    InvalidInput
        If decisions, funding or starts do not fit the candles.
    """
    from traderai_assets.domain.backtest.account_kernel import walk_account

    if order not in ("pessimistic", "optimistic"):
        raise InvalidInput(f"order {order!r}; expected 'pessimistic' or 'optimistic'")
    bars, n_bars = Bars.of(candles), len(candles)
    decided = decisions.require(n_bars)
    equity, ledger = np.empty(n_bars), np.zeros((LEDGER_LINES, n_bars))
    book = np.empty((int(np.count_nonzero(decided.side)), len(BOOK)))
    rules = rules_of(costs, bar, optimistic=order == "optimistic")
    cuts = segment_starts(candles)
    if len(cuts):
        starts = np.union1d(cuts, np.asarray([] if starts is None else starts, dtype=np.int64))
    count = walk_account(
        bars,
        decided,
        (1.0, 1.0),
        rules,
        funding_rates(costs, funding, n_bars),
        None if finer is None else Bars.of(finer),
        stretch_ends(starts, n_bars),
        equity,
        ledger,
        book,
    )
    curve = _curve(bars, equity, ledger)
    trades = _trades(bars, book[:count], rules)
    metrics = backtest_metrics(candles, trades, curve, bar=bar)
    return Backtest(_as_the_venue(trades, candles, book[:count]), curve, metrics)


def _curve(bars: Bars, equity: FloatArray, ledger: FloatArray) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "open_time": utc_times(bars.open_time),
            "equity": equity,
            "position": ledger[HELD].astype(np.int8),
            "cash": ledger[CASH],
            "value": ledger[UNITS] * bars.close,
            "fees": ledger[FEES],
            "funding": ledger[FUNDING],
        },
        copy=False,  # Nobody else holds these arrays
    )


def _as_the_venue(trades: pd.DataFrame, candles: pd.DataFrame, book: FloatArray) -> pd.DataFrame:
    """Give the prices of trades in the unit that the venue had at the time."""
    scale = venue_scale(candles)
    if scale is None:
        return trades
    entry, exit_row = (book[:, BOOK.index(name)].astype(np.int64) for name in ("entry", "exit"))
    return trades.assign(
        entry_price=trades["entry_price"] * scale[entry],
        exit_price=trades["exit_price"] * scale[exit_row],
    )


def _trades(bars: Bars, book: FloatArray, rules: Rules) -> pd.DataFrame:
    column = dict(zip(BOOK, book.T, strict=True))
    entry, exit_row, reason = (
        column[name].astype(np.int64) for name in ("entry", "exit", "reason")
    )
    side = np.sign(column["units"]).astype(np.int8)
    opened, slipped = bars.open[entry], rules.slippage_rate * side
    entry_price, exit_price = opened * (1 + slipped), column["price"] * (1 - slipped)
    pnl = column["units"] * (exit_price - entry_price)
    put_in = np.abs(column["units"]) * entry_price * (1 + rules.fee_rate)
    return pd.DataFrame(
        {
            "entry_time": utc_times(bars.open_time[entry]),
            "exit_time": utc_times(bars.open_time[exit_row] + rules.bar),
            "side": side,
            "size": put_in / column["account"],
            "entry_price": entry_price,
            "exit_price": exit_price,
            "gross_return": side * (column["price"] / opened - 1),
            "net_return": returned(pnl, column["fees"], column["funding"], put_in),
            "exit_reason": EXIT_REASONS.take(reason),
            "bars": exit_row - entry + 1,
            "pnl": pnl,
            "fees": column["fees"],
            "funding": column["funding"],
        },
        copy=False,
    )
