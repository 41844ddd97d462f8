"""The features of one month, from its candles and a fixed warm-up before them."""

from datetime import timedelta

import numpy as np
import pandas as pd

from traderai_assets.domain.errors import InvalidFeature
from traderai_assets.domain.features.bars import Bars, FloatArray
from traderai_assets.domain.features.catalogue import CATALOGUE
from traderai_assets.domain.features.spec import FeatureSpec
from traderai_assets.domain.months import Month


def warm_up_bars(catalogue: tuple[FeatureSpec, ...] = CATALOGUE) -> int:
    """Bars before a month that its features look at.

    Twice what the hungriest feature needs, so that a market in which every other bar is absent
    is warm where the month begins.
    """
    return 2 * max(spec.warm_up_bars for spec in catalogue)


def month_features(
    candles: pd.DataFrame,
    *,
    month: Month,
    bar: timedelta,
    catalogue: tuple[FeatureSpec, ...] = CATALOGUE,
) -> pd.DataFrame:
    """Compute the features of one month's bars.

    Parameters
    ----------
    candles : DataFrame
        Closed bars, oldest first, absent bars absent; `warm_up_bars()` bars before the month, or
        as many as there are. Older and later rows are left aside before anything is computed, so
        live, batch and replay give the same bits.
    month : Month
        The month asked for.
    bar : timedelta
        Length of one bar.
    catalogue : tuple of FeatureSpec, default=CATALOGUE
        The columns asked for.

    Returns
    -------
    DataFrame
        `open_time` and one float64 column per feature, a row for each bar of `candles` in the
        month; NaN where a feature is not defined: its warm-up incomplete, its ratio over zero.
    """
    first = month.start - warm_up_bars(catalogue) * bar
    starts = [pd.Timestamp(moment) for moment in (first, month.start, month.end)]
    begin, inside, end = candles["open_time"].searchsorted(starts)
    window = candles.iloc[begin:end]
    values = _computed(window, bar, catalogue)[:, inside - begin :]
    features = pd.DataFrame(values.T, columns=[spec.name for spec in catalogue], copy=False)
    features.insert(0, "open_time", candles["open_time"].iloc[inside:end].reset_index(drop=True))
    return features


def _computed(
    window: pd.DataFrame, bar: timedelta, catalogue: tuple[FeatureSpec, ...]
) -> FloatArray:
    """One row of values for each feature, NaN where it is not defined."""
    values = np.empty((len(catalogue), len(window)))
    if window.empty:
        return values
    from traderai_assets.domain.features.kernels import defined

    bars = Bars.from_candles(window, bar)
    # What is not defined becomes NaN; numpy need not warn of it
    with np.errstate(all="ignore"):
        for row, spec in zip(values, catalogue, strict=True):
            computed = np.ascontiguousarray(spec.compute(bars), dtype=np.float64)
            if computed.shape != row.shape:
                raise InvalidFeature(
                    f"feature {spec.name!r} gave {computed.shape} values for {len(bars)} bars"
                )
            defined(computed, spec.warm_up_bars, row)
    return values
