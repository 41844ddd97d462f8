"""What is stored of backtests: the trades, the account bar by bar, and one row of figures."""

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

from traderai_assets.domain.backtest.engine import EXIT_REASONS
from traderai_assets.domain.metrics.catalogue import OF_BACKTESTS
from traderai_assets.schemas.metric_columns import with_metrics
from traderai_assets.schemas.tables import Table
from traderai_assets.schemas.types import Time

# The test slices of the folds inside the look-back; the bars of the served month so far.
WALK_FORWARD, SERVED = SEGMENTS = ("walk_forward", "served")


class BacktestTrades(pa.DataFrameModel):
    """Trades of one backtest, oldest first; they never overlap. Prices in quote, as filled."""

    entry_time: Series[Time] = pa.Field(unique=True, description="Open of the bar of the fill.")
    exit_time: Series[Time] = pa.Field(description="Close of the bar that ended the trade.")
    side: Series[np.int8] = pa.Field(isin=(-1, 1), description="1 long, -1 short.")
    size: Series[float] = pa.Field(
        gt=0, le=1 + 1e-9, description="Share of the account put in: position and entry fee."
    )
    entry_price: Series[float] = pa.Field(gt=0, lt=np.inf, description="With slippage, in quote.")
    exit_price: Series[float] = pa.Field(gt=0, lt=np.inf, description="With slippage, in quote.")
    gross_return: Series[float] = pa.Field(
        gt=-np.inf, lt=np.inf, description="Before all costs, fraction of the entry price."
    )
    net_return: Series[float] = pa.Field(
        gt=-np.inf, lt=np.inf, description="After all costs, fraction of what was put in."
    )
    exit_reason: Series[str] = pa.Field(isin=list(EXIT_REASONS), description="What ended it.")
    bars: Series[np.int64] = pa.Field(ge=1, description="Present bars from entry to exit.")
    pnl: Series[float] = pa.Field(
        gt=-np.inf, lt=np.inf, description="Of the fills, in accounts at the start."
    )
    fees: Series[float] = pa.Field(ge=0, lt=np.inf, description="In accounts at the start.")
    funding: Series[float] = pa.Field(
        gt=-np.inf, lt=np.inf, description="Paid, or received if negative; as fees."
    )

    @pa.dataframe_check(error="entry_time < exit_time")
    def ends_after_it_begins(cls, frame: pd.DataFrame) -> pd.Series:  # noqa: N805 - pandera's way
        """No trade ends before it begins."""
        return frame["entry_time"] < frame["exit_time"]

    class Config:
        """Refuse undeclared columns."""

        strict = True


class BacktestEquity(pa.DataFrameModel):
    """The account of one backtest at every bar's close, as a multiple of its start."""

    open_time: Series[Time] = pa.Field(unique=True, description="When the bar opened.")
    equity: Series[float] = pa.Field(ge=0, lt=np.inf, description="Account at the bar's close.")
    position: Series[np.int8] = pa.Field(
        isin=(-1, 0, 1), description="Side held during the bar, also if it ended in it."
    )
    cash: Series[float] = pa.Field(gt=-np.inf, lt=np.inf, description="At the close, as equity.")
    value: Series[float] = pa.Field(
        gt=-np.inf, lt=np.inf, description="Of the position at the close, negative of a short."
    )
    fees: Series[float] = pa.Field(ge=0, lt=np.inf, description="Paid during the bar.")
    funding: Series[float] = pa.Field(
        gt=-np.inf, lt=np.inf, description="Paid during the bar, or received if negative."
    )

    @pa.dataframe_check(error="equity is cash and value of the position")
    def balances(cls, frame: pd.DataFrame) -> pd.Series:  # noqa: N805 - pandera's way
        """Nothing is in the account but cash and the position."""
        held = frame["cash"] + frame["value"]
        return (frame["equity"] - held).abs() <= 1e-9 * frame["equity"].clip(lower=1)

    class Config:
        """Refuse undeclared columns."""

        strict = True


class BacktestMetrics(pa.DataFrameModel):
    """Whose backtest a row is of; its metrics are the catalogue's, one column each."""

    segment: Series[str] = pa.Field(isin=SEGMENTS, description="Which unseen bars were traded.")
    model_id: Series[str] = pa.Field(description="Whose decisions were traded.")
    start: Series[Time] = pa.Field(unique=True, description="When the first bar opened.")
    end: Series[Time] = pa.Field(description="When the last bar closed.")

    class Config:
        """Refuse undeclared columns."""

        strict = True


BACKTEST_TRADES = Table(
    "backtest_trades", BacktestTrades.to_schema(), key=("entry_time",), of_strategy=True
)
BACKTEST_EQUITY = Table("backtest_equity", BacktestEquity.to_schema(), of_strategy=True)
BACKTEST_METRICS = Table(
    "backtest_metrics",
    with_metrics(BacktestMetrics.to_schema(), OF_BACKTESTS),
    key=("start",),
    of_strategy=True,
)
