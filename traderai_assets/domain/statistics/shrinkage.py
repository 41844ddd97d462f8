"""Means of many alike things, each drawn towards what they have in common."""

from dataclasses import dataclass

import numpy as np

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.errors import InvalidInput


@dataclass(frozen=True, eq=False)
class Shrunk:
    """Means as they are believed, given all.

    Attributes
    ----------
    mean, error : ndarray of shape (n_units,)
        Each unit's own mean drawn towards the common one, and its standard error.
    common, common_error : float
        Mean of all, the surer ones counting more, and its standard error.
    between : float
        Standard deviation of the true means, at least 0.
    """

    mean: FloatArray
    error: FloatArray
    common: float
    common_error: float
    between: float


def shrunk_means(means: FloatArray, errors: FloatArray) -> Shrunk:
    """Draw each mean towards the common one, by how much the means differ beyond their errors.

    Parameters
    ----------
    means, errors : ndarray of shape (n_units,)
        Of each unit by itself; errors above 0. At least one unit.

    Notes
    -----
    Units are taken as independent. Where they are correlated they look more alike than they are,
    and each is drawn in more.

    Raises
    ------
    InvalidInput
        If there is no unit, a value is not finite, or an error is not above 0.

    References
    ----------
    DerSimonian, R. and Laird, N. (1986). Meta-Analysis in Clinical Trials. Controlled Clinical
    Trials 7(3).
    """
    whole = bool(np.isfinite(means).all() and np.isfinite(errors).all())
    if means.shape != errors.shape or not means.size or not whole or not errors.min() > 0.0:
        raise InvalidInput(
            f"means {means.tolist()} with errors {errors.tolist()}; expected one of each per unit, "
            "finite, and errors above 0"
        )
    weights = 1.0 / (errors * errors)
    total = float(weights.sum())
    fixed = float((weights * means).sum()) / total
    excess = float((weights * (means - fixed) * (means - fixed)).sum()) - (means.size - 1)
    scale = total - float((weights * weights).sum()) / total
    variance = max(excess / scale, 0.0) if means.size > 1 else 0.0
    weights = 1.0 / (errors * errors + variance)
    total = float(weights.sum())
    common = float((weights * means).sum()) / total
    own = variance / (variance + errors * errors)
    rest = 1.0 - own
    error = np.sqrt(own * errors * errors + rest * rest / total)
    return Shrunk(
        own * means + rest * common, error, common, float(np.sqrt(1.0 / total)), variance**0.5
    )
