"""What days of a sample say, and how far a week may lie from them by chance.

Rows of a slow feature are no independent rows, so a week is not judged by how many rows it has but
by how far days have wandered from each other. Here: a few numbers of the days of a look-back, for a
model's card, and the test of a later window against them. Not here: what is averaged over a day.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from traderai_assets.domain.arrays import FloatArray, IntArray
from traderai_assets.domain.portable import inner

DAY_MS = 86_400_000
MIN_DAYS = 10
"""Fewer days of a look-back do not tell how far days wander."""
MIN_WINDOW_DAYS = 4
"""More than half of a week: fewer days are no window."""
MOST_PERSISTENCE = 0.97
LEAST_FREEDOM = 3.0


def days_of(open_ms: IntArray) -> IntArray:
    """Number of the UTC day of each bar, from 0 for the first; bars in time order."""
    days: IntArray = open_ms // DAY_MS
    return days - days[0] if days.size else days


def full_days(rows: IntArray) -> IntArray:
    """Which days have at least half as many rows as the fullest: a day of a few bars is no day."""
    return np.flatnonzero(2 * rows >= rows.max()) if rows.size else np.arange(0)


@dataclass(frozen=True)
class DayMeans:
    """Mean, variance and persistence of the daily means of a look-back.

    Attributes
    ----------
    mean : float
        Mean of the daily means, in the unit of what is averaged.
    variance : float
        Of a daily mean around the true one, corrected for the days that it was estimated from.
    persistence : float
        Correlation of one daily mean with the next, 0 to `MOST_PERSISTENCE`, corrected for the bias
        that estimates of it have in short samples.
    days : int
        Days it was measured on.

    References
    ----------
    Kendall, M. (1954). Note on bias in the estimation of autocorrelation. Biometrika 41.
    """

    mean: float
    variance: float
    persistence: float
    days: int

    @classmethod
    def of(cls, means: FloatArray) -> "DayMeans":
        """Measure daily means in time order; at least one."""
        days = means.size
        centred = means - means.sum() / days
        spread = inner(centred, centred)
        found = inner(centred[1:], centred[:-1]) / spread if spread > 0 else 0.0
        persistence = min(max(0.0, found + (1.0 + 3.0 * found) / days), MOST_PERSISTENCE)
        left = 1.0 - mean_variance(days, persistence)
        variance = spread / days / left if left > 0 else 0.0
        return cls(float(means.sum() / days), variance, persistence, days)

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> "DayMeans":
        """Read what `to_json` wrote."""
        return cls(
            float(record["mean"]),
            float(record["variance"]),
            float(record["persistence"]),
            int(record["days"]),
        )

    def to_json(self) -> dict[str, Any]:
        """Plain numbers."""
        return asdict(self)


def mean_variance(days: int, persistence: float) -> float:
    """Variance of a mean of consecutive days, each of variance 1 and AR(1) with `persistence`."""
    kept = 1.0 - persistence
    long_run = (1.0 + persistence) / kept
    ends = 2.0 * persistence * (1.0 - persistence**days) / (days * kept * kept)
    return (long_run - ends) / days


def window_p_value(
    reference: DayMeans, means: FloatArray, *, least_persistence: float = 0.0
) -> float:
    """Give the probability of a window at least so far from the look-back without drift.

    Parameters
    ----------
    reference : DayMeans
        Of the look-back.
    means : ndarray of shape (n_days,)
        Daily means of the window.
    least_persistence : float, default=0.0
        Lower bound of the persistence: a variance cannot be surer of itself than its mean.

    Returns
    -------
    float
        Two-sided, 0..1; NaN below `MIN_DAYS` days of look-back or `MIN_WINDOW_DAYS` of window.

    Notes
    -----
    With four weeks in a look-back no rank among its weeks can be rarer than 1 in 5. So the distance
    of the means is divided by what days of that variance and persistence give, and held against
    Student's t with as many degrees of freedom as the look-back has independent days, since that is
    what its variance was learnt from. docs/drift.md has the rates.
    """
    from scipy.stats import t as student

    if reference.days < MIN_DAYS or means.size < MIN_WINDOW_DAYS:
        return float("nan")
    persistence = max(reference.persistence, least_persistence)
    shares = mean_variance(means.size, persistence) + mean_variance(reference.days, persistence)
    distance = abs(float(means.mean()) - reference.mean)
    deviation = float(np.sqrt(reference.variance * shares))
    if deviation <= 1e-12 * max(1.0, abs(reference.mean)):  # It never varied
        return 1.0 if distance <= 1e-9 * max(1.0, abs(reference.mean)) else 0.0
    freedom = max(LEAST_FREEDOM, reference.days * (1 - persistence) / (1 + persistence))
    return float(2.0 * student.sf(distance / deviation, freedom))
