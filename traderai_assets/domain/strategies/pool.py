"""The pool: the days of all markets of a strategy as one account, each market with equal risk.

Ten markets that move together are not ten proofs: what is judged is one series of days.
"""

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.strategies.record import BACKFILL, LIVE, StrategyRecord

# Days of a market that its volatility is measured over, and fewer than which say nothing
VOLATILITY_DAYS, LEAST_VOLATILITY_DAYS = 60, 20
# Times the weight of the market in the middle: a market that stands still is not all of the pool
HIGHEST_WEIGHT = 3.0
POOL_COLUMNS = ("day", "net", "buy_and_hold", "markets", "trades", "exposure", "origin")


def pool_days(record: StrategyRecord) -> pd.DataFrame:
    """Join the markets of each day into one account.

    A market's weight is one over its volatility, the root mean square of its daily buy-and-hold
    returns over its 60 days before (20 at least), and at most three times the middle weight of the
    day; weights add up to 1. A market with fewer days before has the middle weight, so that none of
    its days is lost; where no volatility is known, all weigh the same. The volatility is the
    market's and not the strategy's: that of a strategy which is mostly silent would be small for
    the wrong reason.

    Parameters
    ----------
    record : StrategyRecord

    Returns
    -------
    DataFrame, one row a day that at least one market has, in order
        day : datetime64[ms, UTC]
        net, buy_and_hold, exposure : weighted means over the markets that have such a day
        markets : int, that have it: one without it is absent, one that was silent counts with its 0
        trades : int, of these markets
        origin : "live" where it is of all of these markets
    """
    net = record.matrix("net")
    held = record.matrix("buy_and_hold").to_numpy()
    weights = _weights(held)
    counts = weights > 0.0
    live = record.matrix("live").to_numpy() > 0.0
    pooled = pd.DataFrame(
        {
            "day": pd.DatetimeIndex(net.index).as_unit("ms"),
            "net": _weighted(net.to_numpy(), weights),
            "buy_and_hold": _weighted(held, weights),
            "markets": counts.sum(axis=1).astype(np.int64),
            "trades": _summed(record.matrix("trades").to_numpy(), counts).astype(np.int64),
            "exposure": _weighted(record.matrix("exposure").to_numpy(), weights),
            "origin": np.where((live | ~counts).all(axis=1), LIVE, BACKFILL),
        }
    ).astype({"origin": "str"})
    found: pd.DataFrame = pooled[pooled["markets"] > 0].reset_index(drop=True)
    return found


def volatility_before(returns: FloatArray) -> FloatArray:
    """Root mean square of the 60 values before each, NaN where there are fewer than 20.

    Parameters
    ----------
    returns : ndarray of shape (n_days,)
        Of the days that there are, in order.
    """
    squares = np.concatenate([np.zeros(VOLATILITY_DAYS), returns * returns])
    sums = sliding_window_view(squares, VOLATILITY_DAYS)[:-1].sum(axis=1)
    known = np.minimum(np.arange(returns.size), VOLATILITY_DAYS)
    volatility = np.full(returns.size, np.nan)
    enough = known >= LEAST_VOLATILITY_DAYS
    volatility[enough] = np.sqrt(sums[enough] / known[enough])
    return volatility


def account_of(returns: FloatArray) -> FloatArray:
    """Value after each day of an account that starts at 1, its start included, at least 0."""
    return np.concatenate([[1.0], np.cumprod(np.maximum(1.0 + returns, 0.0))])


def _weights(held: FloatArray) -> FloatArray:
    """Of each market on each day, 0 where it does not count; a day's add up to 1, or are all 0."""
    there = ~np.isnan(held)
    volatility = np.full(held.shape, np.nan)
    for market in range(held.shape[1]):
        days = there[:, market]
        volatility[days, market] = volatility_before(held[days, market])
    known = ~np.isnan(volatility)
    middle = _middles(volatility, known)
    # The weight of the middle volatility is 1, and what is not known is taken to be in the middle.
    # What never moved has the highest there is.
    weights = np.where(known, HIGHEST_WEIGHT, 1.0)
    np.divide(middle[:, None], volatility, out=weights, where=known & (volatility > 0.0))
    weights = np.where(there, np.minimum(weights, HIGHEST_WEIGHT), 0.0)
    total = weights.sum(axis=1, keepdims=True)
    shares: FloatArray = np.divide(weights, total, out=np.zeros(held.shape), where=total > 0.0)
    return shares


def _middles(volatility: FloatArray, known: np.ndarray) -> FloatArray:
    middles = np.zeros(len(volatility))
    some = known.any(axis=1)
    middles[some] = np.nanmedian(volatility[some], axis=1)
    return middles


def _weighted(values: FloatArray, weights: FloatArray) -> FloatArray:
    means: FloatArray = np.where(weights > 0.0, values * weights, 0.0).sum(axis=1)
    return means


def _summed(values: FloatArray, counts: np.ndarray) -> FloatArray:
    sums: FloatArray = np.where(counts, values, 0.0).sum(axis=1)
    return sums
