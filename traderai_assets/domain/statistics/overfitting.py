"""Whether choosing the best of many was overfitting: combinatorially symmetric cross-validation."""

import math
from itertools import combinations

import numpy as np
import numpy.typing as npt

from traderai_assets.domain.errors import InvalidInput

FloatArray = npt.NDArray[np.float64]


def backtest_overfitting_probability(returns: FloatArray, n_blocks: int = 16) -> float:
    """Give the share of splits in which the trial that looked best was no better than the median.

    Parameters
    ----------
    returns : ndarray of shape (n_periods, n_trials)
        Returns of every trial over the same periods, as they were earned. Columns scaled to the
        same mean make each half the other's mirror image and the answer 1.
    n_blocks : int, default=16
        Even number of consecutive blocks; rows left over at the end are not used. 16 make 12,870
        splits.

    Returns
    -------
    float
        From 0 to 1. Trials without skill scatter around one half (standard deviation 0.15 for 100
        of them over 1,000 periods).

    Raises
    ------
    InvalidInput
        If there are fewer than two trials or two rows a block, an odd number of blocks, or a value
        that is not finite.

    References
    ----------
    Bailey, D., Borwein, J., Lopez de Prado, M. and Zhu, Q. (2017). The Probability of Backtest
    Overfitting. J. of Computational Finance 20(4).
    """
    n_rows, n_trials = returns.shape
    if n_blocks < 2 or n_blocks % 2 or n_trials < 2 or n_rows < 2 * n_blocks:
        raise InvalidInput(
            f"{n_trials} trials over {n_rows} periods in {n_blocks} blocks; expected at least two "
            "trials, an even number of blocks and two periods in each"
        )
    if not np.isfinite(returns).all():
        raise InvalidInput("a return is not finite; leave out that trial, or count it as 0")
    size = n_rows // n_blocks
    blocks = returns[: size * n_blocks].reshape(n_blocks, size, n_trials)
    chosen = np.zeros((math.comb(n_blocks, n_blocks // 2), n_blocks))
    for split, members in enumerate(combinations(range(n_blocks), n_blocks // 2)):
        chosen[split, members] = 1
    half = size * n_blocks // 2
    seen, unseen = (_sharpe_ratios(blocks, picks, half) for picks in (chosen, 1 - chosen))
    best = seen.argmax(axis=1)[:, None]
    score = np.take_along_axis(unseen, best, axis=1)
    rank = (unseen < score).sum(axis=1) + ((unseen == score).sum(axis=1) + 1) / 2
    return float((rank / (n_trials + 1) <= 0.5).mean())


def _sharpe_ratios(blocks: FloatArray, picks: FloatArray, n_rows: int) -> FloatArray:
    """Sharpe ratio of every trial over the picked blocks of every split; 0 for a constant."""
    mean = picks @ blocks.sum(axis=1) / n_rows
    variance = picks @ (blocks**2).sum(axis=1) / n_rows - mean**2
    safe = np.where(variance > 0, variance, np.inf)
    return np.asarray(mean / np.sqrt(safe))
