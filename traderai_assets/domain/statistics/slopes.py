"""Slopes: what outcomes there were a unit of forecast, and how much of it is sure.

Outcomes that overlap depend on each other, so they are summed by blocks of time; and of many
candidates that were tried the best is no surprise, so the bound is one that the best of all keeps.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import NamedTuple

import numpy as np

from traderai_assets.domain.arrays import FloatArray, IntArray
from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.portable import mixed

N_FLIPS = 2_000
# The best of all is above this as often as below it
EVEN_ODDS = 0.5
# With so few blocks every choice of signs is tried, 1,024 at most
_ALL_FLIPS = 10


@dataclass(frozen=True, eq=False)
class Slopes:
    """Slopes through the origin of candidates over the same blocks.

    Attributes
    ----------
    slope, lower : ndarray of shape (n_candidates,)
        Least squares; and its lower bound, 0 where the slope may as well be 0 or less.
    fair, error : ndarray of shape (n_candidates,)
        The same bound at even odds: where a candidate is the best of all, its slope less what the
        best exceeds its own by luck; 0 where nothing is left. And the standard error of a slope.
    statistic : ndarray of shape (n_candidates,)
        Sum over the blocks by the root of their summed squares, where nothing is to be had: about
        a standard normal number.
    critical : float
        What the statistic of the best candidate stays below with the confidence asked for where
        nothing is to be had; inf where there are too few blocks to be so sure.
    blocks : int
        Blocks with a forecast and an outcome.
    """

    slope: FloatArray
    lower: FloatArray
    fair: FloatArray
    error: FloatArray
    statistic: FloatArray
    critical: float
    blocks: int


class BlockSums(NamedTuple):
    """Sums a block of time, arrays of shape (n_candidates, n_blocks).

    Attributes
    ----------
    products, squares : ndarray
        Of forecast times outcome, and of the squared forecasts that have an outcome.
    """

    products: FloatArray
    squares: FloatArray

    @classmethod
    def of(cls, forecast: FloatArray, outcome: FloatArray, block: IntArray) -> "BlockSums":
        """Sum one candidate.

        Parameters
        ----------
        forecast, outcome : ndarray of shape (n_rows,)
            Forecast, at least 0; what it came to, NaN where not known.
        block : ndarray of shape (n_rows,)
            Which block of time each row lies in, from 0 without a gap; the same for all candidates.
        """
        if not forecast.shape == outcome.shape == block.shape:
            raise InvalidInput(
                f"forecasts of shape {forecast.shape}, outcomes of shape {outcome.shape} and "
                f"blocks of shape {block.shape}; expected one of each per row"
            )
        n_blocks = int(block.max()) + 1 if block.size else 0
        known = ~np.isnan(outcome)
        at, seen = block[known], forecast[known]
        return cls(
            _summed(at, seen * outcome[known], n_blocks),
            _summed(at, seen * seen, n_blocks),
        )

    @classmethod
    def joined(cls, parts: Sequence["BlockSums"]) -> "BlockSums":
        """All candidates under each other."""
        return cls(*(np.concatenate(sums) for sums in zip(*parts, strict=True)))


def bounded_slopes(
    sums: BlockSums, *, confidence: float, seed: int = 0, n_flips: int = N_FLIPS
) -> Slopes:
    """Fit `outcome = slope * forecast` for each candidate and bound the slopes from below.

    Where nothing can be forecast a block's sum of forecast times outcome is as likely to be so
    large on one side as on the other. So the signs of all blocks are drawn anew many times, the
    same for all candidates, and the best candidate of each draw noted: however the candidates
    depend on each other, no more than `1 - confidence` of the draws exceed the critical value. The
    bound is the least slope that the same test would not refuse.

    Parameters
    ----------
    sums : BlockSums
        Of every candidate that was tried.
    confidence : float
        Above 0 and below 1, of all candidates together.
    seed, n_flips : int
        Of the draws.

    References
    ----------
    Canay, I. A., Romano, J. P., Shaikh, A. M. (2017). Randomization tests under an approximate
    symmetry assumption. Econometrica 85(3).
    Romano, J. P., Wolf, M. (2005). Stepwise multiple testing as formalized data snooping.
    Econometrica 73(4).
    """
    if not 0.0 < confidence < 1.0:
        raise InvalidInput(f"confidence {confidence}; expected above 0 and below 1")
    products, squares = sums
    weight = squares.sum(axis=1)
    spread = np.sqrt((products * products).sum(axis=1))
    best = _best_by_luck(products, spread, seed, n_flips)
    critical = _exceeded(best, confidence)
    return Slopes(
        slope=_ratio(products.sum(axis=1), weight),
        lower=_all_lower(sums, critical),
        fair=_all_lower(sums, max(_exceeded(best, EVEN_ODDS), 0.0)),
        error=_ratio(spread, weight),
        statistic=_ratio(products.sum(axis=1), spread),
        critical=critical,
        blocks=int((squares > 0.0).any(axis=0).sum()),
    )


def _summed(block: IntArray, values: FloatArray, n_blocks: int) -> FloatArray:
    return np.asarray(np.bincount(block, values, n_blocks), dtype=np.float64)[None]


def _best_by_luck(products: FloatArray, spread: FloatArray, seed: int, n_flips: int) -> FloatArray:
    """The best statistic of each draw of signs, ascending; none without blocks or candidates."""
    signs = _signs(products.shape[1], seed, n_flips)
    if not len(signs) or not len(products):
        return np.empty(0)
    return np.sort(_ratio(mixed(signs, np.ascontiguousarray(products.T)), spread).max(axis=1))


def _exceeded(best: FloatArray, confidence: float) -> float:
    """The value that the best statistic of so many draws of signs exceeds seldom enough."""
    # What was found counts as one draw more; without it a few draws would be too sure of themselves
    at = int(np.ceil(confidence * (len(best) + 1))) - 1
    return float(best[at]) if at < len(best) else np.inf


@lru_cache(maxsize=8)  # Of one training every candidate is asked alone, and all of them once
def _signs(n_blocks: int, seed: int, n_flips: int) -> FloatArray:
    """Draws of a sign for each block, (n_draws, n_blocks); all there are where they are few."""
    if not n_blocks:
        signs: FloatArray = np.empty((0, 0))
    elif n_blocks <= _ALL_FLIPS:
        every = list(product((1.0, -1.0), repeat=n_blocks))
        signs = np.array(every[1:])  # The first is what was found
    else:
        drawn = np.random.default_rng(seed).integers(0, 2, (n_flips, n_blocks))
        signs = np.asarray(2.0 * drawn - 1.0, dtype=np.float64)
    signs.flags.writeable = False
    return signs


def _all_lower(sums: BlockSums, critical: float) -> FloatArray:
    return np.array([_lower(*of_one, critical) for of_one in zip(*sums, strict=True)])


def _lower(products: FloatArray, squares: FloatArray, critical: float) -> float:
    """The least slope b with sum(products - b squares) = critical * root(sum of their squares)."""
    total, weight = float(products.sum()), float(squares.sum())
    own = float((products * products).sum())
    limit = critical * critical
    if not total > 0.0 or not total * total > limit * own:
        return 0.0
    steep = weight * weight - limit * float((squares * squares).sum())
    middle = total * weight - limit * float((products * squares).sum())
    rest = total * total - limit * own
    # steep b^2 - 2 middle b + rest = 0, of which the smaller root above 0 does without cancellation
    root = np.sqrt(max(middle * middle - steep * rest, 0.0))
    return float(rest / (middle + root))


def _ratio(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    """Quotient, 0 over 0."""
    shape = np.broadcast_shapes(numerator.shape, denominator.shape)
    quotient: FloatArray = np.zeros(shape)
    np.divide(numerator, denominator, out=quotient, where=denominator > 0.0)
    return quotient
