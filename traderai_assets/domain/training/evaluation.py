"""The test slices: what the folds' own decisions earned there, and the verdict on it."""

from datetime import timedelta

import numpy as np
import pandas as pd

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.backtest.costs import Costs
from traderai_assets.domain.backtest.decided import trade_decided
from traderai_assets.domain.backtest.metrics import YEAR, account_returns
from traderai_assets.domain.candles.segments import chained
from traderai_assets.domain.search.trials import Trials
from traderai_assets.domain.selection.record import SelectionRecord
from traderai_assets.domain.selection.verdict import Verdict, judge_record


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
    """Hold what the tests earned against every trial of both searches.

    Parameters
    ----------
    decided : DataFrame
        What `out_of_sample` gives.
    searches : pair of Trials
        Of the learners and of the policies.
    policy_returns : ndarray of shape (n_trials, n_bars)
        What each policy earned on the tests.
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
