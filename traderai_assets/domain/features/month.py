"""The features of one month, from its candles and a fixed warm-up before them."""

from datetime import timedelta

import numpy as np
import pandas as pd

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
    opened = candles["open_time"]
    window = candles[(opened >= first) & (opened < month.end)]
    inside = (window["open_time"] >= month.start).to_numpy()
    columns: dict[str, object] = {"open_time": window["open_time"][inside].reset_index(drop=True)}
    for name, values in _computed(window, bar, catalogue).items():
        columns[name] = values[inside]
    return pd.DataFrame(columns)


def _computed(
    window: pd.DataFrame, bar: timedelta, catalogue: tuple[FeatureSpec, ...]
) -> dict[str, FloatArray]:
    if window.empty:
        return {spec.name: np.empty(0) for spec in catalogue}
    bars = Bars.from_candles(window, bar)
    computed = {}
    # What is not defined becomes NaN; numpy need not warn of it
    with np.errstate(all="ignore"):
        for spec in catalogue:
            values = np.array(spec.compute(bars), dtype=np.float64)
            values[: spec.warm_up_bars] = np.nan
            values[~np.isfinite(values)] = np.nan
            computed[spec.name] = values
    return computed
