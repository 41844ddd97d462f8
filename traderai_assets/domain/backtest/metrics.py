"""The figures of a backtest: one number a name, in fractions unless the name says otherwise."""

from datetime import timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.candles.segments import chained
from traderai_assets.domain.metrics.catalogue import OF_BACKTESTS

YEAR = timedelta(days=365)
"""Crypto markets trade all year."""


def backtest_metrics(
    candles: pd.DataFrame, trades: pd.DataFrame, equity: pd.DataFrame, *, bar: timedelta
) -> dict[str, float]:
    """Draw the figures from a ledger of trades and its equity curve.

    Returns
    -------
    dict
        bars, bars_per_year (a year over the bar's length), trades;
        total_return and buy_and_hold_return (last close over first open - 1, no costs; nothing is
        won or lost between segments);
        sharpe (mean over standard deviation of the returns per present bar, times the square root
        of bars_per_year), buy_and_hold_sharpe, and sortino (over the root mean square of the
        negative returns instead);
        max_drawdown (largest loss from a peak, the start included, at least 0) and calmar (mean
        return per bar times bars_per_year, over max_drawdown);
        hit_rate (trades that earned), profit_factor (money won over money lost);
        turnover (value traded over the account, entry fee aside, at each entry, summed: about 2 a
        trade of the whole account);
        exposure (bars with a position); total_fees and total_funding (in accounts at the start).
        NaN where nothing defines it: hit_rate without trades, profit_factor without a loss, sharpe,
        sortino and calmar where their denominator is 0, buy_and_hold_return without candles. All
        else is 0 without trades or candles.
    """
    bars_per_year = YEAR / bar
    account = equity["equity"].to_numpy(np.float64)
    return {
        "bars": float(len(candles)),
        "bars_per_year": bars_per_year,
        "total_return": float(account[-1] - 1) if account.size else 0.0,
        **curve_metrics(account, bars_per_year),
        **_buy_and_hold(candles, bars_per_year),
        "exposure": float((equity["position"] != 0).mean()) if len(equity) else 0.0,
        **_trade_metrics(trades),
    }


def curve_metrics(account: FloatArray, bars_per_year: float) -> dict[str, float]:
    """Return sharpe, sortino, calmar and max_drawdown of an account that began at 1."""
    from traderai_assets.domain.backtest.curve_kernel import measure_curve

    mean, deviation, downside, drawdown = measure_curve(np.ascontiguousarray(account))
    yearly = float(np.sqrt(bars_per_year))
    return {
        "sharpe": _over(mean, deviation) * yearly,
        "sortino": _over(mean, downside) * yearly,
        "calmar": _over(mean, drawdown) * bars_per_year,
        "max_drawdown": drawdown,
    }


def metrics_table(
    metrics: dict[str, float],
    bars: pd.DataFrame,
    *,
    bar: timedelta,
    segment: str,
    model_id: str,
) -> pd.DataFrame:
    """One row: which unseen bars, whose decisions, and the figures; no row without bars.

    `bars` has an `open_time` for each bar that was traded, such as the equity curve.
    """
    times = bars["open_time"]
    row = pd.DataFrame([metrics]).astype(
        {metric.name: "int64" for metric in OF_BACKTESTS if metric.whole}
    )
    row.insert(0, "segment", pd.Series([segment], dtype="str"))
    row.insert(1, "model_id", pd.Series([model_id], dtype="str"))
    if bars.empty:
        bounds = pd.Series([pd.NaT], dtype=times.dtype)
        return row.assign(start=bounds, end=bounds)[:0]
    end = times.iloc[-1:].reset_index(drop=True) + pd.Timedelta(bar).as_unit("ms")
    return row.assign(start=times.iloc[:1].reset_index(drop=True), end=end)


def account_returns(account: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return over each bar of an account valued over time, its start included; 0 once it is gone.

    One value fewer than it is given.
    """
    before, after = account[:-1], account[1:]
    ratio = np.divide(after, before, out=np.ones_like(after), where=before > 0)
    return np.asarray(ratio - 1.0)


def max_drawdown(account: FloatArray) -> float:
    """Largest loss from a peak, at least 0, of an account valued over time, its start included."""
    return float((1 - account / np.maximum.accumulate(account)).max())


def _trade_metrics(trades: pd.DataFrame) -> dict[str, float]:
    column = {
        name: trades[name].to_numpy(np.float64)
        for name in ("pnl", "fees", "funding", "size", "entry_price", "exit_price")
    }
    earned = column["pnl"] - column["fees"] - column["funding"]
    lost = -float(earned[earned < 0].sum())
    traded = column["size"] * (1 + column["exit_price"] / column["entry_price"])
    return {
        "trades": float(earned.size),
        "hit_rate": float((earned > 0).mean()) if earned.size else np.nan,
        "profit_factor": float(earned[earned > 0].sum()) / lost if lost > 0 else np.nan,
        "turnover": float(traded.sum()),
        "total_fees": float(column["fees"].sum()),
        "total_funding": float(column["funding"].sum()),
    }


def _over(value: float, measure: float) -> float:
    return value / measure if measure > 0 else np.nan


def _buy_and_hold(candles: pd.DataFrame, bars_per_year: float) -> dict[str, float]:
    if candles.empty:
        return {"buy_and_hold_return": np.nan, "buy_and_hold_sharpe": np.nan}
    opens, closes = chained(candles)
    held = closes / opens[0]
    return {
        "buy_and_hold_return": float(held[-1] - 1),
        "buy_and_hold_sharpe": curve_metrics(held, bars_per_year)["sharpe"],
    }
