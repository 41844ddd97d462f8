"""Trading what was decided bar by bar: a model's own record, out of sample or in service."""

from datetime import timedelta

import numpy as np
import pandas as pd

from traderai_assets.domain.backtest.bars import Decisions
from traderai_assets.domain.backtest.costs import Costs
from traderai_assets.domain.backtest.engine import Backtest, run_backtest

DECISION_COLUMNS = Decisions._fields


def walk_forward_backtest(
    decided: pd.DataFrame, candles: pd.DataFrame, *, bar: timedelta, costs: Costs
) -> Backtest | None:
    """Trade what the folds decided on their test slices, from the first decision to the last.

    Parameters
    ----------
    decided : DataFrame
        open_time and the fields of `Decisions`, oldest first; bars that are not in it decide
        nothing.
    candles : DataFrame
        Candles of these bars, oldest first; those before the first decision and after the last
        are not traded.
    bar, costs
        As in `run_backtest`.

    Returns
    -------
    Backtest or None
        None where nothing was decided, or no candle lies between the decisions.
    """
    if decided.empty:
        return None
    first, last = decided["open_time"].iloc[0], decided["open_time"].iloc[-1]
    inside = candles[(candles["open_time"] >= first) & (candles["open_time"] <= last)]
    return None if inside.empty else trade_decided(decided, inside, bar=bar, costs=costs)


def trade_decided(
    decided: pd.DataFrame, candles: pd.DataFrame, *, bar: timedelta, costs: Costs
) -> Backtest:
    """Trade decisions over the bars from the first of them to the last candle there is.

    Parameters
    ----------
    decided : DataFrame
        open_time and the fields of `Decisions`, oldest first, at least one; bars that are not in
        it decide nothing.
    candles : DataFrame
        Candles of these bars, and of those after them through which a position lives on.
    bar, costs
        As in `run_backtest`.
    """
    traded = candles[candles["open_time"] >= decided["open_time"].iloc[0]].reset_index(drop=True)
    by_bar = decided.set_index("open_time")[list(DECISION_COLUMNS)].reindex(traded["open_time"])
    undecided = by_bar["side"].isna().to_numpy()
    decisions = Decisions(
        side=by_bar["side"].fillna(0).to_numpy(np.int8),
        target=by_bar["target"].to_numpy(np.float64),
        stop=by_bar["stop"].to_numpy(np.float64),
        size=np.where(undecided, 1.0, by_bar["size"].to_numpy(np.float64)),
        horizon_bars=by_bar["horizon_bars"].fillna(1).to_numpy(np.int64),
    )
    return run_backtest(traded, decisions, bar=bar, costs=costs)
