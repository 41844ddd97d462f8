"""The test slices: what the folds' own decisions earned there, and the verdict on it."""

from datetime import timedelta

import numpy as np
import pandas as pd

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.backtest.bars import Decisions
from traderai_assets.domain.backtest.costs import Costs
from traderai_assets.domain.backtest.engine import Backtest, run_backtest
from traderai_assets.domain.backtest.metrics import YEAR, account_returns
from traderai_assets.domain.candles.segments import chained
from traderai_assets.domain.search.trials import Trials
from traderai_assets.domain.selection.record import SelectionRecord
from traderai_assets.domain.selection.verdict import Verdict, judge_record

DECISION_COLUMNS = Decisions._fields


def trade_decided(
    decided: pd.DataFrame, candles: pd.DataFrame, *, bar: timedelta, costs: Costs
) -> Backtest:
    """Trade decisions over the bars from the first of them to the last candle there is.

    Parameters
    ----------
    decided : DataFrame
        open_time and the fields of `Decisions`, oldest first; bars that are not in it decide
        nothing.
    candles : DataFrame
        Candles of these bars, and of those after them through which a position lives on.
    bar, costs
        As in `run_backtest`.
    """
    traded = candles[candles["open_time"] >= decided["open_time"].iloc[0]].reset_index(drop=True)
    known = decided.set_index("open_time")[list(DECISION_COLUMNS)].reindex(traded["open_time"])
    silent = known["side"].isna().to_numpy()
    decisions = Decisions(
        side=known["side"].fillna(0).to_numpy(np.int8),
        target=known["target"].to_numpy(np.float64),
        stop=known["stop"].to_numpy(np.float64),
        size=np.where(silent, 1.0, known["size"].to_numpy(np.float64)),
        horizon_bars=known["horizon_bars"].fillna(1).to_numpy(np.int64),
    )
    return run_backtest(traded, decisions, bar=bar, costs=costs)


def judge_tests(
    decided: pd.DataFrame,
    candles: pd.DataFrame,
    *,
    bar: timedelta,
    costs: Costs,
    searches: tuple[Trials, Trials],
    policy_returns: FloatArray,
    seed: int,
) -> Verdict:
    """Hold what the test slices earned against every trial of both searches.

    Parameters
    ----------
    decided : DataFrame
        What `out_of_sample` gives.
    searches : pair of Trials
        Of the learners and of the policies.
    policy_returns : ndarray of shape (n_trials, n_bars)
        What each policy earned on the calibration slices.
    """
    result = trade_decided(decided, candles, bar=bar, costs=costs)
    traded = candles[candles["open_time"] >= decided["open_time"].iloc[0]]
    account = np.concatenate([[1.0], result.equity["equity"].to_numpy(np.float64)])
    opens, closes = chained(traded)
    market = np.concatenate([opens[:1], closes])
    bars_per_year = YEAR / bar
    values = [trial.value for trials in searches for trial in trials.trials]
    measured = np.array([value for value in values if value is not None], dtype=np.float64)
    return judge_record(
        SelectionRecord(
            returns=account_returns(account),
            buy_and_hold=account_returns(market),
            trades=len(result.trades),
            bars_per_year=bars_per_year,
            n_trials=len(values),
            trial_sharpes=measured / np.sqrt(bars_per_year),
            policy_returns=policy_returns,
        ),
        seed=seed,
    )
