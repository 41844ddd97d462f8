"""Estimates that are only told where they are large enough: by how much they are too high.

Who acts only on estimates above a threshold acts on more lucky ones than unlucky ones, and the
nearer an estimate is to its threshold, the more of it is luck.
"""

from statistics import NormalDist

import numpy as np

from traderai_assets.domain.arrays import FloatArray

_NORMAL = NormalDist()
_MOST, _LEAST, _POINTS = 4.0, 1e-6, 401
# Of a normal estimate that is x errors above what it estimates, the threshold y of which half of
# all estimates above it are above x as well: 1 - F(y) = 2 (1 - F(x)). Its gap is x - y.
_EXCESS = np.linspace(_MOST, _LEAST, _POINTS)
_GAP = np.array([x + _NORMAL.inv_cdf(2.0 * _NORMAL.cdf(-x)) for x in _EXCESS.tolist()])
_EXCESS.flags.writeable = _GAP.flags.writeable = False


def median_excess(gap: FloatArray) -> FloatArray:
    """By how much to lower an estimate, so that it is too high as often as too low.

    Parameters
    ----------
    gap : ndarray
        How far the estimate is above the threshold below which it would not have been told, in its
        standard errors.

    Returns
    -------
    ndarray
        In standard errors: 0 far above the threshold, at most 4, which is also said at and below
        it, where no number is low enough.

    References
    ----------
    Andrews, I., Kitagawa, T., McCloskey, A. (2024). Inference on winners. Quarterly Journal of
    Economics 139(1).
    """
    return np.asarray(np.interp(gap, _GAP, _EXCESS), dtype=np.float64)
