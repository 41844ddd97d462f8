"""Volatility: how far price moves, whichever way, and where it stands in its recent range."""

import math
from functools import partial

import numpy as np

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.features.bars import Bars
from traderai_assets.domain.features.indicators import WILDER_MEMORY, indicator
from traderai_assets.domain.features.realised_volatility import VOLATILITY_BARS, volatility_of
from traderai_assets.domain.features.rolling import (
    position_in_range,
    ratio,
    rolling_deviation,
    rolling_maximum,
    rolling_mean,
    rolling_minimum,
    rolling_sum,
)
from traderai_assets.domain.features.spec import FeatureSpec, over_spans
from traderai_assets.domain.portable import log_ratio


def realised(bars: Bars) -> FloatArray:
    """Volatility a bar over a stretch of time: the measure that sets the barriers' width."""
    return volatility_of(bars.open_ms, bars.close, bars.bar_ms)


def deviation(bars: Bars, *, span: int) -> FloatArray:
    """Standard deviation of the last `span` log returns."""
    return bars.kept(f"deviation {span}", lambda: rolling_deviation(bars.log_return, span))


def deviation_ratio(bars: Bars, *, fast: int, slow: int) -> FloatArray:
    """Log of the fast standard deviation over the slow one."""
    return log_ratio(deviation(bars, span=fast), deviation(bars, span=slow))


def return_score(bars: Bars, *, span: int) -> FloatArray:
    """Last log return in standard deviations of the last `span`."""
    mean = rolling_mean(bars.log_return, span)
    return ratio(bars.log_return - mean, deviation(bars, span=span))


def true_range(bars: Bars) -> FloatArray:
    """Average true range over 14 bars, percent of close."""
    return indicator("NATR", bars.high, bars.low, bars.close, timeperiod=14)


def parkinson(bars: Bars, *, span: int) -> FloatArray:
    """Volatility a bar from high and low (Parkinson, 1980)."""
    squared = bars.log_reach**2
    return np.asarray(np.sqrt(rolling_mean(squared, span) / (4.0 * math.log(2.0))))


def garman_klass(bars: Bars, *, span: int) -> FloatArray:
    """Volatility a bar from open, high, low and close (Garman and Klass, 1980)."""
    wide = 0.5 * bars.log_reach**2
    drift = (2.0 * math.log(2.0) - 1.0) * log_ratio(bars.close, bars.open) ** 2
    # Never below zero but for rounding: |log(close/open)| is at most log(high/low)
    return np.sqrt(np.maximum(rolling_mean(wide - drift, span), 0.0))


def _mean_close(bars: Bars, span: int) -> FloatArray:
    return bars.kept(f"mean close {span}", lambda: rolling_mean(bars.close, span))


def _deviation_of_close(bars: Bars, span: int) -> FloatArray:
    return bars.kept(f"deviation of close {span}", lambda: rolling_deviation(bars.close, span))


def bollinger_position(bars: Bars, *, span: int) -> FloatArray:
    """Close from its mean, in standard deviations."""
    return ratio(bars.close - _mean_close(bars, span), _deviation_of_close(bars, span))


def bollinger_width(bars: Bars, *, span: int) -> FloatArray:
    """Standard deviation of close over its mean."""
    return ratio(_deviation_of_close(bars, span), _mean_close(bars, span))


def range_position(bars: Bars, *, span: int) -> FloatArray:
    """Close between the lowest low (0) and the highest high (1) of the last `span` bars."""
    lowest, highest = rolling_minimum(bars.low, span), rolling_maximum(bars.high, span)
    return position_in_range(bars.close, lowest, highest)


def upside_share(bars: Bars, *, span: int) -> FloatArray:
    """Squared rises less squared falls over all squares of `span` returns, -1..1."""
    squared = bars.log_return**2
    signed = rolling_sum(np.sign(bars.log_return) * squared, span)
    return ratio(signed, rolling_sum(squared, span), within=(-1.0, 1.0))


FEATURES = (
    FeatureSpec(
        f"realised_volatility_{VOLATILITY_BARS}",
        "volatility",
        VOLATILITY_BARS,
        realised,
        f"Volatility a bar over the last {VOLATILITY_BARS} bars of time, fraction of price.",
    ),
    *over_spans(
        "deviation_{span}",
        "volatility",
        lambda span: span,
        deviation,
        "Standard deviation of the last {span} log returns.",
        (12, 48),
    ),
    *(
        FeatureSpec(
            f"deviation_ratio_{fast}_{slow}",
            "volatility",
            slow,
            partial(deviation_ratio, fast=fast, slow=slow),
            f"Log of the deviation of {fast} returns over that of {slow}.",
        )
        for fast, slow in ((12, 48), (48, 288))
    ),
    *over_spans(
        "range_position_{span}",
        "volatility",
        lambda span: span - 1,
        range_position,
        "Close in the range of the last {span} bars, 0..1.",
        (48, 288),
    ),
    FeatureSpec(
        "return_score_48",
        "volatility",
        48,
        partial(return_score, span=48),
        "Last log return in standard deviations of 48.",
    ),
    FeatureSpec(
        "natr_14",
        "volatility",
        WILDER_MEMORY * 14,
        true_range,
        "Average true range, percent of close.",
    ),
    FeatureSpec(
        "parkinson_48",
        "volatility",
        47,
        partial(parkinson, span=48),
        "Volatility a bar from high and low, fraction of price.",
    ),
    FeatureSpec(
        "garman_klass_48",
        "volatility",
        47,
        partial(garman_klass, span=48),
        "Volatility a bar from open, high, low and close, fraction of price.",
    ),
    FeatureSpec(
        "bollinger_position_20",
        "volatility",
        19,
        partial(bollinger_position, span=20),
        "Close from its mean of 20 bars, in standard deviations.",
    ),
    FeatureSpec(
        "bollinger_width_20",
        "volatility",
        19,
        partial(bollinger_width, span=20),
        "Standard deviation of 20 closes over their mean.",
    ),
    FeatureSpec(
        "upside_share_48",
        "volatility",
        48,
        partial(upside_share, span=48),
        "Squared rises less squared falls, share of 48 squared returns, -1..1.",
    ),
)
