"""Whether a classifier tells this week from the look-back better than it tells its own weeks.

Features may each stay where they were and yet move against each other. Here: a thinned sample of a
look-back for a model's card, and the classifier's test. One feature at a time: features.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from traderai_assets.domain.arrays import FloatArray, IntArray, milliseconds_of
from traderai_assets.domain.drift.day_means import MIN_WINDOW_DAYS, days_of

Codes = npt.NDArray[np.uint8]

MOST_CODES = 1 << 16
"""Bytes of a sample in a card: 1,024 rows of 64 features."""
MOST_FEATURES = 64
MOST_WINDOWS = 12
"""Of the look-back, that the classifier is tried on: each costs three small fits."""
MIN_WINDOWS = 4
WINDOW_DAYS = 7
BLOCKS = 3
_ABSENT = 255
_BOOSTER = {
    "objective": "binary", "num_leaves": 7, "min_data_in_leaf": 8, "learning_rate": 0.1,
    "max_bin": 63, "num_threads": 1, "deterministic": True, "force_row_wise": True,
    "seed": 0, "verbosity": -1,
}  # fmt: skip
_ROUNDS = 30


@dataclass(frozen=True)
class ThinnedSample:
    """Rows of a look-back, evenly spaced, each value as its place among the feature's quantiles.

    Attributes
    ----------
    names : tuple of str
        Features, columns of `codes`.
    days : ndarray of int of shape (n_rows,)
        Number of each row's day, from 0.
    codes : ndarray of uint8 of shape (n_rows, n_features)
        Quantiles below the value, 0 to 101; 255 where there is none.
    """

    names: tuple[str, ...]
    days: IntArray
    codes: Codes

    @classmethod
    def of(
        cls, names: Sequence[str], features: FloatArray, days: IntArray, grids: Sequence[FloatArray]
    ) -> "ThinnedSample":
        """Thin a look-back's features of shape (n_rows, n_features), in time order."""
        most = min(len(days), MOST_CODES // max(1, len(names)))
        rows = np.arange(most) * len(days) // max(1, most)
        return cls(tuple(names), days[rows], _coded(features[rows], grids))

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> "ThinnedSample":
        """Read what `to_json` wrote."""
        names = tuple(record["names"])
        raw = np.frombuffer(base64.b64decode(record["codes"]), dtype=np.uint8)
        days = np.repeat(np.arange(len(record["rows"])), record["rows"]).astype(np.int64)
        return cls(names, days, raw.reshape(days.size, len(names)))

    def to_json(self) -> dict[str, Any]:
        """Names, rows of each day, and the codes row by row in base64."""
        rows = np.bincount(self.days).tolist() if self.days.size else []
        codes = base64.b64encode(np.ascontiguousarray(self.codes).tobytes()).decode()
        return {"names": list(self.names), "rows": rows, "codes": codes}


def multivariate_drift(
    reference: ThinnedSample | None,
    current: pd.DataFrame,
    grids: Mapping[str, FloatArray],
    *,
    false_alarm_rate: float = 0.05,
) -> pd.DataFrame:
    """Compare how well a classifier tells the window and the look-back's own weeks from the rest.

    Parameters
    ----------
    reference : ThinnedSample or None
        None of a card that was made before there was one.
    current : DataFrame
        open_time and the sample's features, in time order; one that is not there is absent.
    grids : mapping of str to ndarray of shape (101,)
        Quantiles of each feature in the look-back.

    Returns
    -------
    DataFrame
        One row, feature 'adversarial_auc', kind 'multivariate': expected, the mean of the
        look-back's own weeks, expected_upper in `pvalue`'s sense, realised, pvalue (one-sided),
        rows, status.

    Notes
    -----
    AUCs come from days that the classifier did not see, three blocks of days in turn. On a scale of
    log odds the window's is held against those of the look-back's weeks by Student's t of one more
    draw: with four weeks it has to be far off, with 25 it has not. Weeks of slow features are told
    apart by any classifier, which is why its AUC alone says nothing.

    References
    ----------
    Lopez-Paz, D. and Oquab, M. (2017). Revisiting classifier two-sample tests. ICLR.
    """
    realised, own = np.nan, np.empty(0)
    days = days_of(milliseconds_of(current["open_time"]))
    enough = np.unique(days).size >= MIN_WINDOW_DAYS
    if reference is not None and enough and int(reference.days.max()) // WINDOW_DAYS >= MIN_WINDOWS:
        realised, own = _aucs(reference, current, days, grids)
    pvalue = _p_value(realised, own)
    status = "stable" if np.isnan(pvalue) or pvalue > false_alarm_rate else "drifted"
    return pd.DataFrame(
        [
            {
                "feature": "adversarial_auc",
                "kind": "multivariate",
                "expected": float(own.mean()) if own.size else np.nan,
                "realised": realised,
                "pvalue": pvalue,
                "rows": len(current),
                "status": "insufficient" if np.isnan(pvalue) else status,
            }
        ]
    )


def _aucs(
    reference: ThinnedSample, current: pd.DataFrame, days: IntArray, grids: Mapping[str, FloatArray]
) -> tuple[float, FloatArray]:
    """AUC of the window, and of the look-back's own weeks, each against the look-back's rest."""
    values = np.column_stack(
        [
            current[name].to_numpy(np.float64)
            if name in current.columns
            else np.full(len(current), np.nan)
            for name in reference.names
        ]
    )
    a_day = len(reference.days) / (int(reference.days.max()) + 1)
    most = max(1, round(a_day * (int(days.max()) + 1)))  # As densely as the look-back's
    rows = np.unique(np.arange(most) * len(days) // most)
    window = _coded(values[rows], [grids[name] for name in reference.names])
    week = reference.days // WINDOW_DAYS
    whole = (int(reference.days.max()) + 1) // WINDOW_DAYS
    chosen = np.unique(np.arange(MOST_WINDOWS) * whole // MOST_WINDOWS)
    own = []
    for number in chosen:
        inside = week == number
        first, last = number * WINDOW_DAYS - 1, (number + 1) * WINDOW_DAYS
        apart = (reference.days < first) | (reference.days > last)  # A day on either side
        own.append(_auc(reference.codes[inside], reference.codes[apart]))
    return _auc(window, reference.codes), np.asarray(own)


def _auc(window: Codes, rest: Codes) -> float:
    """AUC out of fold, folds being blocks of consecutive rows of both."""
    import lightgbm
    from sklearn.metrics import roc_auc_score

    features = np.vstack([window, rest]).astype(np.float64)
    features[features == _ABSENT] = np.nan
    target = np.repeat([1.0, 0.0], [len(window), len(rest)])
    fold = np.concatenate([np.arange(len(part)) * BLOCKS // len(part) for part in (window, rest)])
    said = np.empty(len(target))
    for number in range(BLOCKS):
        known = fold != number
        weight = np.where(target[known] > 0, (target[known] == 0).sum() / target[known].sum(), 1.0)
        data = lightgbm.Dataset(features[known], target[known], weight=weight)
        booster = lightgbm.train(_BOOSTER, data, num_boost_round=_ROUNDS)
        said[~known] = booster.predict(features[~known], num_threads=1)
    return float(roc_auc_score(target, said))


def _p_value(realised: float, own: FloatArray) -> float:
    from scipy.special import logit
    from scipy.stats import t as student

    if own.size < MIN_WINDOWS or np.isnan(realised):
        return float("nan")
    ends = np.clip(own, 0.01, 0.99)
    odds, found = logit(ends), float(logit(min(max(realised, 0.01), 0.99)))
    deviation = float(odds.std(ddof=1)) * np.sqrt(1.0 + 1.0 / own.size)
    if deviation == 0.0:
        return 1.0 if found <= odds.mean() else 0.0
    return float(student.sf((found - odds.mean()) / deviation, own.size - 1))


def _coded(features: FloatArray, grids: Sequence[FloatArray]) -> Codes:
    codes = np.full(features.shape, _ABSENT, dtype=np.uint8)
    for place, grid in enumerate(grids):
        known = np.isfinite(features[:, place])
        codes[known, place] = np.searchsorted(grid, features[known, place], side="right")
    return codes
