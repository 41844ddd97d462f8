"""The numbers a verdict rests on, measured on a record; what they must be stands in verdict."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.backtest.metrics import max_drawdown
from traderai_assets.domain.selection.record import SelectionRecord
from traderai_assets.domain.statistics.autocorrelation import autocorrelation_time
from traderai_assets.domain.statistics.bootstrap import N_RESAMPLES, mean_interval
from traderai_assets.domain.statistics.overfitting import (
    Overfitting,
    backtest_overfitting,
    sensible_blocks,
)
from traderai_assets.domain.statistics.sharpe import (
    SharpeEstimate,
    deflated_sharpe_ratio,
    expected_maximum,
    minimum_backtest_years,
)

# Somebody chose the defaults, knowing results, before the first trial was counted
FEWEST_TRIALS = 10


@dataclass(frozen=True)
class Measures:
    """What a record shows. Sharpe ratios named annual are per period times the root of a year's.

    Attributes
    ----------
    trials : int
        Those that were counted, at least `FEWEST_TRIALS`: what everything is deflated by.
    independent_bars : float
        Bars over their autocorrelation time: how many independent ones they are worth.
    luck_sharpe : float
        Annual Sharpe ratio expected of the best of as many trials without any skill.
    deflated_sharpe : float
        Probability that the true Sharpe ratio is above that (2014).
    years, years_needed : float
        Of test; and the minimum backtest length for the Sharpe ratio observed, inf where that is
        not above zero.
    mean_lower : float
        One-sided lower bound of the mean return a bar, by the stationary bootstrap.
    """

    trials: int
    independent_bars: float
    annual_sharpe: float
    buy_and_hold_sharpe: float
    luck_sharpe: float
    deflated_sharpe: float
    years: float
    years_needed: float
    mean_return: float
    mean_lower: float
    total_return: float
    buy_and_hold_return: float
    max_drawdown: float
    skewness: float
    kurtosis: float
    overfitting: Overfitting | None
    best_trial_sharpe: float | None
    trial_sharpe_variance: float | None

    def to_json(self) -> dict[str, Any]:
        """Every number by name; what is not finite is None."""
        values = {**vars(self), **(vars(self.overfitting) if self.overfitting else {})}
        del values["overfitting"]
        return {
            name: None if isinstance(value, float) and not math.isfinite(value) else value
            for name, value in values.items()
        }


def measure(
    record: SelectionRecord, *, confidence: float, n_resamples: int = N_RESAMPLES, seed: int = 0
) -> Measures:
    """Measure a record of at least two bars.

    Notes
    -----
    The variance of luck is 1 / independent_bars, that of the test's own Sharpe ratio were there no
    skill, and not the variance of the trials' ratios: those were measured on other bars, before
    costs in one stage and after them in the other, and differ because trials do (one that trades
    itself to ruin is not luck). The chance that any of N trials without skill passes is at most N
    times that of one, however they depend on each other and even if chosen knowing the test:
    0.6 % of ten trials, 0.2 % of fifty, less of more.
    """
    returns = record.returns
    trials = max(record.n_trials, FEWEST_TRIALS)
    time = autocorrelation_time(returns)
    worth = returns.size / time
    yearly = math.sqrt(record.bars_per_year)
    plain = SharpeEstimate.from_returns(returns)
    estimate = SharpeEstimate(
        plain.sharpe, max(2, int(worth)), skewness=plain.skewness, kurtosis=plain.kurtosis
    )
    annual = plain.sharpe * yearly
    interval = mean_interval(
        returns, confidence=2 * confidence - 1, n_resamples=n_resamples, seed=seed
    )
    return Measures(
        trials=trials,
        independent_bars=worth,
        annual_sharpe=annual,
        buy_and_hold_sharpe=SharpeEstimate.from_returns(record.buy_and_hold).sharpe * yearly,
        luck_sharpe=expected_maximum(trials) / math.sqrt(worth) * yearly,
        deflated_sharpe=deflated_sharpe_ratio(estimate, n_trials=trials, trial_variance=1 / worth),
        years=returns.size / record.bars_per_year,
        years_needed=minimum_backtest_years(trials, annual) * time if annual > 0 else math.inf,
        mean_return=interval.mean,
        mean_lower=interval.lower,
        total_return=float(_account(returns)[-1] - 1),
        buy_and_hold_return=float(_account(record.buy_and_hold)[-1] - 1),
        max_drawdown=max_drawdown(_account(returns)),
        skewness=plain.skewness,
        kurtosis=plain.kurtosis,
        overfitting=_overfitting(record.policy_returns),
        best_trial_sharpe=float(record.trial_sharpes.max()) if record.trial_sharpes.size else None,
        trial_sharpe_variance=(
            float(record.trial_sharpes.var(ddof=1)) if record.trial_sharpes.size > 1 else None
        ),
    )


def _account(returns: FloatArray) -> FloatArray:
    """Value over time of an account that starts at 1 and cannot fall below nothing."""
    return np.concatenate([[1.0], np.cumprod(np.maximum(1 + returns, 0.0))])


def _overfitting(policy_returns: FloatArray) -> Overfitting | None:
    """Of the choice among the policies; None where there was none, or on too few bars to tell."""
    n_policies, n_bars = policy_returns.shape
    if n_policies < 2 or not sensible_blocks(n_bars):
        return None
    return backtest_overfitting(np.ascontiguousarray(policy_returns.T))
