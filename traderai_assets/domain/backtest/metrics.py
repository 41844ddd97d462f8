"""The figures of a backtest: one number a name, in fractions unless the name says otherwise."""

from datetime import timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from traderai_assets.domain.backtest.costs import Costs

YEAR = timedelta(days=365)
"""Crypto markets trade all year."""


def backtest_metrics(
    candles: pd.DataFrame,
    trades: pd.DataFrame,
    equity: pd.DataFrame,
    *,
    bar: timedelta,
    costs: Costs,
) -> dict[str, float]:
    """Draw the figures from a ledger of trades and its equity curve.

    Returns
    -------
    dict
        bars, bars_per_year (a year over the bar's length), trades;
        total_return and buy_and_hold_return (last close over first open - 1, no costs);
        sharpe (mean over standard deviation of the returns per present bar, times the square root
        of bars_per_year) and sortino (same, over the root mean square of the negative ones);
        max_drawdown (largest loss from a peak, the start included, at least 0);
        hit_rate (trades that earned), profit_factor (money won over money lost);
        turnover (value traded over the account at each entry, summed: about 2 a trade);
        exposure (bars with a position); total_fees (in accounts at the start).
        NaN where nothing defines it: hit_rate without trades, profit_factor without a loss, sharpe
        and sortino where their denominator is 0, buy_and_hold_return without candles. All else is
        0 without trades or candles.
    """
    bars_per_year = YEAR / bar
    yearly = float(np.sqrt(bars_per_year))
    curve = equity["equity"].to_numpy(np.float64)
    from_start = np.concatenate([[1.0], curve])
    previous = from_start[:-1]
    returns = np.divide(curve, previous, out=np.ones_like(curve), where=previous > 0) - 1
    return {
        "bars": float(len(candles)),
        "bars_per_year": bars_per_year,
        "total_return": float(from_start[-1] - 1),
        "buy_and_hold_return": _buy_and_hold(candles),
        "sharpe": _ratio(returns, float(returns.std(ddof=1)) if returns.size > 1 else 0.0) * yearly,
        "sortino": _ratio(returns, _downside(returns)) * yearly,
        "max_drawdown": max_drawdown(from_start),
        "exposure": float((equity["position"] != 0).mean()) if len(equity) else 0.0,
        **_trade_metrics(trades, costs),
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
    row = pd.DataFrame([metrics]).astype({"bars": "int64", "trades": "int64"})
    row.insert(0, "segment", pd.Series([segment], dtype="str"))
    row.insert(1, "model_id", pd.Series([model_id], dtype="str"))
    if bars.empty:
        bounds = pd.Series([pd.NaT], dtype=times.dtype)
        return row.assign(start=bounds, end=bounds)[:0]
    end = times.iloc[-1:].reset_index(drop=True) + pd.Timedelta(bar).as_unit("ms")
    return row.assign(start=times.iloc[:1].reset_index(drop=True), end=end)


def max_drawdown(account: npt.NDArray[np.float64]) -> float:
    """Largest loss from a peak, at least 0, of an account valued over time, its start included."""
    return float((1 - account / np.maximum.accumulate(account)).max())


def _trade_metrics(trades: pd.DataFrame, costs: Costs) -> dict[str, float]:
    net = trades["net_return"].to_numpy(np.float64)
    ratio = (trades["exit_price"] / trades["entry_price"]).to_numpy(np.float64)
    account = np.concatenate([[1.0], np.cumprod(1 + net)])[:-1]
    money = net * account
    lost = -float(money[money < 0].sum())
    return {
        "trades": float(net.size),
        "hit_rate": float((net > 0).mean()) if net.size else np.nan,
        "profit_factor": float(money[money > 0].sum()) / lost if lost > 0 else np.nan,
        "turnover": float((1 + ratio).sum()),
        "total_fees": float((costs.fee_rate * (1 + ratio) * account).sum()),
    }


def _ratio(returns: npt.NDArray[np.float64], spread: float) -> float:
    return float(returns.mean()) / spread if spread > 0 else np.nan


def _downside(returns: npt.NDArray[np.float64]) -> float:
    return float(np.sqrt((np.minimum(returns, 0) ** 2).mean())) if returns.size else 0.0


def _buy_and_hold(candles: pd.DataFrame) -> float:
    if candles.empty:
        return np.nan
    return float(candles["close"].iloc[-1] / candles["open"].iloc[0] - 1)
