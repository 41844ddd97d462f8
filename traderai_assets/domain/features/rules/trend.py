"""Trend: which way price has been going, how steadily, and how far it has run from its means."""

import numpy as np

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.features.bars import Bars
from traderai_assets.domain.features.indicators import EXPONENTIAL_MEMORY, WILDER_MEMORY, indicator
from traderai_assets.domain.features.rolling import ratio, rolling_sum
from traderai_assets.domain.features.spec import FeatureSpec, over_spans
from traderai_assets.domain.portable import logarithm


def _log_mean(bars: Bars, span: int) -> FloatArray:
    return bars.kept(
        f"log of exponential mean {span}",
        lambda: logarithm(indicator("EMA", bars.close, timeperiod=span)),
    )


def ema_distance(bars: Bars, *, span: int) -> FloatArray:
    """Log of close over its exponential mean."""
    return bars.log_close - _log_mean(bars, span)


def ema_spread(bars: Bars) -> FloatArray:
    """Log of the exponential mean of 12 bars over that of 48."""
    return _log_mean(bars, 12) - _log_mean(bars, 48)


def macd_histogram(bars: Bars) -> FloatArray:
    """MACD(12, 26, 9) less its signal line, as a share of close."""
    return np.asarray(indicator("MACD", bars.close, output=2) / bars.close)


def trend_strength(bars: Bars) -> FloatArray:
    """Wilder's ADX over 14 bars, 0..100, without direction."""
    return indicator("ADX", bars.high, bars.low, bars.close, timeperiod=14)


def directional_spread(bars: Bars) -> FloatArray:
    """+DI less -DI over 14 bars, -100..100."""
    prices = bars.high, bars.low, bars.close
    return indicator("PLUS_DI", *prices, timeperiod=14) - indicator(
        "MINUS_DI", *prices, timeperiod=14
    )


def trix(bars: Bars) -> FloatArray:
    """Percent change a bar of the triple exponential mean over 15 bars."""
    return indicator("TRIX", bars.close, timeperiod=15)


def slope(bars: Bars, *, span: int) -> FloatArray:
    """Least-squares slope of log close over `span` bars, log return a bar."""
    return indicator("LINEARREG_SLOPE", bars.log_close, timeperiod=span)


def efficiency(bars: Bars, *, span: int) -> FloatArray:
    """Kaufman's ratio with its sign: net move over the path walked, -1..1."""
    path = bars.kept(f"path {span}", lambda: rolling_sum(bars.log_move, span))
    return ratio(bars.change(bars.log_close, span), path, within=(-1.0, 1.0))


FEATURES = (
    *over_spans(
        "ema_distance_{span}",
        "trend",
        lambda span: EXPONENTIAL_MEMORY * span,
        ema_distance,
        "Log of close over its exponential mean of {span} bars.",
        (12, 24, 48),
    ),
    *over_spans(
        "slope_{span}",
        "trend",
        lambda span: span - 1,
        slope,
        "Least-squares slope of log close over {span} bars, log return a bar.",
        (24, 96),
    ),
    *over_spans(
        "efficiency_{span}",
        "trend",
        lambda span: span,
        efficiency,
        "Net move over path walked in {span} bars, -1..1.",
        (12, 48),
    ),
    FeatureSpec(
        "ema_spread_12_48",
        "trend",
        EXPONENTIAL_MEMORY * 48,
        ema_spread,
        "Log of the exponential mean of 12 bars over that of 48.",
    ),
    FeatureSpec(
        "macd_histogram", "trend", 208, macd_histogram, "MACD less signal, share of close."
    ),
    FeatureSpec("adx_14", "trend", 252, trend_strength, "Strength of the trend, 0..100."),
    FeatureSpec(
        "directional_spread_14",
        "trend",
        WILDER_MEMORY * 14,
        directional_spread,
        "Rise less fall: +DI less -DI, -100..100.",
    ),
    FeatureSpec("trix_15", "trend", 150, trix, "Change of the triple mean, percent a bar."),
)
