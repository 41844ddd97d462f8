"""Periods: what a series of days earned by month, by year, and by where the days come from."""

from collections.abc import Hashable
from typing import Final

import numpy as np
import pandas as pd

from traderai_assets.domain.backtest.metrics import max_drawdown
from traderai_assets.domain.statistics.sharpe import SharpeEstimate
from traderai_assets.domain.strategies.measures import DAYS_A_YEAR
from traderai_assets.domain.strategies.pool import account_of

LEAST_DAYS: Final = 30
"""Of fewer days no annual Sharpe ratio is told."""


def monthly_returns(days: pd.DataFrame) -> pd.Series:
    """Return the compound net return of each calendar month that has a day, by "2026-03".

    Parameters
    ----------
    days : DataFrame
        day and net, one row a day, in order.
    """
    months = days["day"].dt.strftime("%Y-%m")
    grown = (1.0 + days["net"]).groupby(months.to_numpy()).prod() - 1.0
    return pd.Series(grown.to_numpy(np.float64), index=grown.index.astype("str"))


def measured_periods(days: pd.DataFrame, by: pd.Series) -> pd.DataFrame:
    """Measure groups of days, each as an account of its own.

    Parameters
    ----------
    days : DataFrame
        day, net, buy_and_hold, exposure, trades, one row a day, in order.
    by : Series
        The group of each day, such as its year.

    Returns
    -------
    DataFrame, one row a group in order of its first day
        period, days, net_return, buy_and_hold_return, annual_sharpe (root of 365 days a year, since
        crypto markets never close; NaN of fewer than 30 days), max_drawdown, exposure, trades.
    """
    rows = [
        {"period": str(name), **_measured(group)}
        for name, group in days.groupby(by.to_numpy(), sort=False)
    ]
    columns = ["period", *_measured(days[:0])]
    return pd.DataFrame(rows, columns=columns)


def _measured(days: pd.DataFrame) -> dict[Hashable, float | int]:
    net = days["net"].to_numpy(np.float64)
    account, held = account_of(net), account_of(days["buy_and_hold"].to_numpy(np.float64))
    sharpe = np.nan
    if len(days) >= LEAST_DAYS and net.std() > 0.0:
        sharpe = SharpeEstimate.from_returns(net).sharpe * float(np.sqrt(DAYS_A_YEAR))
    return {
        "days": len(days),
        "net_return": float(account[-1] - 1.0),
        "buy_and_hold_return": float(held[-1] - 1.0),
        "annual_sharpe": sharpe,
        "max_drawdown": max_drawdown(account),
        "exposure": float(days["exposure"].mean()) if len(days) else 0.0,
        "trades": int(days["trades"].sum()),
    }
