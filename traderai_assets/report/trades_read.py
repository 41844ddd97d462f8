"""Trades as they were served: of each month its own, by the model that served it."""

import pandas as pd

from resources.lake.resource import LakeResource
from traderai_assets.domain.months import Month
from traderai_assets.report.period import Period
from traderai_assets.schemas.backtests import BACKTEST_TRADES


def served_trades(own: LakeResource, period: Period) -> dict[str, pd.DataFrame]:
    """Return the trades of the served months, by market, oldest first.

    A month's table also holds the walk-forward test of its model, in the months before: those are
    no trades of the strategy's record.

    Parameters
    ----------
    own : LakeResource
        Of the strategy.
    period : Period
    """
    table = own.snapshot(BACKTEST_TRADES)
    found = {}
    for market in table.markets():
        frames = []
        for month in period.months(table.months(market)):
            rows = table.read(market, [month])
            frames.append(rows[rows["entry_time"] >= pd.Timestamp(Month.parse(month).start)])
        joined = pd.concat([BACKTEST_TRADES.empty(), *(one for one in frames if len(one))])
        found[market] = period.of(joined.astype(BACKTEST_TRADES.dtypes), "entry_time")
    return found
