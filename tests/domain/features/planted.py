"""Twelve ways to look ahead, each as somebody once wrote it by mistake."""

import numpy as np
import pandas as pd

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.features.bars import Bars
from traderai_assets.domain.features.spec import FeatureSpec

HOUR_MS = 3_600_000


def shifted(bars: Bars) -> FloatArray:
    return pd.Series(bars.log_return).shift(-1).to_numpy()


def centred_rolling(bars: Bars) -> FloatArray:
    return pd.Series(bars.close).rolling(25, center=True).mean().to_numpy()


def full_sample_score(bars: Bars) -> FloatArray:
    return (bars.log_return - np.nanmean(bars.log_return)) / np.nanstd(bars.log_return)


def back_filled(bars: Bars) -> FloatArray:
    seen_hourly = pd.Series(bars.close).where(bars.open_ms % HOUR_MS == 0)
    return seen_hourly.bfill().to_numpy()


def unclosed_coarse_bar(bars: Bars) -> FloatArray:
    coarse = pd.Series(bars.high).groupby(bars.open_ms // (12 * bars.bar_ms))
    return coarse.transform("max").to_numpy()


def min_max(bars: Bars) -> FloatArray:
    return (bars.close - bars.close.min()) / (bars.close.max() - bars.close.min())


def quantile_bins(bars: Bars) -> FloatArray:
    ranks = pd.Series(bars.volume).rank(pct=True)
    return np.ceil(ranks * 10).to_numpy()  # type: ignore[attr-defined]


def extrema_at_the_edge(bars: Bars) -> FloatArray:
    from scipy.signal import argrelextrema

    peaks = np.zeros(len(bars))
    peaks[argrelextrema(bars.high, np.greater)[0]] = 1.0
    return peaks


def components_fitted_on_all(bars: Bars) -> FloatArray:
    from sklearn.decomposition import PCA
    from sklearn.preprocessing import StandardScaler

    columns = np.column_stack([bars.log_reach, bars.volume, bars.close])
    return PCA(1).fit_transform(StandardScaler().fit_transform(columns))[:, 0]


def target_mean_encoding(bars: Bars) -> FloatArray:
    outcome = pd.Series(bars.log_return).shift(-1)
    return outcome.groupby(bars.open_ms // HOUR_MS % 24).transform("mean").to_numpy()


def threshold_fitted_on_test(bars: Bars) -> FloatArray:
    outcome = np.append(bars.log_return[1:], 0.0)
    candidates = np.linspace(-0.004, 0.004, 41)
    gains = [np.nansum(np.where(bars.log_return > limit, outcome, 0.0)) for limit in candidates]
    return np.asarray(bars.log_return - candidates[int(np.argmax(gains))])


def reversed_mean(bars: Bars) -> FloatArray:
    return pd.Series(bars.close[::-1]).ewm(span=12).mean().to_numpy()[::-1]


LEAKS = tuple(
    FeatureSpec(rule.__name__, "planted", 24, rule, "Looks ahead.")
    for rule in (
        shifted,
        centred_rolling,
        full_sample_score,
        back_filled,
        unclosed_coarse_bar,
        min_max,
        quantile_bins,
        extrema_at_the_edge,
        components_fitted_on_all,
        target_mean_encoding,
        threshold_fitted_on_test,
        reversed_mean,
    )
)
