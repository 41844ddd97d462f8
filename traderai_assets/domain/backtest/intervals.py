"""How sure the figures of a backtest are: intervals by the stationary bootstrap."""

import math

import numpy as np

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.portable import logarithm
from traderai_assets.domain.statistics.bootstrap import bootstrap_means, default_block

INTERVALS = ("sharpe_lower", "sharpe_upper", "total_return_lower", "total_return_upper")


def result_intervals(
    account: FloatArray, *, bars_per_year: float, confidence: float = 0.95, seed: int = 0
) -> dict[str, float]:
    """Bracket Sharpe ratio and total return of an account that began at 1.

    Blocks of its returns per bar are drawn again and again; the bounds are the quantiles of what
    these accounts made, half of the rest on either side.

    Parameters
    ----------
    account : ndarray of shape (n_bars,)
        At each close.
    bars_per_year : float
        Annualises the Sharpe ratio.
    confidence : float, default=0.95
        Share of the drawn accounts inside, above 0 and below 1.
    seed : int, default=0
        Same seed, same bounds.

    Returns
    -------
    dict
        By the names of `INTERVALS`; all NaN with fewer than two bars, without a trade, or if the
        account was gone.
    """
    if not 0 < confidence < 1:
        raise InvalidInput(f"confidence {confidence}; expected above 0 and below 1")
    if account.size < 2 or account[-1] <= 0:
        return dict.fromkeys(INTERVALS, math.nan)
    returns = account / np.concatenate([[1.0], account[:-1]]) - 1
    if not returns.any():
        return dict.fromkeys(INTERVALS, math.nan)
    block = default_block(returns)
    # The same seed and block draw the same rows, so that the three means are of one account.
    mean, square, growth = (
        bootstrap_means(values, mean_block=block, seed=seed)
        for values in (returns, returns**2, logarithm(1.0 + returns))
    )
    # The last guards against a draw of equal returns: its ratio is 0 over 0.
    deviation = np.sqrt(np.maximum(square - mean**2, np.finfo(float).tiny))
    outside = (1 - confidence) / 2
    at = [outside, 1 - outside]
    sharpe = np.quantile(mean / deviation, at) * math.sqrt(bars_per_year)
    total = [math.expm1(bound * account.size) for bound in np.quantile(growth, at)]
    return dict(zip(INTERVALS, (float(value) for value in (*sharpe, *total)), strict=True))
