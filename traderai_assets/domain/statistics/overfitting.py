"""Whether choosing the best of many was overfitting: combinatorially symmetric cross-validation."""

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

import numpy as np

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.portable import inner, mixed

MOST_BLOCKS = 16
# A Sharpe ratio of fewer rows a block says nothing about the block
LEAST_BLOCK_ROWS = 10
# Of the mean square: variance below this is the rounding of a constant
_ROUNDING = 1e-12
# Sharpe ratios no farther apart than this are equal
_SAME = 1e-9
# Sharpe ratios worked on together, so that they stay in the processor's cache
_AT_ONCE = 50_000


@dataclass(frozen=True)
class Overfitting:
    """What becomes of the trial that looked best in one half, in the other half, over all splits.

    Attributes
    ----------
    pbo : float
        Share of splits in which it was no better than the median of all trials there. Near one
        half where all trials are equally bad *or equally good*: the order of equals is luck.
    probability_of_loss : float
        Share of splits in which its Sharpe ratio there was not above zero; this tells the two
        apart.
    degradation : float or None
        Slope of its Sharpe ratio there over that where it was chosen; None where the latter never
        varies. The halves of one sample share its mean, so that a single trial that always wins
        has -1: the slope compares searches, it is not a bar.
    n_splits : int
    """

    pbo: float
    probability_of_loss: float
    degradation: float | None
    n_splits: int


def sensible_blocks(n_rows: int) -> int:
    """Give the even number of blocks, at most 16, that leaves ten rows in each; 0 if none does."""
    return min(MOST_BLOCKS, n_rows // LEAST_BLOCK_ROWS // 2 * 2)


def backtest_overfitting(returns: FloatArray, n_blocks: int | None = None) -> Overfitting:
    """Split the rows in halves in every symmetric way; choose in one half, look in the other.

    Parameters
    ----------
    returns : ndarray of shape (n_periods, n_trials)
        Returns of every trial over the same periods, as they were earned. Columns scaled to the
        same mean make each half the other's mirror image and the PBO 1. A trial that is constant
        over a half (a policy that never trades) has Sharpe ratio 0 there. Equal trials share
        their middle rank, so that the PBO of nothing but copies is 1.
    n_blocks : int, optional
        Even number of consecutive blocks; rows left over at the end are not used. 16 make 12,870
        splits. `sensible_blocks` of the rows where not given.

    Returns
    -------
    Overfitting
        Trials without skill have a PBO around one half (standard deviation 0.15 for 100 of them
        over 1,000 periods) and lose in about half of the splits.

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
    n_blocks = sensible_blocks(n_rows) if n_blocks is None else n_blocks
    if not 2 <= n_blocks <= MOST_BLOCKS or n_blocks % 2 or n_trials < 2 or n_rows < 2 * n_blocks:
        raise InvalidInput(
            f"{n_trials} trials over {n_rows} periods in {n_blocks} blocks; expected at least two "
            f"trials, an even number of blocks up to {MOST_BLOCKS} and two periods in each"
        )
    if not np.isfinite(returns).all():
        raise InvalidInput("a return is not finite; leave out that trial, or count it as 0")
    size = n_rows // n_blocks
    blocks = returns[: size * n_blocks].reshape(n_blocks, size, n_trials)
    sums = blocks.sum(axis=1), (blocks * blocks).sum(axis=1)
    halves, half_rows = _halves(n_blocks), size * n_blocks // 2
    step = max(1, _AT_ONCE // n_trials)
    # Each half is chosen in once and looked at once
    judged = [
        _judge(first, second)
        for picks in (halves[start : start + step] for start in range(0, len(halves), step))
        for first, second in _both_ways(
            *(_sharpe_ratios(*sums, picked, half_rows) for picked in (picks, 1 - picks))
        )
    ]
    chosen, score, rank = (np.concatenate(part) for part in zip(*judged, strict=True))
    return Overfitting(
        pbo=float((rank / (n_trials + 1) <= 0.5).mean()),
        probability_of_loss=float((score <= 0).mean()),
        degradation=_slope(chosen, score),
        n_splits=rank.size,
    )


@lru_cache(maxsize=MOST_BLOCKS // 2)
def _halves(n_blocks: int) -> FloatArray:
    """One row a pair of halves, 1 where a block is in that of the first block."""
    others = combinations(range(1, n_blocks), n_blocks // 2 - 1)
    picked = np.zeros((math.comb(n_blocks, n_blocks // 2) // 2, n_blocks))
    np.put_along_axis(picked, np.array([(0, *members) for members in others]), 1.0, axis=1)
    picked.flags.writeable = False  # It is shared
    return picked


def _both_ways(first: FloatArray, second: FloatArray) -> tuple[tuple[FloatArray, FloatArray], ...]:
    return (first, second), (second, first)


def _judge(seen: FloatArray, unseen: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Sharpe ratio of the best where it was chosen and where it was not, and its rank there."""
    best = seen.argmax(axis=1)[:, None]
    score = np.take_along_axis(unseen, best, axis=1)
    # Copies of a trial are summed in different orders and differ in their last bits
    below = np.count_nonzero(unseen < score - _SAME, axis=1)
    equal = np.count_nonzero(unseen <= score + _SAME, axis=1) - below
    return np.take_along_axis(seen, best, axis=1)[:, 0], score[:, 0], below + (equal + 1) / 2


def _sharpe_ratios(
    sums: FloatArray, squares: FloatArray, picks: FloatArray, n_rows: int
) -> FloatArray:
    """Sharpe ratio of every trial over the picked blocks of every split; 0 for a constant."""
    mean, square = mixed(picks, sums / n_rows), mixed(picks, squares / n_rows)
    variance = square - mean**2
    variance[variance <= _ROUNDING * square] = np.inf
    ratios: FloatArray = mean / np.sqrt(variance)
    return ratios


def _slope(chosen: FloatArray, scored: FloatArray) -> float | None:
    centred = chosen - chosen.mean()
    spread = inner(centred, centred)
    if spread <= _ROUNDING * inner(chosen, chosen):
        return None
    return inner(centred, scored) / spread
