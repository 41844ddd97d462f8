"""Trend: which way price has been going, how steadily, and how far it has run from its means.

Exponential means have an infinite memory: their warm-up ends when less than e^-11 of the first
value is left.
"""

from functools import partial

import numpy as np

from traderai_assets.domain.features.bars import Bars, FloatArray
from traderai_assets.domain.features.rolling import ratio, rolling_sum
from traderai_assets.domain.features.spec import FeatureSpec


def ema_distance(bars: Bars, *, span: int) -> FloatArray:
    """Log of close over its exponential mean."""
    import talib

    return np.asarray(bars.log_close - np.log(talib.EMA(bars.close, timeperiod=span)))


def ema_spread(bars: Bars, *, fast: int, slow: int) -> FloatArray:
    """Log of the fast exponential mean over the slow one."""
    import talib

    means = [talib.EMA(bars.close, timeperiod=span) for span in (fast, slow)]
    return np.asarray(np.log(means[0] / means[1]))


def macd_histogram(bars: Bars) -> FloatArray:
    """MACD(12, 26, 9) less its signal line, as a share of close."""
    import talib

    return np.asarray(talib.MACD(bars.close)[2] / bars.close)


def trend_strength(bars: Bars) -> FloatArray:
    """Wilder's ADX over 14 bars, 0..100, without direction."""
    import talib

    return np.asarray(talib.ADX(bars.high, bars.low, bars.close, timeperiod=14))


def directional_spread(bars: Bars) -> FloatArray:
    """+DI less -DI over 14 bars, -100..100."""
    import talib

    up = talib.PLUS_DI(bars.high, bars.low, bars.close, timeperiod=14)
    return np.asarray(up - talib.MINUS_DI(bars.high, bars.low, bars.close, timeperiod=14))


def trix(bars: Bars) -> FloatArray:
    """Percent change a bar of the triple exponential mean over 15 bars."""
    import talib

    return np.asarray(talib.TRIX(bars.close, timeperiod=15))


def slope(bars: Bars, *, span: int) -> FloatArray:
    """Least-squares slope of log close over `span` bars, log return a bar."""
    import talib

    return np.asarray(talib.LINEARREG_SLOPE(bars.log_close, timeperiod=span))


def efficiency(bars: Bars, *, span: int) -> FloatArray:
    """Kaufman's ratio with its sign: net move over the path walked, -1..1."""
    path = rolling_sum(np.abs(bars.log_return), span)
    return np.clip(ratio(bars.change(bars.log_close, span), path), -1.0, 1.0)


FEATURES = (
    *(
        FeatureSpec(
            f"ema_distance_{span}",
            "trend",
            6 * span,
            partial(ema_distance, span=span),
            f"Log of close over its exponential mean of {span} bars.",
        )
        for span in (12, 24, 48)
    ),
    *(
        FeatureSpec(
            f"slope_{span}",
            "trend",
            span - 1,
            partial(slope, span=span),
            f"Least-squares slope of log close over {span} bars, log return a bar.",
        )
        for span in (24, 96)
    ),
    *(
        FeatureSpec(
            f"efficiency_{span}",
            "trend",
            span,
            partial(efficiency, span=span),
            f"Net move over path walked in {span} bars, -1..1.",
        )
        for span in (12, 48)
    ),
    FeatureSpec(
        "ema_spread_12_48",
        "trend",
        288,
        partial(ema_spread, fast=12, slow=48),
        "Log of the exponential mean of 12 bars over that of 48.",
    ),
    FeatureSpec(
        "macd_histogram", "trend", 208, macd_histogram, "MACD less signal, share of close."
    ),
    FeatureSpec("adx_14", "trend", 252, trend_strength, "Strength of the trend, 0..100."),
    FeatureSpec(
        "directional_spread_14",
        "trend",
        168,
        directional_spread,
        "Rise less fall: +DI less -DI, -100..100.",
    ),
    FeatureSpec("trix_15", "trend", 150, trix, "Change of the triple mean, percent a bar."),
)
