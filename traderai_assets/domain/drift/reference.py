"""The training sample of one feature, small enough to travel in a model's card.

What it holds is all that drift is ever measured against; the measures are in the files beside it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from traderai_assets.domain.arrays import FloatArray, IntArray
from traderai_assets.domain.drift.day_scores import DayScores
from traderai_assets.domain.errors import DegenerateData
from traderai_assets.domain.statistics.autocorrelation import autocorrelation_time

CountArray = npt.NDArray[np.int64]

QUANTILE_STEPS = 100
MOST_SORTED = 1 << 20
"""Of more rows than this every other, or third, says where quantiles and days are."""
MOST_REMEMBERED = 1 << 17
"""Newest rows by which an autocorrelation time is known: more than a year of five minutes."""


@dataclass(frozen=True)
class ReferenceDistribution:
    """Equal-mass bins and a quantile grid of one feature at training time.

    Attributes
    ----------
    edges : tuple of float
        Inner bin edges, strictly increasing, in the feature's unit; a bin includes its upper edge.
        Nine for ten bins of a continuous feature. A value that holds more than a bin's mass by
        itself (a flag, a constant) stands in a bin of its own, so that mass leaving it on either
        side is seen. Empty where every row was NaN.
    counts : tuple of int
        Rows in each bin, `len(edges) + 1` of them.
    missing : int
        NaN rows: one more bin.
    quantiles : tuple of float
        Quantiles 0 %, 1 %, ... 100 % of the rows that are not NaN, each a value that occurred.
        Empty where every row was NaN.
    autocorrelation_time : float
        Consecutive rows worth one independent row, at least 1, of the newest `MOST_REMEMBERED`.
    days : DayScores or None
        How its days lie to each other; None of a card that was made before there were days.
    """

    edges: tuple[float, ...]
    counts: tuple[int, ...]
    missing: int
    quantiles: tuple[float, ...]
    autocorrelation_time: float
    days: DayScores | None = None

    @property
    def rows(self) -> int:
        """Rows of the training sample, NaN rows included."""
        return sum(self.counts) + self.missing

    @classmethod
    def from_sample(
        cls,
        values: npt.NDArray[np.floating[Any]],
        n_bins: int = 10,
        *,
        days: IntArray | None = None,
    ) -> "ReferenceDistribution":
        """Describe a feature's values over the training rows, in time order.

        `days` is the number of each row's day, as `day_means.days_of` counts them.

        Raises
        ------
        DegenerateData
            If there is no row, or a value is infinite.
        """
        sample = np.asarray(values, dtype=np.float64)
        if sample.size == 0 or np.isinf(sample).any():
            raise DegenerateData(
                f"a drift reference of {sample.size} rows, {int(np.isinf(sample).sum())} of them "
                "infinite; it needs at least one row and only finite values or NaN"
            )
        present = sample[~np.isnan(sample)]
        every = 1 + sample.size // MOST_SORTED
        ordered = np.sort(present[::every])
        if present.size:  # What was seen at the ends was seen
            ordered[0], ordered[-1] = present.min(), present.max()
        edges = _edges(ordered, n_bins)
        quantiles = _quantiles(ordered, QUANTILE_STEPS)
        counts = bin_counts(sample, edges)
        return cls(
            edges=tuple(edges.tolist()),
            counts=tuple(counts[:-1].tolist()),
            missing=int(counts[-1]),
            quantiles=tuple(quantiles.tolist()),
            autocorrelation_time=autocorrelation_time(sample[-MOST_REMEMBERED:]),
            days=None if days is None else DayScores.of(sample[::every], days[::every], quantiles),
        )

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> "ReferenceDistribution":
        """Read what `to_json` wrote."""
        return cls(
            edges=tuple(float(edge) for edge in record["edges"]),
            counts=tuple(int(count) for count in record["counts"]),
            missing=int(record["missing"]),
            quantiles=tuple(float(quantile) for quantile in record["quantiles"]),
            autocorrelation_time=float(record["autocorrelation_time"]),
            days=DayScores.from_json(record["days"]) if record.get("days") else None,
        )

    def to_json(self) -> dict[str, Any]:
        """Plain lists and numbers, the same for the same sample."""
        record = asdict(self)
        return {name: list(v) if isinstance(v, tuple) else v for name, v in record.items()}


def bin_counts(values: FloatArray, edges: FloatArray) -> CountArray:
    """Count the rows in each of the `len(edges) + 1` bins; the last entry counts NaN rows."""
    present = values[~np.isnan(values)]
    counts = np.bincount(np.searchsorted(edges, present, side="left"), minlength=edges.size + 1)
    return np.append(counts, values.size - present.size).astype(np.int64)


def _edges(ordered: FloatArray, n_bins: int) -> FloatArray:
    cuts = _quantiles(ordered, n_bins)[1:-1]
    repeated = cuts[1:][np.diff(cuts) == 0]
    below = np.nextafter(repeated, -np.inf)
    edges: FloatArray = np.unique(np.concatenate([cuts, below]))
    return edges


def _quantiles(ordered: FloatArray, steps: int) -> FloatArray:
    """Smallest values with at least k / steps of the rows up to them, k from 0 to steps."""
    if ordered.size == 0:
        return ordered
    # In whole numbers: as floats, 7 % of 100 rows are 7.000000000000001 rows.
    places = -(-np.arange(steps + 1) * ordered.size // steps) - 1
    return ordered[np.maximum(places, 0)]
