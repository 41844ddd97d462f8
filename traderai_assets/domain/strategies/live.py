"""The live stage: what days prove that nobody had seen when the strategy was written.

The days before it was registered are out of sample for its models, and not for its author, who knew
the years. So promotion rests on live days alone, and so does what a promise is held to.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.statistics.betting import betting_wealth
from traderai_assets.domain.statistics.hac import mean_test
from traderai_assets.domain.strategies.pool import LEAST_VOLATILITY_DAYS, volatility_before
from traderai_assets.domain.strategies.record import LIVE

RESTART_DAYS = 30
_DAY = pd.Timedelta(days=1)
_NORMAL = NormalDist()


@dataclass(frozen=True)
class Wealth:
    """What betting on some days has come to.

    Attributes
    ----------
    days : int
        That were bet on.
    now, highest : float
        Wealth at the end and at its highest; it began at 1.
    bound : float
        What the highest is held to.
    crossed : Timestamp or None
        The day after the one on which the bound was reached first; None where it never was.
    """

    days: int
    now: float
    highest: float
    bound: float
    crossed: pd.Timestamp | None


def standardised(pool: pd.DataFrame) -> FloatArray:
    """Net returns of a pool over a deviation that was known before each day.

    The deviation is the larger of two root mean squares, of the 60 days before and of all days
    before: after a silence the next trade is no wonder. 0 where fewer than 20 days are known
    before, or none of them had a result: nothing is bet.
    """
    net = pool["net"].to_numpy(np.float64)
    recent = volatility_before(net)
    before = np.concatenate([[0.0], np.cumsum(net * net)[:-1]])
    ever = np.sqrt(before / np.maximum(np.arange(net.size), 1))
    deviation = np.fmax(recent, ever)
    bets = (np.arange(net.size) >= LEAST_VOLATILITY_DAYS) & (deviation > 0.0)
    results: FloatArray = np.zeros(net.size)
    np.divide(net, deviation, out=results, where=bets)
    return results


def promised_mean(results: FloatArray, *, share: float, confidence: float) -> float:
    """Part of the lower bound of the mean of standardised results on record, at least 0."""
    if results.size < LEAST_VOLATILITY_DAYS:
        return 0.0
    lower = mean_test(results).lower(_NORMAL.inv_cdf(confidence))
    return max(share * lower, 0.0)


def live_proof(
    pool: pd.DataFrame, results: FloatArray, *, since: pd.Timestamp | None, bound: float
) -> Wealth:
    """Bet on the live days, those from `since` on where it is given, having a mean above 0."""
    asked = pool["origin"].to_numpy() == LIVE
    if since is not None:
        asked &= (pool["day"] >= since).to_numpy()
    return _bet(pool["day"][asked], results[asked], bound)


def broken_promise(
    pool: pd.DataFrame, results: FloatArray, *, since: pd.Timestamp, promised: float, bound: float
) -> Wealth:
    """Bet on the days from `since` on having a mean below what was promised.

    Every 30 days a part of the wealth is staked anew: an edge that fades after good years would
    else be noticed after as many bad ones.
    """
    asked = (pool["day"] >= since).to_numpy()
    return _bet(pool["day"][asked], promised - results[asked], bound, restart_days=RESTART_DAYS)


def _bet(
    days: "pd.Series[pd.Timestamp]",
    results: FloatArray,
    bound: float,
    *,
    restart_days: int | None = None,
) -> Wealth:
    if not results.size:
        return Wealth(0, 1.0, 1.0, bound, None)
    wealth = betting_wealth(results, restart_days=restart_days)
    over = np.flatnonzero(wealth >= bound)
    crossed = days.iloc[int(over[0])] + _DAY if over.size else None
    return Wealth(results.size, float(wealth[-1]), max(1.0, float(wealth.max())), bound, crossed)
