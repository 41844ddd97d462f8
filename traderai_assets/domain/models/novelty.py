"""Novelty: how far a bar lies from all that a model has learned from, and how far is too far.

The dissimilarity is the squared distance to the nearest of a few rows of the look-back, drawn by
the plan's seed. Every column is put on a grid of whole numbers first, by its median and quartiles,
so that distances are sums of whole numbers: the same on every machine, in every order.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from traderai_assets.domain.arrays import BoolArray, FloatArray, IntArray

Grid = npt.NDArray[np.int32]

# Rows that distances are measured to, and rows held out to learn how long these are
SAMPLE_ROWS, HELD_OUT_ROWS = 256, 2_000
# Stretches of time of the look-back: no row is measured to a row of its own
BLOCKS = 10
# Steps of the grid in one standard deviation, and where it ends: just below 8 deviations
STEPS, EDGE = 16, 127
_MISSING = -128
# Between a value and none: what two independent values of a column are apart on average, squared
_UNLIKE = 2 * STEPS**2
# Quartiles of a normal column are so many standard deviations apart
_QUARTILES = 1.349
_ROWS_AT_ONCE = 512


@dataclass(frozen=True, eq=False)
class Novelty:
    """Of one model, as its card holds it.

    Attributes
    ----------
    center, scale : ndarray of shape (n_features,)
        Median of each column and its robust standard deviation, in the feature's unit; a scale of 0
        takes the column out: it never varied, so nothing was learned from it.
    sample : ndarray of shape (n_sample, n_features)
        Rows on the grid.
    limit : int
        Squared distance, in steps of the grid, beyond which a bar is an outlier.
    held_out_rate : float
        Share of held-out rows of the look-back beyond the limit.
    block_rates : tuple of float
        The same of each block of time, oldest first: how unevenly outliers come.
    """

    center: FloatArray
    scale: FloatArray
    sample: Grid
    limit: int
    held_out_rate: float
    block_rates: tuple[float, ...]

    @classmethod
    def of_rows(cls, features: FloatArray, *, rate: float, seed: int) -> Self:
        """Learn it of the rows of a look-back.

        Parameters
        ----------
        features : ndarray of shape (n_rows, n_features)
            Oldest first, at least one row; NaN where not defined.
        rate : float
            Share of held-out rows that may lie beyond the limit: each is measured to the sampled
            rows outside of its own tenth of the look-back.
        seed : int
        """
        center, scale = _centers_and_scales(features)
        random = np.random.default_rng(seed)
        held_out, drawn = (
            np.sort(random.permutation(len(features))[:most])
            for most in (HELD_OUT_ROWS, SAMPLE_ROWS)
        )
        sample = _on_grid(features[drawn], center, scale)
        block_of = np.arange(len(features)) * BLOCKS // len(features)
        apart = np.zeros(len(held_out), np.int64)
        for block in range(BLOCKS):
            others = sample[block_of[drawn] != block]
            own = block_of[held_out] == block
            if len(others):  # Else the look-back has one row
                rows = _on_grid(features[held_out[own]], center, scale)
                apart[own] = _nearest(rows, others)
        limit = int(np.sort(apart)[len(apart) - 1 - int(rate * len(apart))])
        beyond = apart > limit
        rates = [beyond[block_of[held_out] == block] for block in range(BLOCKS)]
        return cls(
            center,
            scale,
            sample,
            limit,
            float(beyond.mean()),
            tuple(float(one.mean()) if len(one) else 0.0 for one in rates),
        )

    @classmethod
    def from_card(cls, card: Mapping[str, Any]) -> Self | None:
        """Read what `to_json` wrote into a card; None of a model that has none."""
        told = card.get("novelty")
        if told is None:
            return None
        grid = np.frombuffer(base64.b64decode(told["sample"]), np.int8)
        center = np.array(told["center"], np.float64)
        return cls(
            center,
            np.array(told["scale"], np.float64),
            grid.reshape(-1, len(center)).astype(np.int32),
            int(told["limit"]),
            float(told["held_out_rate"]),
            tuple(told["block_rates"]),
        )

    def to_json(self) -> dict[str, Any]:
        """Plain numbers, and the sample as base64 of a byte a value."""
        return {
            "center": self.center.tolist(),
            "scale": self.scale.tolist(),
            "sample": base64.b64encode(self.sample.astype(np.int8).tobytes()).decode(),
            "limit": self.limit,
            "held_out_rate": self.held_out_rate,
            "block_rates": list(self.block_rates),
        }

    def dissimilarity(self, features: FloatArray) -> FloatArray:
        """Distance of each row of shape (n_rows, n_features), in limits: an outlier is above 1."""
        nearest = self._nearest(features)
        if self.limit == 0:
            return np.where(nearest > 0, np.inf, 0.0)
        return np.asarray(np.sqrt(nearest / self.limit))

    def outliers(self, features: FloatArray) -> BoolArray:
        """Whether each row of shape (n_rows, n_features) is unlike all that was learned from."""
        return np.asarray(self._nearest(features) > self.limit)

    def _nearest(self, features: FloatArray) -> IntArray:
        return _nearest(_on_grid(features, self.center, self.scale), self.sample)


def _centers_and_scales(features: FloatArray) -> tuple[FloatArray, FloatArray]:
    center, scale = np.zeros(features.shape[1]), np.zeros(features.shape[1])
    for column, values in enumerate(features.T):
        ordered = np.sort(values[~np.isnan(values)])
        if not len(ordered) or ordered[0] == ordered[-1]:
            continue
        # Each a value that occurred
        low, center[column], high = ordered[[len(ordered) * part // 4 for part in (1, 2, 3)]]
        if low < high:
            scale[column] = (high - low) / _QUARTILES
        else:  # A flag, or mostly one value: its mean distance from that
            scale[column] = float(np.abs(ordered - center[column]).sum()) / len(ordered)
    return center, scale


def _on_grid(features: FloatArray, center: FloatArray, scale: FloatArray) -> Grid:
    varies = scale > 0
    with np.errstate(invalid="ignore", over="ignore"):
        steps = np.rint((features - center) / np.where(varies, scale, 1.0) * STEPS)
        grid = np.clip(steps, -EDGE, EDGE)
    grid = np.where(np.isnan(grid), _MISSING, grid)
    return np.where(varies, grid, 0).astype(np.int32)


def _nearest(rows: Grid, sample: Grid) -> IntArray:
    """Squared distance from each row to the nearest of the sample."""
    found = np.empty(len(rows), np.int64)
    columns = np.ascontiguousarray(sample.T)
    known = columns != _MISSING
    for first in range(0, len(rows), _ROWS_AT_ONCE):
        part = rows[first : first + _ROWS_AT_ONCE]
        total = np.zeros((len(part), len(sample)), np.int32)
        for values, has_value, column in zip(part.T, known, columns, strict=True):
            apart = values[:, None] - column
            apart *= apart
            present = values != _MISSING
            if not (present.all() and has_value.all()):
                apart[present[:, None] != has_value] = _UNLIKE
            total += apart
        found[first : first + len(part)] = total.min(axis=1)
    return found
