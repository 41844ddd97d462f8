"""The rows a model learns from: features and labels joined, checked and weighted."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from traderai_assets.domain.arrays import FloatArray, IntArray, milliseconds_of
from traderai_assets.domain.errors import DegenerateData, NotEnoughData
from traderai_assets.domain.labels.weights import uniqueness_weights
from traderai_assets.domain.portable import logistic


@dataclass(frozen=True)
class Sample:
    """What a learner sees of a slice.

    Attributes
    ----------
    names : tuple of str
        Feature names, by column.
    features : ndarray of shape (n_rows, n_features)
        NaN where a feature is not defined; never infinite.
    target : ndarray of shape (n_rows,)
        1.0 where the label is up, 0.0 where down.
    weight : ndarray of shape (n_rows,)
        How much each row counts: by the average uniqueness of its label, or as `RowWeights` says.
    """

    names: tuple[str, ...]
    features: FloatArray
    target: FloatArray
    weight: FloatArray


@dataclass(frozen=True)
class LabelledRows:
    """Features and labels of the same bars, oldest first; arrays of shape (n_rows,)."""

    names: tuple[str, ...]
    features: FloatArray
    frame: pd.DataFrame
    open_ms: IntArray
    end_ms: IntArray
    label: npt.NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.frame)

    def sample(self, rows: IntArray) -> Sample:
        """Take the rows with a direction; label 0 teaches neither side."""
        return sample_rows(rows, self.names, self.features, self.label, self.open_ms, self.end_ms)

    def require_both_classes(self, rows: IntArray, where: str) -> None:
        """Raise DegenerateData if the rows hold only one direction."""
        up, down = int((self.label[rows] > 0).sum()), int((self.label[rows] < 0).sum())
        if not up or not down:
            raise DegenerateData(
                f"{where} has {up} labels up and {down} down; both are needed: "
                "lengthen the look-back or widen the horizon"
            )


@dataclass(frozen=True)
class RowWeights:
    """How much a row counts in a fit: 1 in the mean, so that rows stay rows to a learner.

    Attributes
    ----------
    uniqueness : bool
        Whether by the average uniqueness of its label.
    half_life_ms : float
        Age, before the newest row, at which it counts half; 0 for no such thing.
    """

    uniqueness: bool
    half_life_ms: float

    def __call__(self, open_ms: IntArray, end_ms: IntArray) -> FloatArray:
        """Weights of the rows of these label intervals, at least one."""
        weight = uniqueness_weights(open_ms, end_ms) if self.uniqueness else np.ones(len(open_ms))
        if self.half_life_ms:
            halvings = (open_ms.max() - open_ms) / self.half_life_ms
            # The exponential of the age below 0, by the logistic, which is portable
            weight = weight * (1.0 / logistic(math.log(2.0) * halvings) - 1.0)
        return np.asarray(weight / weight.mean())


def sample_rows(
    rows: IntArray,
    names: tuple[str, ...],
    features: FloatArray,
    label: npt.NDArray[Any],
    open_ms: IntArray,
    end_ms: IntArray,
    weigh: Callable[[IntArray, IntArray], FloatArray] = uniqueness_weights,
) -> Sample:
    """Take the rows with a direction from arrays of all rows; label 0 teaches neither side.

    `weigh` is given their label intervals.
    """
    rows = rows[label[rows] != 0]
    return Sample(
        names=names,
        features=features[rows],
        target=(label[rows] > 0).astype(np.float64),
        weight=weigh(open_ms[rows], end_ms[rows]),
    )


def join_rows(features: pd.DataFrame, labels: pd.DataFrame) -> LabelledRows:
    """Join features and labels on open_time.

    Parameters
    ----------
    features : DataFrame
        `open_time` and one float column per feature.
    labels : DataFrame
        As `label_bars` gives them.

    Raises
    ------
    NotEnoughData
        If no bar has both.
    DegenerateData
        If a bar stands twice, a value is infinite, no feature varies, or all labels agree.
    """
    for name, frame in (("features", features), ("labels", labels)):
        repeated = frame["open_time"][frame["open_time"].duplicated()]
        if len(repeated):
            raise DegenerateData(f"{name} hold the bar of {repeated.iloc[0]} twice; rebuild them")
    names = tuple(str(name) for name in features.columns if name != "open_time")
    frame = features.merge(labels, on="open_time").sort_values("open_time", ignore_index=True)
    if frame.empty:
        raise NotEnoughData(
            f"no bar has both features ({len(features)} rows) and a label ({len(labels)} rows); "
            "materialize both for the months of the look-back"
        )
    matrix = np.ascontiguousarray(frame[list(names)].to_numpy(np.float64))
    _require_variation(matrix, names)
    rows = LabelledRows(
        names=names,
        features=matrix,
        frame=frame[["open_time", "label_end", "label", "gross_return", "width"]],
        open_ms=milliseconds_of(frame["open_time"]),
        end_ms=milliseconds_of(frame["label_end"]),
        label=frame["label"].to_numpy(np.int8),
    )
    rows.require_both_classes(np.arange(len(rows)), "the look-back")
    return rows


def idle_features(matrix: FloatArray, names: tuple[str, ...]) -> list[str]:
    """Names of the columns that hold one value or none."""
    return [name for name, column in zip(names, matrix.T, strict=True) if not _varies(column)]


def _require_variation(matrix: FloatArray, names: tuple[str, ...]) -> None:
    infinite = [
        name for name, column in zip(names, matrix.T, strict=True) if np.isinf(column).any()
    ]
    if infinite:
        raise DegenerateData(
            f"features {', '.join(infinite)} hold infinite values; NaN says not defined"
        )
    if len(idle_features(matrix, names)) == len(names):
        raise DegenerateData(
            f"none of {len(names)} features varies over {len(matrix)} rows: every column is "
            "constant or NaN, there is nothing to learn from"
        )


def _varies(column: FloatArray) -> bool:
    present = column[~np.isnan(column)]
    return bool(present.size) and bool((present != present[0]).any())
