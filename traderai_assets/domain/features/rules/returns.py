"""Returns over several spans, and the shape of the bar itself."""

import numpy as np

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.features.bars import Bars
from traderai_assets.domain.features.rolling import position_in_range, share
from traderai_assets.domain.features.spec import FeatureSpec, over_spans
from traderai_assets.domain.portable import log_ratio

RETURN_SPANS = (1, 2, 3, 6, 12, 24, 48, 96, 288)


def log_return(bars: Bars, *, span: int) -> FloatArray:
    """Log return over the last `span` present bars."""
    return bars.change(bars.log_close, span)


def open_gap(bars: Bars) -> FloatArray:
    """Log of this open over the close before it: what happened between two bars."""
    gap = np.full(len(bars), np.nan)
    gap[1:] = log_ratio(bars.open[1:], bars.close[:-1])
    return gap


def bar_range(bars: Bars) -> FloatArray:
    """Log of high over low."""
    return bars.log_reach


def bar_body(bars: Bars) -> FloatArray:
    """Close less open as a share of the bar's range, in -1..1; NaN for a flat bar."""
    return share(bars.close, bars.open, bars.high, bars.low)


def upper_shadow(bars: Bars) -> FloatArray:
    """Share of the bar's range above its body, in 0..1; NaN for a flat bar."""
    return share(bars.high, np.maximum(bars.open, bars.close), bars.high, bars.low)


def lower_shadow(bars: Bars) -> FloatArray:
    """Share of the bar's range below its body, in 0..1; NaN for a flat bar."""
    return share(np.minimum(bars.open, bars.close), bars.low, bars.high, bars.low)


def close_location(bars: Bars) -> FloatArray:
    """Where the bar closed between its low (0) and its high (1); NaN for a flat bar."""
    return position_in_range(bars.close, bars.low, bars.high)


FEATURES = (
    *over_spans(
        "log_return_{span}",
        "returns",
        lambda span: span,
        log_return,
        "Log return over the last {span} present bars.",
        RETURN_SPANS,
    ),
    FeatureSpec("open_gap", "returns", 1, open_gap, "Log return from the last close to the open."),
    FeatureSpec("bar_range", "shape", 0, bar_range, "Log of the bar's high over its low."),
    FeatureSpec("bar_body", "shape", 0, bar_body, "Close less open, share of the range, -1..1."),
    FeatureSpec("upper_shadow", "shape", 0, upper_shadow, "Share of the range above the body."),
    FeatureSpec("lower_shadow", "shape", 0, lower_shadow, "Share of the range below the body."),
    FeatureSpec("close_location", "shape", 0, close_location, "Close between low 0 and high 1."),
)
