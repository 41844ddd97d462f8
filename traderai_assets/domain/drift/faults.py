"""What is wrong with a window of values, whatever their distribution: absent, infinite, novel."""

from typing import NamedTuple

import numpy as np

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.drift.reference import ReferenceDistribution

MISSING, INFINITE, NOVEL = "missing", "infinite", "novel"
FAULTS = (MISSING, INFINITE)
"""What no training repairs: the data is broken."""

MISSING_MORE = 0.05
"""So much more of a window than of the look-back without a value is a finding."""
OUTSIDE_MOST = 0.05
"""So much of a window where the look-back never was is one, too."""
FEW_LEVELS = 10
"""With no more distinct quantiles than this, values between them are levels never seen."""


class Faults(NamedTuple):
    """Shares of the rows of a window, 0..1, NaN without a row, and the worst of what they say.

    `outside` is the share of finite rows outside of all the look-back held; `fault` is one of
    'infinite', 'missing', 'novel' and ''.
    """

    missing: float
    infinite: float
    outside: float
    fault: str


def faults_of(reference: ReferenceDistribution, current: FloatArray | None) -> Faults:
    """Look for what is broken or new in a window; None is a column that is not there."""
    if current is None:
        return Faults(1.0, 0.0, np.nan, MISSING)
    if current.size == 0:
        return Faults(np.nan, np.nan, np.nan, "")
    finite = current[np.isfinite(current)]
    missing = float(np.isnan(current).mean())
    infinite = float(np.isinf(current).mean())
    outside = _outside(reference, finite) if finite.size else np.nan
    if infinite > 0:
        return Faults(missing, infinite, outside, INFINITE)
    if missing > reference.missing / reference.rows + MISSING_MORE:
        return Faults(missing, infinite, outside, MISSING)
    return Faults(missing, infinite, outside, NOVEL if outside > OUTSIDE_MOST else "")


def _outside(reference: ReferenceDistribution, finite: FloatArray) -> float:
    grid = np.unique(np.asarray(reference.quantiles))
    if not grid.size:
        return 1.0
    if grid.size <= FEW_LEVELS:
        return float((~np.isin(finite, grid)).mean())
    return float(((finite < grid[0]) | (finite > grid[-1])).mean())
