"""Reliability: whether what is given seven in ten happens seven times in ten."""

from dataclasses import dataclass

import numpy as np

from traderai_assets.domain.arrays import BoolArray, FloatArray
from traderai_assets.domain.errors import InvalidInput

# Standard errors on either side that hold 95 % of what chance does
_WIDTH = 1.96


@dataclass(frozen=True)
class ReliabilityBin:
    """Rows whose probability lies between two values.

    Attributes
    ----------
    lower, upper : float
        The probability is at least `lower` and below `upper` (in the last bin at most).
    rows : int
    forecast : float
        Mean probability.
    happened : float
        Share of the rows in which it happened.
    happened_lower, happened_upper : float
        Wilson's interval of 95 % around it, as if rows were independent: overlapping labels are
        not, so it is too narrow for them.
    """

    lower: float
    upper: float
    rows: int
    forecast: float
    happened: float
    happened_lower: float
    happened_upper: float


def reliability(
    probability: FloatArray, happened: BoolArray, bins: int = 10
) -> list[ReliabilityBin]:
    """Compare forecast with what happened in bins of equal width; a bin without a row is left out.

    Parameters
    ----------
    probability : ndarray of shape (n_rows,)
        0 to 1.
    happened : ndarray of bool, shape (n_rows,)
    bins : int, default=10

    Raises
    ------
    InvalidInput
        If the two differ in length, or a probability is none.

    References
    ----------
    Wilson, E. (1927). Probable inference, the law of succession, and statistical inference.
    """
    if probability.shape != happened.shape:
        raise InvalidInput(f"{probability.size} probabilities, {happened.size} outcomes")
    wrong = ~((probability >= 0.0) & (probability <= 1.0))
    if wrong.any():
        raise InvalidInput(f"{probability[wrong][0]} is no probability; 0 to 1 is expected")
    place = np.minimum((probability * bins).astype(np.int64), bins - 1)
    found = []
    for one in np.unique(place):
        rows = place == one
        count, share = int(rows.sum()), float(happened[rows].mean())
        low, high = _wilson(share, count)
        mean = float(probability[rows].mean())
        found.append(
            ReliabilityBin(int(one) / bins, (int(one) + 1) / bins, count, mean, share, low, high)
        )
    return found


def _wilson(share: float, count: int) -> tuple[float, float]:
    square = _WIDTH**2 / count
    middle = (share + square / 2) / (1 + square)
    half = (
        _WIDTH / (1 + square) * float(np.sqrt(share * (1 - share) / count + square / (4 * count)))
    )
    return max(middle - half, 0.0), min(middle + half, 1.0)
