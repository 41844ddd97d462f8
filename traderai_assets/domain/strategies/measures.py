"""The numbers that stand beside a verdict: what a strategy's pool shows as of now."""

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from traderai_assets.domain.backtest.metrics import max_drawdown
from traderai_assets.domain.statistics.autocorrelation import autocorrelation_time
from traderai_assets.domain.statistics.bootstrap import mean_interval
from traderai_assets.domain.statistics.hac import intercept_test, mean_test
from traderai_assets.domain.statistics.overfitting import backtest_overfitting, sensible_blocks
from traderai_assets.domain.statistics.sharpe import SharpeEstimate, deflated_sharpe_ratio
from traderai_assets.domain.strategies.looking import Peers, common_days
from traderai_assets.domain.strategies.pool import account_of
from traderai_assets.domain.strategies.record import LIVE

DAYS_A_YEAR = 365.0
# Of its own for the interval: more days than can be drawn well say little
LEAST_DAYS = 30
_RESAMPLES = 1_000
_CONFIDENCE = 0.9


@dataclass(frozen=True)
class PoolMeasures:
    """What the pool shows. Decided by: nothing but counts; the looks decide.

    Attributes
    ----------
    days, live_days, exposure_days, trades, markets : int
        Days of the pool, those of them that are live, those with a position; trades; most markets
        on a day.
    first_day, last_day : str
        ISO dates.
    annual_sharpe, buy_and_hold_sharpe : float
        Mean over standard deviation of a day, times the root of 365.
    mean, mean_lower, mean_upper : float
        Of a day's net return; the bounds hold it with 90 % (stationary bootstrap of days).
    t, intercept_t : float
        As a look takes them, over all days.
    total_return, max_drawdown : float
    deflated_sharpe : float
        Probability that the true Sharpe ratio is above the best of as many strategies by luck:
        told, not decided by, since of twenty strategies it finds a good one less often than the
        stepwise test does.
    overfitting, probability_of_loss : float or None
        Of choosing the best among the strategies on days that all have; None where there is none to
        choose from.
    """

    days: int
    live_days: int
    exposure_days: int
    trades: int
    markets: int
    first_day: str
    last_day: str
    annual_sharpe: float
    buy_and_hold_sharpe: float
    mean: float
    mean_lower: float
    mean_upper: float
    t: float
    intercept_t: float
    total_return: float
    max_drawdown: float
    deflated_sharpe: float
    overfitting: float | None
    probability_of_loss: float | None

    def to_json(self) -> dict[str, Any]:
        """Every number by name; all are finite or None."""
        return asdict(self)


def measure_pool(pool: pd.DataFrame, peers: Peers, *, seed: int) -> PoolMeasures | None:
    """Measure a pool; None of fewer than 30 days."""
    if len(pool) < LEAST_DAYS:
        return None
    net = pool["net"].to_numpy(np.float64)
    held = pool["buy_and_hold"].to_numpy(np.float64)
    interval = mean_interval(net, confidence=_CONFIDENCE, n_resamples=_RESAMPLES, seed=seed)
    account = account_of(net)
    pbo, loss = _overfitting(pool, peers)
    yearly = math.sqrt(DAYS_A_YEAR)
    return PoolMeasures(
        days=len(pool),
        live_days=int((pool["origin"] == LIVE).sum()),
        exposure_days=int((pool["exposure"] > 0.0).sum()),
        trades=int(pool["trades"].sum()),
        markets=int(pool["markets"].max()),
        first_day=f"{pool['day'].iloc[0]:%Y-%m-%d}",
        last_day=f"{pool['day'].iloc[-1]:%Y-%m-%d}",
        annual_sharpe=SharpeEstimate.from_returns(net).sharpe * yearly,
        buy_and_hold_sharpe=SharpeEstimate.from_returns(held).sharpe * yearly,
        mean=interval.mean,
        mean_lower=interval.lower,
        mean_upper=interval.upper,
        t=mean_test(net).z,
        intercept_t=intercept_test(net, held).z,
        total_return=float(account[-1] - 1.0),
        max_drawdown=max_drawdown(account),
        deflated_sharpe=_deflated(net, peers.count),
        overfitting=pbo,
        probability_of_loss=loss,
    )


def _deflated(net: np.ndarray, strategies: int) -> float:
    worth = net.size / autocorrelation_time(net)
    plain = SharpeEstimate.from_returns(net)
    estimate = SharpeEstimate(
        plain.sharpe, max(2, int(worth)), skewness=plain.skewness, kurtosis=plain.kurtosis
    )
    return deflated_sharpe_ratio(estimate, n_trials=strategies, trial_variance=1.0 / worth)


def _overfitting(pool: pd.DataFrame, peers: Peers) -> tuple[float | None, float | None]:
    returns = common_days(pool, peers)
    returns = returns[~np.isnan(returns).any(axis=1)]
    # 12 blocks: 924 splits tell as much as 12,870
    blocks = min(12, sensible_blocks(len(returns)))
    if returns.shape[1] < 2 or not blocks:
        return None, None
    found = backtest_overfitting(np.ascontiguousarray(returns), blocks)
    return found.pbo, found.probability_of_loss
