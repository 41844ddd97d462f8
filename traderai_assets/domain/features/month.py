"""The features of one month, from its candles and a fixed warm-up before them."""

from datetime import datetime, timedelta
from functools import cache

import numpy as np
import pandas as pd

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.candles.segments import SEGMENT, bars_since_cut, segments_of
from traderai_assets.domain.errors import InvalidFeature
from traderai_assets.domain.features.bars import Bars
from traderai_assets.domain.features.catalogue import CATALOGUE
from traderai_assets.domain.features.spec import FeatureSpec
from traderai_assets.domain.limits import MAX_WARM_UP_BARS
from traderai_assets.domain.months import Month, months_back


def warm_up_bars(catalogue: tuple[FeatureSpec, ...] = CATALOGUE) -> int:
    """Bars before a month that its features look at.

    Twice what the hungriest feature needs, so that a market in which every other bar is absent
    is warm where the month begins. Of long bars it may be less: see `warm_up_start`.
    """
    return 2 * max(spec.warm_up_bars for spec in catalogue)


def warm_up_start(
    month: Month, bar: timedelta, catalogue: tuple[FeatureSpec, ...] = CATALOGUE
) -> datetime:
    """Return from when on candles decide the features of a month.

    `warm_up_bars` before it, in the months that are read for `MAX_WARM_UP_BARS` (reach.py): up to
    bars of an hour these hold them all.
    """
    oldest = month.shift(-months_back(bar, MAX_WARM_UP_BARS))
    return max(month.start - warm_up_bars(catalogue) * bar, oldest.start)


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
        Closed bars, oldest first, absent bars absent; from `warm_up_start` on, or as many as
        there are. Older and later rows are left aside before anything is computed, so
        live, batch and replay give the same bits. No window reaches from one segment into the
        next (`candles.segments`).
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
        After a cut all of them are NaN until the longest warm-up is complete: what is not known
        of such a bar is more than a model has learned to miss.
    """
    first = warm_up_start(month, bar, catalogue)
    times = candles["open_time"].array
    begin, inside, end = (
        int(times.searchsorted(pd.Timestamp(moment))) for moment in (first, month.start, month.end)
    )
    window = candles.iloc[begin:end]
    values = np.empty((len(catalogue), end - inside))
    for rows in segments_of(window):
        # What lies before the month is computed for what follows it, and not kept
        _fill(values, window.iloc[rows], inside - begin - rows.start, bar, catalogue)
    if SEGMENT in candles.columns:
        cold = bars_since_cut(candles)[inside:end] < max(spec.warm_up_bars for spec in catalogue)
        values[:, cold] = np.nan
    features = pd.DataFrame(values.T, copy=False)
    features.insert(0, -1, times[inside:end])
    features.columns = _columns(catalogue)  # Names put together once: pandas is slow at them
    return features


@cache
def _columns(catalogue: tuple[FeatureSpec, ...]) -> pd.Index:
    return pd.Index(["open_time", *(spec.name for spec in catalogue)])


def undefined_rows(features: pd.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which bars nothing is known of, as after a cut: nobody learns from them or speaks of them."""
    return features.drop(columns="open_time").isna().all(axis=1).to_numpy()


def _fill(
    values: FloatArray,
    segment: pd.DataFrame,
    before: int,
    bar: timedelta,
    catalogue: tuple[FeatureSpec, ...],
) -> None:
    """Fill in a row of `values` for each feature of a segment; NaN where it is not defined.

    The segment's first `before` bars lie before them, or it begins `-before` bars into them.
    """
    left_out, first = max(before, 0), max(-before, 0)
    if len(segment) <= left_out:
        return
    from traderai_assets.domain.features.kernels import defined

    bars = Bars.from_candles(segment, bar)
    part = values[:, first : first + len(segment) - left_out]
    # What is not defined becomes NaN; numpy need not warn of it
    with np.errstate(all="ignore"):
        for row, spec in zip(part, catalogue, strict=True):
            computed = np.ascontiguousarray(spec.compute(bars), dtype=np.float64)
            if computed.shape != (len(bars),):
                raise InvalidFeature(
                    f"feature {spec.name!r} gave {computed.shape} values for {len(bars)} bars"
                )
            defined(computed[left_out:], spec.warm_up_bars - left_out, row)
