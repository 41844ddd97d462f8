"""The days of one market and month: what its served model earned on each, after all costs.

Every month is an account of its own that starts at 1 and compounds inside of the month. A position
that is open at the month's end is closed there at the last close, costs included: the model of the
next month knows nothing of it. So days multiply up, over the months' ends too.

A day without a single candle is no row: the market was not there, which is not the same as silence.
What a position earned over it falls on the next day that has candles. A day with candles on which
nothing was decided is a row of zeros.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from traderai_assets.domain.arrays import BoolArray, FloatArray, IntArray
from traderai_assets.domain.backtest.costs import Costs
from traderai_assets.domain.candles.segments import segment_starts
from traderai_assets.domain.strategies.record import (
    BACKFILL,
    DAY_COLUMNS,
    LIVE,
    NO_MODEL,
    SERVED,
    SILENT,
)

DAY_TYPE = "datetime64[ms, UTC]"
# Of one market: which market it is, the partition says
MARKET_DAY_COLUMNS = ("day", "model_id", *(name for name in DAY_COLUMNS[2:]))
_DAY = pd.Timedelta(days=1)


@dataclass(frozen=True, eq=False)
class ServedMonth:
    """What the days of a market's month are made of.

    Attributes
    ----------
    candles : DataFrame
        Of the month, oldest first, as learning may use them (`candles.segments`).
    over : bool
        Whether candles of a later month are known, so that no more of this one will come.
    model_id : str or None
        Whose decisions were traded; None where the month has no model.
    equity, trades : DataFrame
        Of the served backtest alone (`backtest.engine.Backtest`); empty without a model.
    """

    candles: pd.DataFrame
    over: bool
    model_id: str | None
    equity: pd.DataFrame
    trades: pd.DataFrame


def month_days(
    month: ServedMonth, *, bar: timedelta, costs: Costs, registered_at: datetime
) -> pd.DataFrame:
    """Make the days that are over.

    The day of the last bar is not over while a bar may follow in it: a backtest closes there what
    it holds, which is no result of the strategy's.

    Parameters
    ----------
    month : ServedMonth
    bar : timedelta
    costs : Costs
        Of the backtest.
    registered_at : datetime
        A day that began before it is of the backfill.

    Returns
    -------
    DataFrame of `MARKET_DAY_COLUMNS`, one row a day that has candles, oldest first
        As `record.StrategyRecord` describes them; model_id is null without a model. Fractions are
        of the account at the day's start.
    """
    candles = month.candles
    of_candles = _days_of(candles)
    days = np.unique(of_candles[_ended(month, of_candles)])
    held = np.concatenate([[1.0], np.cumprod(_bar_growth(candles))])
    made = pd.DataFrame(
        {
            "day": pd.DatetimeIndex(days).tz_localize("UTC").as_unit("ms"),
            "model_id": pd.array([month.model_id] * len(days), dtype="str"),
            **_results(month, days, bar=bar, costs=costs),
            "buy_and_hold": _over(held, of_candles, days),
        }
    )
    active = (made["exposure"] > 0.0) | (made["turnover"] > 0.0)
    decided = np.where(active, SERVED, SILENT)
    made["state"] = NO_MODEL if month.model_id is None else decided
    live = made["day"] >= pd.Timestamp(registered_at)
    made["origin"] = np.where(live, LIVE, BACKFILL)
    made = made.astype({"state": "str", "origin": "str", "model_id": "str"})
    return made[list(MARKET_DAY_COLUMNS)]


def _days_of(frame: pd.DataFrame) -> IntArray:
    """Midnight that begins the day of each row, as datetime64 without a zone."""
    times = frame["open_time"].to_numpy(dtype="datetime64[ms]")
    days: IntArray = times.astype("datetime64[D]").astype("datetime64[ms]")
    return days


def _ended(month: ServedMonth, of_candles: IntArray) -> BoolArray:
    """Which candles are of days that are over, as far as the backtest goes.

    One whose month is over was made of all of it: bars at the end that no decision was made of
    are silence. Of a month that goes on, what follows its last decision is not known yet.
    """
    if not len(of_candles):
        return np.zeros(0, dtype=np.bool_)
    if month.model_id is not None and month.equity.empty:
        return np.zeros(len(of_candles), dtype=np.bool_)
    if month.over:
        return np.ones(len(of_candles), dtype=np.bool_)
    last = of_candles if month.model_id is None else _days_of(month.equity)
    ended: BoolArray = of_candles < last[-1]
    return ended


def _bar_growth(candles: pd.DataFrame) -> FloatArray:
    """Of each bar over the close before it; over its own open where a segment begins."""
    close = candles["close"].to_numpy(np.float64)
    begins = np.zeros(len(close), dtype=np.bool_)
    begins[segment_starts(candles)] = True
    begins[:1] = True
    growth: FloatArray = close / np.where(begins, candles["open"], np.roll(close, 1))
    return growth


def _over(values: FloatArray, of: IntArray, days: IntArray) -> FloatArray:
    """Growth of a value over each day, less 1; `values` has its start and one after each row."""
    start = values[np.searchsorted(of, days)]
    end = values[np.searchsorted(of, days + np.timedelta64(1, "D"))]
    grown: FloatArray = np.divide(end, start, out=np.ones(len(days)), where=start > 0.0)
    return grown - 1.0


def _by_day(values: FloatArray, of: IntArray, days: IntArray) -> FloatArray:
    """Sum of the values of each of these days; those of other days are left out."""
    at = np.searchsorted(days, of)
    known = at < len(days)
    known[known] = days[at[known]] == of[known]
    return np.bincount(at[known], weights=values[known], minlength=len(days)).astype(np.float64)


def _results(
    month: ServedMonth, days: IntArray, *, bar: timedelta, costs: Costs
) -> dict[str, FloatArray | IntArray]:
    equity = month.equity
    of_bars = _days_of(equity)
    account = np.concatenate([[1.0], equity["equity"].to_numpy(np.float64)])
    start = account[np.searchsorted(of_bars, days)]
    traded = _traded(month.trades, equity, account, bar=bar, costs=costs)

    def share(values: FloatArray, of: IntArray) -> FloatArray:
        sums = _by_day(values, of, days)
        shares: FloatArray = np.divide(sums, start, out=np.zeros(len(days)), where=start > 0.0)
        return shares

    net = _over(account, of_bars, days)
    fees = share(equity["fees"].to_numpy(np.float64), of_bars)
    paid = fees + share(traded.slippage, traded.day)
    funding = share(equity["funding"].to_numpy(np.float64), of_bars)
    holding = (equity["position"].to_numpy() != 0).astype(np.float64)
    entries = _days_of(month.trades.rename(columns={"entry_time": "open_time"}))
    return {
        "net": net,
        "gross": net + paid + funding,
        "costs": paid,
        "funding": funding,
        "turnover": share(traded.value, traded.day),
        "exposure": np.minimum(_by_day(holding, of_bars, days) * (bar / _DAY), 1.0),
        "trades": _by_day(np.ones(len(entries)), entries, days).astype(np.int64),
    }


@dataclass(frozen=True, eq=False)
class _Traded:
    """Fills, two of each trade: their day, value and slippage, in accounts at the start."""

    day: IntArray
    value: FloatArray
    slippage: FloatArray


def _traded(
    trades: pd.DataFrame, equity: pd.DataFrame, account: FloatArray, *, bar: timedelta, costs: Costs
) -> _Traded:
    times = equity["open_time"].to_numpy(dtype="datetime64[ms]")
    entry = trades["entry_time"].to_numpy(dtype="datetime64[ms]")
    ending = trades["exit_time"].to_numpy(dtype="datetime64[ms]") - np.timedelta64(bar, "ms")
    side = trades["side"].to_numpy(np.float64)
    slip = costs.slippage_rate
    put_in = trades["size"].to_numpy(np.float64) * account[np.searchsorted(times, entry)]
    bought = put_in / (1.0 + costs.fee_rate)
    sold = bought * costs.fill_ratio(side, trades["gross_return"].to_numpy(np.float64))
    days = np.concatenate([entry, ending]).astype("datetime64[D]").astype("datetime64[ms]")
    slipped = [bought * slip / (1.0 + slip * side), sold * slip / (1.0 - slip * side)]
    return _Traded(days, np.concatenate([bought, sold]), np.concatenate(slipped))
