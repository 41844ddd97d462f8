"""Proof of warm-up: what lies before a feature's declared warm-up must not matter.

Bits cannot be asked for here: an exponential mean never forgets wholly. What is left of older
bars must be small beside how far the feature itself moves.
"""

from collections.abc import Iterator
from datetime import timedelta

import numpy as np
import pandas as pd

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.features.bars import Bars
from traderai_assets.domain.features.catalogue import CATALOGUE
from traderai_assets.domain.features.spec import FeatureSpec

# Share of the feature's own standard deviation
TOLERANCE = 2e-3


def find_short_warm_ups(
    candles: pd.DataFrame,
    *,
    bar: timedelta,
    catalogue: tuple[FeatureSpec, ...] = CATALOGUE,
    tolerance: float = TOLERANCE,
) -> list[str]:
    """Name the features that differ, after their warm-up, with how much history came before it.

    Parameters
    ----------
    candles : DataFrame
        Closed bars, oldest first, of a market that moves; the later half is computed once more
        without the earlier one.
    bar : timedelta
        Length of one bar.
    catalogue : tuple of FeatureSpec, default=CATALOGUE
        The features to be tried.
    tolerance : float, default=TOLERANCE
        What may be left of older bars, in standard deviations of the feature.
    """
    half = len(candles) // 2
    late = candles.iloc[half:].reset_index(drop=True)
    pairs = zip(_computed(candles, bar, catalogue), _computed(late, bar, catalogue), strict=True)
    short = []
    for spec, (whole, part) in zip(catalogue, pairs, strict=True):
        expected, seen = whole[half:][spec.warm_up_bars :], part[spec.warm_up_bars :]
        margin = tolerance * float(np.nanstd(whole)) + 1e-9
        if not np.allclose(seen, expected, rtol=0.0, atol=margin, equal_nan=True):
            short.append(spec.name)
    return short


def _computed(
    candles: pd.DataFrame, bar: timedelta, catalogue: tuple[FeatureSpec, ...]
) -> Iterator[FloatArray]:
    bars = Bars.from_candles(candles, bar)
    for spec in catalogue:
        with np.errstate(all="ignore"):
            yield np.asarray(spec.compute(bars), np.float64)
