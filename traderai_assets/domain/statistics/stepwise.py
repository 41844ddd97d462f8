"""Which of many means are above zero, when the best of many always looks good: StepM."""

import math
from dataclasses import dataclass

import numpy as np

from traderai_assets.domain.arrays import BoolArray, FloatArray
from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.statistics.bootstrap import N_RESAMPLES, default_block
from traderai_assets.domain.statistics.hac import LAG


@dataclass(frozen=True, eq=False)
class Superior:
    """What the stepwise test found.

    Attributes
    ----------
    found : ndarray of shape (n_series,)
        Which means are above zero, all of them together at the level asked for.
    statistic : ndarray of shape (n_series,)
        Mean over the standard error of endless draws; 0 for a series that never varies.
    critical : ndarray of shape (n_series,)
        What the statistic was held to in the step that decided; never more than in the first.
    """

    found: BoolArray
    statistic: FloatArray
    critical: FloatArray


def stepwise_superior(
    values: FloatArray,
    *,
    alpha: float = 0.05,
    mean_block: float | None = None,
    n_resamples: int = N_RESAMPLES,
    seed: int = 0,
) -> Superior:
    """Find the series whose means are above zero, with the chance `alpha` of one too many.

    The first step asks which exceed what the best of all shows by luck; what is found is taken out,
    and the best of those that are left is asked for again until nothing is found. Days are drawn
    together, so that series which resemble each other cost little.

    Parameters
    ----------
    values : ndarray of shape (n_days, n_series)
        In time order; NaN where a series has no such day, and at least two values in each.
    alpha : float, default=0.05
        Above 0 and below 1.
    mean_block : float, optional
        Expected length of a block of days; where not given the longest that any series asks for
        (`default_block`), at least 10 and at most a tenth of the days.
    n_resamples, seed : int
        Of the stationary bootstrap.

    Raises
    ------
    InvalidInput
        If there is no series, one has fewer than two values, or one is infinite.

    References
    ----------
    Romano, J. and Wolf, M. (2005). Stepwise Multiple Testing as Formalized Data Snooping.
    Econometrica 73(4).
    """
    present = ~np.isnan(values)
    counts = present.sum(axis=0)
    if not values.shape[1] or counts.min() < 2 or np.isinf(values).any() or not 0.0 < alpha < 1.0:
        raise InvalidInput(
            f"{values.shape[1]} series with {counts.tolist()} values each at alpha {alpha}; "
            "expected one at least, two finite values in each, and alpha above 0 and below 1"
        )
    means = np.where(present, values, 0.0).sum(axis=0) / counts
    block = mean_block or _longest_block(values, present)
    centred = np.where(present, values - means, 0.0)
    drawn = _drawn_deviations(centred, block, n_resamples, seed) / counts
    error = np.sqrt(len(values) * _variance(centred, block)) / counts
    varies = error > 1e-12 * np.abs(means)
    error[~varies] = np.inf
    return _stepwise(means / error, drawn / error, alpha)


def _stepwise(statistic: FloatArray, drawn: FloatArray, alpha: float) -> Superior:
    found = np.zeros(statistic.size, dtype=np.bool_)
    critical = np.full(statistic.size, np.inf)
    while not found.all():
        best = drawn[:, ~found].max(axis=1)
        level = float(np.quantile(best, 1.0 - alpha))
        critical[~found] = level
        new = ~found & (statistic > level)
        if not new.any():
            break
        found |= new
    return Superior(found, statistic, critical)


def _longest_block(values: FloatArray, present: BoolArray) -> float:
    asked = [default_block(values[present[:, at], at]) for at in range(values.shape[1])]
    return float(max(1.0, min(max(*asked, float(LAG)), len(values) / 10.0)))


def _variance(centred: FloatArray, block: float) -> FloatArray:
    """Variance of a day times the days it is worth, as endless draws of the bootstrap have it.

    In closed form, so that a statistic does not depend on what was drawn.

    References
    ----------
    Politis, D. and Romano, J. (1994). The Stationary Bootstrap. JASA 89(428), lemma 1.
    """
    n_days = len(centred)
    # How likely two days so far apart lie in one block, from either side of the circle
    together = np.cumprod(np.full(n_days, 1.0 - 1.0 / block))
    total: FloatArray = (centred * centred).sum(axis=0)
    for apart in range(1, n_days):
        share = apart / n_days
        weight = (1.0 - share) * together[apart - 1] + share * together[n_days - apart - 1]
        total = total + 2.0 * weight * (centred[apart:] * centred[:-apart]).sum(axis=0)
    return np.maximum(total / n_days, 0.0)


def _drawn_deviations(centred: FloatArray, block: float, n_resamples: int, seed: int) -> FloatArray:
    """Sum of each series over blocks of days that are drawn for all of them together."""
    n_days, n_series = centred.shape
    # A block's sum is the difference of two prefix sums
    prefix = np.concatenate([np.zeros((1, n_series)), np.cumsum(np.tile(centred, (2, 1)), axis=0)])
    rng = np.random.default_rng(seed)
    likely = math.ceil(1.5 * n_days / block) + 10
    ends = np.cumsum(rng.geometric(1.0 / block, (n_resamples, likely)), axis=1)
    while (ends[:, -1] < n_days).any():
        more = np.cumsum(rng.geometric(1.0 / block, (n_resamples, likely)), axis=1)
        ends = np.concatenate([ends, ends[:, -1:] + more], axis=1)
    # Blocks beyond the last day have length 0
    lengths = np.diff(np.minimum(ends, n_days), axis=1, prepend=0)
    starts = rng.integers(0, n_days, lengths.shape)
    sums: FloatArray = (prefix[starts + lengths] - prefix[starts]).sum(axis=1)
    return sums
