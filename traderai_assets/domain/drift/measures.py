"""How far two samples of one variable lie apart, and how far they would lie apart by chance."""

import numpy as np
import numpy.typing as npt

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.drift.reference import QUANTILE_STEPS, ReferenceDistribution
from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.portable import logarithm

PSI_FLOOR = 0.1
"""A convention of the trade (below: no change), not a result."""


def population_stability_index(reference: npt.ArrayLike, current: npt.ArrayLike) -> float:
    """Compare how two samples spread over the same bins.

    Parameters
    ----------
    reference, current : array_like of shape (n_bins,)
        Rows of each sample in each bin.

    Returns
    -------
    float
        PSI in nats, at least 0. A bin empty in one sample counts as half a row there; a bin empty
        in both says nothing.

    Raises
    ------
    InvalidInput
        If the bins differ in number, or a sample has no row.

    References
    ----------
    Siddiqi, N. (2006). Credit Risk Scorecards. Wiley.
    """
    expected, actual = (np.asarray(counts, dtype=np.float64) for counts in (reference, current))
    if expected.shape != actual.shape or expected.sum() == 0 or actual.sum() == 0:
        raise InvalidInput(
            f"{expected.sum():.0f} rows in {expected.size} bins against {actual.sum():.0f} in "
            f"{actual.size}; expected the same bins and at least one row in each sample"
        )
    occupied = (expected > 0) | (actual > 0)
    shares = [np.maximum(counts[occupied], 0.5) / counts.sum() for counts in (expected, actual)]
    return float(((shares[1] - shares[0]) * logarithm(shares[1] / shares[0])).sum())


def psi_limit(
    reference_rows: float,
    current_rows: float,
    n_bins: int,
    *,
    false_alarm_rate: float = 0.05,
    floor: float = PSI_FLOOR,
) -> float:
    """Give the PSI above which two samples differ by more than chance and by more than `floor`.

    Parameters
    ----------
    reference_rows, current_rows : float
        Independent rows of each sample: the rows over their autocorrelation time.
    n_bins : int
        Bins with a row in either sample.
    false_alarm_rate : float, default=0.05
        How often chance alone may exceed the limit, where the limit is not the floor.

    Notes
    -----
    Without drift PSI / (1/reference_rows + 1/current_rows) is about chi-squared with n_bins - 1
    degrees of freedom. At 100 current rows and ten bins a fixed 0.1 is wrong 37.5 % of the time.

    References
    ----------
    Yurdakul, B. and Naranjo, J. (2020). Statistical Properties of the Population Stability Index.
    J. of Risk Model Validation 14(4).
    """
    from scipy.stats import chi2

    if n_bins < 2:
        return floor
    by_chance = chi2.ppf(1 - false_alarm_rate, n_bins - 1)
    return max(floor, float(by_chance) * (1 / reference_rows + 1 / current_rows))


def ks_distance(reference: ReferenceDistribution, current: FloatArray) -> float:
    """Give the largest gap between the two cumulative distributions, NaN counted below all values.

    Parameters
    ----------
    reference : ReferenceDistribution
        Known at its quantile grid, hence to one hundredth.
    current : ndarray of shape (n_current,)
        At least one row; NaN allowed.

    Returns
    -------
    float
        From 0 to 1.
    """
    present = np.sort(current[~np.isnan(current)])
    absent_then = reference.missing / reference.rows
    absent_now = 1 - present.size / current.size
    gaps = [abs(absent_then - absent_now)]
    grid = np.asarray(reference.quantiles)
    if grid.size and present.size:
        to_value = (np.searchsorted(grid, grid, side="right") - 1) / QUANTILE_STEPS
        below_value = np.searchsorted(grid, grid, side="left") / QUANTILE_STEPS
        for then, now in (
            (to_value, np.searchsorted(present, grid, side="right") / present.size),
            (below_value, np.searchsorted(present, grid, side="left") / present.size),
        ):
            gap = absent_then + (1 - absent_then) * then - absent_now - (1 - absent_now) * now
            gaps.append(np.abs(gap).max())
    return float(max(gaps))


def ks_p_value(distance: float, reference_rows: float, current_rows: float) -> float:
    """Give the probability of a gap at least so large without drift, for independent rows.

    Rows that depend on each other must come divided by their autocorrelation time: taken as they
    are, more than half of the comparisons of an AR(1) of 0.95 with itself are called different.
    """
    from scipy.stats import kstwo

    together = reference_rows * current_rows / (reference_rows + current_rows)
    return float(np.clip(kstwo.sf(distance, max(1, round(together))), 0, 1))
