"""Momentum: oscillators that say how one-sided the last bars were. Direction over longer: trend."""

from functools import partial

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.features.bars import Bars
from traderai_assets.domain.features.indicators import WILDER_MEMORY, indicator
from traderai_assets.domain.features.rolling import (
    position_in_range,
    rolling_maximum,
    rolling_mean,
    rolling_minimum,
)
from traderai_assets.domain.features.spec import FeatureSpec, over_spans


def relative_strength(bars: Bars, *, span: int) -> FloatArray:
    """Wilder's RSI, 0..100."""
    return indicator("RSI", bars.close, timeperiod=span)


def commodity_channel(bars: Bars) -> FloatArray:
    """CCI over 20 bars: typical price from its mean, in 0.015 mean absolute deviations."""
    return indicator("CCI", bars.high, bars.low, bars.close, timeperiod=20)


def aroon(bars: Bars) -> FloatArray:
    """Aroon oscillator over 25 bars, -100..100: the latest high against the latest low."""
    return indicator("AROONOSC", bars.high, bars.low, timeperiod=25)


def ultimate(bars: Bars) -> FloatArray:
    """Williams' ultimate oscillator over 7, 14 and 28 bars, 0..100."""
    return indicator("ULTOSC", bars.high, bars.low, bars.close)


def _place(bars: Bars, span: int) -> FloatArray:
    lowest, highest = rolling_minimum(bars.low, span), rolling_maximum(bars.high, span)
    return position_in_range(bars.close, lowest, highest)


def stochastic(bars: Bars, *, span: int, smoothing: int) -> FloatArray:
    """Close within the range of the last `span` bars, 0..1, averaged over `smoothing` bars.

    Not TA-Lib's, which answers 0, the lowest there is, where the range is nil.
    """
    place = bars.kept(f"place of close in {span}", lambda: _place(bars, span))
    return rolling_mean(place, smoothing)


FEATURES = (
    *over_spans(
        "rsi_{span}",
        "momentum",
        lambda span: WILDER_MEMORY * span,
        relative_strength,
        "Relative strength index over {span} bars, 0..100.",
        (7, 14, 24),
    ),
    *(
        FeatureSpec(
            f"stochastic_{span}_{smoothing}",
            "momentum",
            span + smoothing - 2,
            partial(stochastic, span=span, smoothing=smoothing),
            f"Close in the range of {span} bars, mean of {smoothing}, 0..1.",
        )
        for span, smoothing in ((14, 1), (14, 3))
    ),
    FeatureSpec("cci_20", "momentum", 19, commodity_channel, "Commodity channel index, unitless."),
    FeatureSpec("aroon_25", "momentum", 25, aroon, "Aroon oscillator, -100..100."),
    FeatureSpec("ultimate_oscillator", "momentum", 28, ultimate, "Buying pressure, 0..100."),
)
