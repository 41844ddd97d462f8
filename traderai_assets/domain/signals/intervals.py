"""Intervals: in which the return of a bar will lie, nine times in ten, whatever the market does.

Adaptive conformal inference: the wanted error is moved by the errors that were made, several speeds
side by side, weighted by how well each does (Gibbs and Candès, "Conformal inference for online
prediction with arbitrary distribution shifts", 2022). Only labels that were known at a bar's close
have a say in its interval.
"""

import math
from bisect import bisect_left, insort
from collections import deque
from datetime import timedelta

import numpy as np
import pandas as pd

from traderai_assets.domain.arrays import FloatArray, IntArray, milliseconds_of

COVERAGE = 0.9
# Scores that an interval is made of, and how few do
WINDOW, LEAST = 500, 50
# How fast the wanted error follows the errors made
_SPEEDS = np.array([0.002, 0.008, 0.032, 0.128])
# As the paper has them, for stretches of WINDOW bars
_SHARE = 1 / (2 * WINDOW)
_HARDNESS = COVERAGE**2 * (1 - COVERAGE) ** 3 + (1 - COVERAGE) ** 2 * COVERAGE**3
_RATE = math.sqrt(3 / WINDOW) * math.sqrt((math.log(WINDOW * len(_SPEEDS)) + 2) / _HARDNESS)


def return_intervals(
    predictions: pd.DataFrame, labels: pd.DataFrame, *, bar: timedelta
) -> pd.DataFrame:
    """Give the interval of each predicted bar's return, and whether it held where that is known.

    Parameters
    ----------
    predictions : DataFrame
        open_time, probability and width of bars, oldest first, as they are stored.
    labels : DataFrame
        open_time, label_end and gross_return of those bars whose label is known.
    bar : timedelta
        Length of a bar.

    Returns
    -------
    DataFrame
        open_time; lower and upper (gross return of a long until its label is known, fraction of the
        price; infinite where the errors ask for all there is, NaN with fewer than `LEAST` scores
        before it or an unknown width); covered (1 or 0, NaN while not known).
    """
    told = predictions.merge(
        labels[["open_time", "label_end", "gross_return"]], on="open_time", how="left"
    )
    width = told["width"].to_numpy(np.float64)
    center = (2.0 * told["probability"].to_numpy(np.float64) - 1.0) * width
    missed = np.abs(told["gross_return"].to_numpy(np.float64) - center) / width
    ends = milliseconds_of(told["label_end"])
    known_at = np.where(told["label_end"].isna(), np.iinfo(np.int64).max, ends)
    closes = milliseconds_of(told["open_time"] + bar)
    radius = adaptive_radii(missed, closes, known_at)
    covered = np.where(np.isnan(radius) | np.isnan(missed), np.nan, missed <= radius)
    return pd.DataFrame(
        {
            "open_time": told["open_time"],
            "lower": center - radius * width,
            "upper": center + radius * width,
            "covered": covered,
        }
    )


def adaptive_radii(score: FloatArray, decided_at: IntArray, known_at: IntArray) -> FloatArray:
    """Give the score below which each bar's own will lie, `COVERAGE` of the time.

    Parameters
    ----------
    score : ndarray of shape (n_bars,)
        How far each was missed; NaN where that is not known.
    decided_at, known_at : ndarray of shape (n_bars,)
        When each bar closed, ascending, and when its score became known.

    Returns
    -------
    ndarray of shape (n_bars,)
        From scores known at the bar's close; NaN with fewer than `LEAST` of them.
    """
    radii = np.full(len(score), np.nan)
    inference = _Inference()
    order = iter(np.argsort(known_at, kind="stable").tolist())
    following = next(order, None)
    for row, now in enumerate(decided_at):
        while following is not None and known_at[following] <= now:
            if not np.isnan(score[following]):
                inference.learn(following, float(score[following]))
            following = next(order, None)
        radii[row] = inference.radius(row)
    return radii


class _Inference:
    """The errors wanted at each speed, the scores they are quantiles of, and what was promised."""

    def __init__(self) -> None:
        self._wanted = np.full(len(_SPEEDS), 1 - COVERAGE)
        self._weights = np.full(len(_SPEEDS), 1 / len(_SPEEDS))
        self._latest: deque[float] = deque()
        self._ordered: list[float] = []
        # Of bars whose score is not known yet: the scores and wanted errors of their interval
        self._promised: dict[int, tuple[list[float], FloatArray]] = {}

    def radius(self, row: int) -> float:
        """Promise the interval of a bar."""
        scores = len(self._ordered)
        if scores < LEAST:
            return math.nan
        self._promised[row] = self._ordered.copy(), self._wanted.copy()
        error = float((self._weights * self._wanted).sum())
        rank = math.ceil((1 - error) * (scores + 1))
        return math.inf if rank > scores else self._ordered[max(rank, 1) - 1]

    def learn(self, row: int, score: float) -> None:
        """Take a bar's score for known."""
        if row in self._promised:
            ordered, wanted = self._promised.pop(row)
            # The largest error that could have been wanted and would not have been made
            best = 1 - bisect_left(ordered, score) / (len(ordered) + 1)
            missed = best - wanted
            loss = (1 - COVERAGE) * missed - np.minimum(0.0, missed)
            weights = self._weights * [math.exp(-_RATE * one) for one in loss.tolist()]
            self._weights = (1 - _SHARE) * weights / weights.sum() + _SHARE / len(_SPEEDS)
            self._wanted = self._wanted + _SPEEDS * (1 - COVERAGE - (wanted >= best))
        insort(self._ordered, score)
        self._latest.append(score)
        if len(self._latest) > WINDOW:
            self._ordered.pop(bisect_left(self._ordered, self._latest.popleft()))
