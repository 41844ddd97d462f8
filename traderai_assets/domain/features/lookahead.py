"""Proof of no look-ahead: whatever comes after a bar, no feature at or before it may change a bit.

It goes through `month_features`, as every value that is stored does. A rule that fails on an
altered future has looked at it, and is reported like one whose values changed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
import pandas as pd

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.features.alterations import ALTERATIONS, Alteration
from traderai_assets.domain.features.bars import Bars
from traderai_assets.domain.features.catalogue import CATALOGUE
from traderai_assets.domain.features.month import month_features
from traderai_assets.domain.features.spec import FeatureSpec
from traderai_assets.domain.months import Month


class Leak(NamedTuple):
    """One feature that changed with what came after a bar.

    Attributes
    ----------
    feature : its name
    kind : how the future was altered, a key of `ALTERATIONS`
    cut : when the last unaltered bar opened
    row : when the first bar opened whose value changed
    error : what the rule raised, if it did
    """

    feature: str
    kind: str
    cut: datetime
    row: datetime
    error: str = ""

    @property
    def told(self) -> dict[str, str]:
        """What a person reads of it: the same on a page and in a terminal."""
        return {
            "feature": self.feature,
            "future": self.kind,
            "last_known_bar": f"{self.cut:%Y-%m-%d %H:%M}",
            "first_changed_bar": f"{self.row:%Y-%m-%d %H:%M}",
            "raised": self.error,
        }


def find_leaks(
    candles: pd.DataFrame,
    *,
    month: Month,
    bar: timedelta,
    cuts: Iterable[datetime],
    seed: int,
    catalogue: tuple[FeatureSpec, ...] = CATALOGUE,
    alterations: Mapping[str, Alteration] = ALTERATIONS,
) -> list[Leak]:
    """Alter everything after each cut and report which features of earlier bars noticed.

    Parameters
    ----------
    candles : DataFrame
        As for `month_features`.
    month, bar : Month and timedelta
        As for `month_features`; only bars of this month are compared.
    cuts : iterable of datetime
        Open times of bars; each is the last known one once.
    seed : int
        Of what is drawn: noise, holes, delays.
    catalogue : tuple of FeatureSpec, default=CATALOGUE
        The features to be tried.
    alterations : mapping of str to callable, default=ALTERATIONS
        The futures to be tried, by name.

    Returns
    -------
    list of Leak
        One for each feature, kind and cut; empty where none looks ahead.
    """
    honest = month_features(candles, month=month, bar=bar, catalogue=catalogue)
    expected = _bits(honest)
    leaks = []
    raised: dict[str, str] = {}
    guarded = tuple(_guarded(spec, raised) for spec in catalogue)
    for cut in cuts:
        known = int(candles["open_time"].searchsorted(pd.Timestamp(cut), side="right"))
        rows = int(honest["open_time"].searchsorted(pd.Timestamp(cut), side="right"))
        for kind, alter in alterations.items():
            random = np.random.default_rng([seed, known])
            later = alter(candles.iloc[known:], bar, random)
            future = pd.concat([candles.iloc[:known], later], ignore_index=True)
            raised.clear()
            seen = month_features(future, month=month, bar=bar, catalogue=guarded)
            for column, row in _changed(expected, _bits(seen), rows):
                name = catalogue[column].name
                at = honest["open_time"].iloc[row].to_pydatetime()
                leaks.append(Leak(name, kind, cut, at, raised.get(name, "")))
    return leaks


def _bits(features: pd.DataFrame) -> np.ndarray[tuple[int, int], np.dtype[np.uint64]]:
    values = features.drop(columns="open_time").to_numpy(np.float64)
    return np.ascontiguousarray(values.T).view(np.uint64)


def _changed(
    expected: np.ndarray[tuple[int, int], np.dtype[np.uint64]],
    seen: np.ndarray[tuple[int, int], np.dtype[np.uint64]],
    rows: int,
) -> list[tuple[int, int]]:
    """Number of each feature that differs in the first `rows` rows, and the first such row."""
    differs = expected[:, :rows] != seen[:, :rows]
    columns = np.flatnonzero(differs.any(axis=1))
    return [(int(column), int(differs[column].argmax())) for column in columns]


def _guarded(spec: FeatureSpec, raised: dict[str, str]) -> FeatureSpec:
    """The same feature, which says NaN at every bar and why if its rule fails."""

    def compute(bars: Bars, rule: Callable[[Bars], FloatArray] = spec.compute) -> FloatArray:
        try:
            return rule(bars)
        except Exception as error:  # noqa: BLE001  # Whatever a rule may raise is what we look for
            raised[spec.name] = f"{type(error).__name__}: {error}"
            return np.full(len(bars), np.nan)

    return replace(spec, compute=compute)


def leaking_features(leaks: Sequence[Leak]) -> dict[str, list[str]]:
    """Return the kinds that gave each leaking feature away, by its name."""
    found: dict[str, set[str]] = {}
    for leak in leaks:
        found.setdefault(leak.feature, set()).add(leak.kind)
    return {name: sorted(kinds) for name, kinds in sorted(found.items())}
