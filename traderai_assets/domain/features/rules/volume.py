"""Volume: how much was traded, on which side of the move, and at what price."""

from functools import partial

import numpy as np

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.features.bars import Bars
from traderai_assets.domain.features.rolling import (
    ratio,
    rolling_covariance,
    rolling_deviation,
    rolling_mean,
    rolling_sum,
)
from traderai_assets.domain.features.spec import FeatureSpec, over_spans
from traderai_assets.domain.portable import log_ratio


def _traded(bars: Bars, span: int) -> FloatArray:
    return bars.kept(f"volume {span}", lambda: rolling_sum(bars.volume, span))


def volume_ratio(bars: Bars, *, fast: int, slow: int) -> FloatArray:
    """Log of the fast mean volume over the slow one; NaN where nothing was traded."""
    return log_ratio(_traded(bars, fast) / fast, _traded(bars, slow) / slow)


def volume_score(bars: Bars, *, span: int) -> FloatArray:
    """Volume from its mean, in standard deviations of the last `span` bars."""
    mean = _traded(bars, span) / span
    return ratio(bars.volume - mean, _deviation(bars, span))


def _deviation(bars: Bars, span: int) -> FloatArray:
    return bars.kept(f"deviation of volume {span}", lambda: rolling_deviation(bars.volume, span))


def signed_volume(bars: Bars, *, span: int) -> FloatArray:
    """Volume of rising bars less that of falling ones, share of all, -1..1."""
    signed = bars.kept("signed volume", lambda: np.sign(bars.log_return) * bars.volume)
    return ratio(rolling_sum(signed, span), _traded(bars, span), within=(-1.0, 1.0))


def _value(bars: Bars) -> FloatArray:
    return bars.kept("value traded", lambda: bars.typical * bars.volume)


def money_flow(bars: Bars, *, span: int) -> FloatArray:
    """Money flow index, 0..1: value traded as the typical price rose, share of all that moved.

    Not TA-Lib's MFI, which answers 0 wherever the summed flow is below 1 unit of quote.
    """
    direction = bars.change(bars.typical, 1)
    # Products, as choosing between two values waits for the processor to have guessed which
    rising = rolling_sum(_value(bars) * (direction > 0), span)
    moving = rolling_sum(_value(bars) * (direction != 0), span)
    return ratio(rising, moving, within=(0.0, 1.0))


def chaikin_flow(bars: Bars, *, span: int) -> FloatArray:
    """Chaikin money flow: volume weighted by where each bar closed in its range, -1..1."""
    reach = bars.high - bars.low
    location = np.where(
        reach == 0.0, 0.0, ((bars.close - bars.low) - (bars.high - bars.close)) / reach
    )
    weighted = rolling_sum(location * bars.volume, span)
    return ratio(weighted, _traded(bars, span), within=(-1.0, 1.0))


def vwap_distance(bars: Bars, *, span: int) -> FloatArray:
    """Log of close over the volume-weighted mean typical price of the last `span` bars."""
    value = rolling_sum(_value(bars), span)
    return bars.log_close - log_ratio(value, _traded(bars, span))


def illiquidity_ratio(bars: Bars, *, fast: int, slow: int) -> FloatArray:
    """Log of the fast over the slow price impact: absolute return a unit traded (Amihud, 2002)."""
    return log_ratio(_impact(bars, fast), _impact(bars, slow))


def _impact(bars: Bars, span: int) -> FloatArray:
    path = bars.kept(f"path {span}", lambda: rolling_sum(bars.log_move, span))
    return ratio(path, rolling_sum(bars.volume * bars.close, span))


def idle_share(bars: Bars, *, span: int) -> FloatArray:
    """Share of the last `span` bars in which nothing was traded, 0..1."""
    return rolling_mean(np.where(bars.volume == 0.0, 1.0, 0.0), span)


def volume_move_correlation(bars: Bars, *, span: int) -> FloatArray:
    """Correlation of volume with the absolute log return over `span` bars, -1..1."""
    spread = _deviation(bars, span) * rolling_deviation(bars.log_move, span)
    together = rolling_covariance(bars.volume, bars.log_move, span)
    return ratio(together, spread, within=(-1.0, 1.0))


FEATURES = (
    *(
        FeatureSpec(
            f"volume_ratio_{fast}_{slow}",
            "volume",
            slow - 1,
            partial(volume_ratio, fast=fast, slow=slow),
            f"Log of mean volume of {fast} bars over that of {slow}.",
        )
        for fast, slow in ((1, 12), (12, 48), (48, 288))
    ),
    *over_spans(
        "volume_score_{span}",
        "volume",
        lambda span: span - 1,
        volume_score,
        "Volume from its mean, in standard deviations of {span} bars.",
        (48, 288),
    ),
    *over_spans(
        "signed_volume_{span}",
        "volume",
        lambda span: span,
        signed_volume,
        "Volume of rises less that of falls in {span} bars, share of all, -1..1.",
        (12, 48),
    ),
    *over_spans(
        "vwap_distance_{span}",
        "volume",
        lambda span: span - 1,
        vwap_distance,
        "Log of close over the volume-weighted price of {span} bars.",
        (48, 288),
    ),
    FeatureSpec(
        "money_flow_14", "volume", 14, partial(money_flow, span=14), "Money flow index, 0..1."
    ),
    FeatureSpec(
        "chaikin_flow_20",
        "volume",
        19,
        partial(chaikin_flow, span=20),
        "Volume by place of close, 20 bars, -1..1.",
    ),
    FeatureSpec(
        "illiquidity_ratio_12_288",
        "volume",
        288,
        partial(illiquidity_ratio, fast=12, slow=288),
        "Log of the price impact of 12 bars over that of 288.",
    ),
    FeatureSpec(
        "idle_share_48",
        "volume",
        47,
        partial(idle_share, span=48),
        "Share of 48 bars without a trade, 0..1.",
    ),
    FeatureSpec(
        "volume_move_correlation_48",
        "volume",
        48,
        partial(volume_move_correlation, span=48),
        "Correlation of volume with the size of the move, -1..1.",
    ),
)
