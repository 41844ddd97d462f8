"""Evidence that may be looked at every day: what a gambler wins who bets on it.

Where the mean of what is to come is 0 or less, given all that went before, nobody who starts with 1
and cannot lose more is expected to have more. So to have ever reached 20 has a chance of 1 in 20,
however often one looks and whenever one stops (Ville's inequality).
"""

import math
from collections.abc import Sequence

import numpy as np

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.errors import InvalidInput

FRACTIONS = (0.02, 0.05, 0.1, 0.2)
MOST = 4.0
# Wealth beyond this proves no more, and would overflow
_ENOUGH = 1e12


def betting_wealth(
    standardised: FloatArray,
    *,
    fractions: Sequence[float] = FRACTIONS,
    most: float = MOST,
    restart_days: int | None = None,
) -> FloatArray:
    """Follow the wealth of who bets on means above zero.

    Parameters
    ----------
    standardised : ndarray of shape (n_days,)
        Results over a deviation that was known before each, in time order, finite.
    fractions : sequence of float
        Shares of the wealth that are put on a result of 1, each by a gambler of its own who starts
        with an equal part.
    most : float, default=4
        Results above this count as this, so that a single day proves little; losses are not cut.
    restart_days : int, optional
        After so many days always another part of the wealth is first put to stake: 1/2 on the first
        day, then 1/6, 1/12, ... 1 / (k (k + 1)), until then it lies idle. For a mean that may be
        above 0 from some day on, when those who began early have lost theirs. None: all of it on
        the first day.

    Returns
    -------
    ndarray of shape (n_days,)
        Mean wealth after each day, at least 0; it began at 1. Who has lost everything stays out.

    Notes
    -----
    The chance to ever reach 1 / alpha is at most alpha where no result is below -1 / fraction: of
    the largest fraction, -5. A result below that ruins its gambler, whose debt is forgiven; what
    that is worth to a strategy that wins little daily and loses much seldom is measured in
    docs/strategy_evidence.md.

    Raises
    ------
    InvalidInput
        If a result is not finite, or a fraction is not above 0 and below 1.

    References
    ----------
    Ville, J. (1939). Etude critique de la notion de collectif.
    Waudby-Smith, I. and Ramdas, A. (2023). Estimating Means of Bounded Random Variables by Betting.
    J. of the Royal Statistical Society B 86(1).
    """
    if not np.isfinite(standardised).all() or not all(0.0 < share < 1.0 for share in fractions):
        raise InvalidInput(
            f"{int((~np.isfinite(standardised)).sum())} of {standardised.size} results are not "
            f"finite, fractions {list(fractions)}; expected finite results, and fractions above 0 "
            "and below 1"
        )
    results = np.minimum(standardised, most)
    if restart_days is None:
        return _mean_held(results, fractions)
    wealth = np.zeros(results.size)
    for number, start in enumerate(range(0, results.size, restart_days), start=1):
        part = 1.0 / (number * (number + 1))
        wealth[:start] += part
        wealth[start:] += part * _mean_held(results[start:], fractions)
    # Of all parts those that are never staked: 1 - 1/2 - 1/6 - ... = 1 / (k + 1)
    return np.asarray(wealth + 1.0 / (math.ceil(results.size / restart_days) + 1))


def _mean_held(results: FloatArray, fractions: Sequence[float]) -> FloatArray:
    held = np.zeros(results.size)
    for share in fractions:
        held += _held(np.maximum(1.0 + share * results, 0.0))
    return np.asarray(held / len(fractions))


def _held(factors: FloatArray) -> FloatArray:
    """Products so far; 0 stays 0, and who has enough stops betting."""
    with np.errstate(over="ignore", invalid="ignore"):
        wealth = np.cumprod(factors)
        enough = np.flatnonzero(wealth >= _ENOUGH)
    if enough.size:
        wealth[enough[0] :] = _ENOUGH
    return np.asarray(wealth)
