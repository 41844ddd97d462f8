"""Where a feature's days lie in its look-back: scores by rank, summed by day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np

from traderai_assets.domain.arrays import FloatArray, IntArray
from traderai_assets.domain.drift.day_means import DayMeans, full_days, window_p_value

LOCATION_SHARE, SCALE_SHARE = 0.64, 0.16
"""Of the false alarms that are promised: most drift is location. A fifth is not spent, since what
days wander by is an estimate, and takes about so much more than it says."""


@dataclass(frozen=True)
class DayScores:
    """Days of a look-back in scores of its own quantiles: their mean, and their mean square.

    Attributes
    ----------
    location, scale : DayMeans
        Of the scores and of their squares. A score is the normal quantile of a row's rank in the
        look-back, at most 2.58 either way: a shift of one deviation moves it by about one, and no
        single row moves it far.
    """

    location: DayMeans
    scale: DayMeans

    @classmethod
    def of(cls, values: FloatArray, days: IntArray, grid: FloatArray) -> "DayScores | None":
        """Measure a look-back against its own quantile grid; None without a day."""
        means = day_scores(values, days, grid)
        if not len(means[0]):
            return None
        return cls(*(DayMeans.of(part) for part in means))

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> "DayScores":
        """Read what `to_json` wrote."""
        return cls(DayMeans.from_json(record["location"]), DayMeans.from_json(record["scale"]))

    def to_json(self) -> dict[str, Any]:
        """Plain numbers."""
        return {"location": self.location.to_json(), "scale": self.scale.to_json()}

    def p_value(self, values: FloatArray, days: IntArray, grid: FloatArray) -> float:
        """Give the probability of a window so far in location or scale; NaN if not to be judged."""
        location, scale = day_scores(values, days, grid)
        persistence = self.location.persistence
        moved = window_p_value(self.location, location)
        spread = window_p_value(self.scale, scale, least_persistence=persistence)
        together = min(moved / LOCATION_SHARE, spread / SCALE_SHARE)
        return min(1.0, together) if not np.isnan(moved) else moved

    def shift(self, values: FloatArray, days: IntArray, grid: FloatArray) -> float:
        """Give how far the window's mean score lies from the look-back's, in deviations."""
        location, _ = day_scores(values, days, grid)
        return float(location.mean()) - self.location.mean if location.size else float("nan")


def day_scores(
    values: FloatArray, days: IntArray, grid: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Mean score and mean square of the scores of each day, days of a few rows left out.

    Parameters
    ----------
    values : ndarray of shape (n_rows,)
        In time order; rows that are not finite are left out.
    days : ndarray of int of shape (n_rows,)
        Number of each row's day, not falling.
    grid : ndarray of shape (101,)
        Quantiles of the look-back, 0 % to 100 %.
    """
    if not values.size or not grid.size:
        return np.empty(0), np.empty(0)
    scores = _scores()
    counts = _places_by_day(values, days, grid)
    rows = counts.sum(axis=1)
    if not rows.any():
        return np.empty(0), np.empty(0)
    full = full_days(rows)
    sums = [(counts[full] * power).sum(axis=1) for power in (scores, scores * scores)]
    unit = float(_UNIT)
    return sums[0] / (rows[full] * unit), sums[1] / (rows[full] * unit * unit)


_UNIT: Final = 10_000
# Upper half of the scores, in ten thousandths: normal quantiles of 101/202, 102/202, ..., .995.
# Written out, since what enters a model's id has the same bits on every machine
_UPPER: Final[Sequence[int]] = (
    0, 124, 248, 372, 497, 621, 745, 870, 994, 1119, 1244, 1369, 1495, 1620, 1746, 1872,
    1999, 2125, 2253, 2380, 2508, 2636, 2765, 2894, 3024, 3154, 3284, 3416, 3548, 3680,
    3813, 3947, 4081, 4217, 4353, 4490, 4627, 4766, 4905, 5046, 5187, 5330, 5473, 5618,
    5764, 5911, 6059, 6209, 6360, 6513, 6667, 6823, 6980, 7140, 7301, 7464, 7629, 7796,
    7965, 8137, 8311, 8487, 8666, 8848, 9034, 9222, 9413, 9608, 9807, 10010, 10217, 10428,
    10644, 10866, 11092, 11325, 11564, 11809, 12062, 12323, 12593, 12872, 13162, 13463,
    13776, 14104, 14448, 14810, 15192, 15598, 16031, 16497, 17001, 17553, 18164, 18852,
    19642, 20579, 21740, 23301, 25758, 25758,
)  # fmt: skip


@cache
def _scores() -> IntArray:
    """Score of each place, from below the whole grid (0) to above it (202)."""
    upper = np.asarray(_UPPER, dtype=np.int64)
    return np.concatenate([-upper[:0:-1], upper])


def _places_by_day(values: FloatArray, days: IntArray, grid: FloatArray) -> IntArray:
    from traderai_assets.domain.drift.place_kernel import count_places

    first = int(days[0])
    counts = np.zeros((int(days[-1]) - first + 1, 2 * grid.size + 1), dtype=np.int64)
    rows, own = np.ascontiguousarray(values, np.float64), np.ascontiguousarray(days - first)
    count_places(rows, own, np.ascontiguousarray(grid), counts)
    return counts
