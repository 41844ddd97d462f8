"""How sure a mean is when its observations depend on each other: the stationary bootstrap."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.statistics.autocorrelation import autocorrelation_time

N_RESAMPLES = 2_000


@dataclass(frozen=True)
class MeanInterval:
    """A mean and the values between which it lies with the confidence asked for."""

    lower: float
    mean: float
    upper: float


def mean_interval(
    values: FloatArray,
    *,
    confidence: float = 0.95,
    mean_block: float | None = None,
    n_resamples: int = N_RESAMPLES,
    seed: int = 0,
) -> MeanInterval:
    """Bracket the mean of a series by the quantiles of its bootstrap means.

    Parameters
    ----------
    values : ndarray of shape (n_values,)
        In time order, finite.
    confidence : float, default=0.95
        Share of the bootstrap means inside, half of the rest on either side. The lower bound of
        0.90 is therefore the one-sided bound of 95 %.
    mean_block, n_resamples, seed
        As in `bootstrap_means`.

    Notes
    -----
    Too narrow for persistent values: asked for 95 %, it held the true mean of 2,000 values of an
    AR(1) of 0, 0.5, 0.8 and 0.95 in 94, 94, 88 and 84 % of 200 trials.

    Raises
    ------
    InvalidInput
        If there is no value, or one is not finite.
    """
    means = bootstrap_means(values, mean_block=mean_block, n_resamples=n_resamples, seed=seed)
    outside = (1 - confidence) / 2
    lower, upper = np.quantile(means, [outside, 1 - outside])
    return MeanInterval(float(lower), float(values.mean()), float(upper))


def bootstrap_means(
    values: FloatArray,
    *,
    mean_block: float | None = None,
    n_resamples: int = N_RESAMPLES,
    seed: int = 0,
) -> FloatArray:
    """Draw means of resampled series made of blocks of random length.

    Parameters
    ----------
    values : ndarray of shape (n_values,)
        In time order, finite; the series is taken as a circle.
    mean_block : float, optional
        Expected length of a block, at least 1; `default_block` of the values where not given.
    n_resamples : int, default=2000
        Means to draw.
    seed : int, default=0
        Same seed, same means.

    References
    ----------
    Politis, D. and Romano, J. (1994). The Stationary Bootstrap. JASA 89(428).
    """
    if values.size == 0 or not np.isfinite(values).all():
        raise InvalidInput(
            f"{values.size} values, {int((~np.isfinite(values)).sum())} of them not finite; "
            "a mean needs at least one, all finite"
        )
    n_values = values.size
    block = mean_block or default_block(values)
    centre = float(values.mean())
    # A block's sum is the difference of two prefix sums: a resample costs its blocks, not its rows.
    prefix = np.concatenate([[0.0], np.cumsum(np.tile(values - centre, 2))])
    rng = np.random.default_rng(seed)
    sums = np.empty(n_resamples)
    for resample in range(n_resamples):
        ends = _block_ends(rng, n_values, block)
        starts = rng.integers(0, n_values, ends.size)
        lengths = np.diff(ends, prepend=0)
        sums[resample] = (prefix[starts + lengths] - prefix[starts]).sum()
    return np.asarray(centre + sums / n_values)


def resampled_places(
    rng: np.random.Generator, n_values: int, block: float
) -> npt.NDArray[np.int64]:
    """Return which value stands where in one resampled series.

    Parameters
    ----------
    rng : Generator
        It is drawn from.
    n_values : int
        At least 1; the series is taken as a circle.
    block : float
        Expected length of a block, at least 1.
    """
    ends = _block_ends(rng, n_values, block)
    lengths = np.diff(ends, prepend=0)
    starts = rng.integers(0, n_values, ends.size)
    begun = np.repeat(starts - (ends - lengths), lengths)
    return np.asarray((begun + np.arange(n_values)) % n_values)


def default_block(values: FloatArray) -> float:
    """Give the block length that suits a series as persistent as `values`.

    The optimum for a first-order autoregression with their autocorrelation time, and never below
    the cube root of their number, which is that of no persistence worth the name.

    References
    ----------
    Politis, D. and White, H. (2004). Automatic Block-Length Selection for the Dependent Bootstrap.
    Econometric Reviews 23(1), with its correction of 2009.
    """
    time = autocorrelation_time(values)
    persistence = ((time**2 - 1) / (2 * time)) ** (2 / 3)
    return float(min(max(1.0, persistence) * values.size ** (1 / 3), values.size))


def _block_ends(rng: np.random.Generator, n_values: int, block: float) -> npt.NDArray[np.int64]:
    """Cut n_values rows into blocks of geometric length; return where each ends."""
    likely = math.ceil(1.5 * n_values / block) + 10
    ends = np.cumsum(rng.geometric(1 / block, likely))
    while ends[-1] < n_values:
        ends = np.append(ends, ends[-1] + np.cumsum(rng.geometric(1 / block, likely)))
    used = int(np.searchsorted(ends, n_values)) + 1
    return np.minimum(ends[:used], n_values)
