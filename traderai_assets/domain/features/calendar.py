"""Calendar: when the bar opened, and which bars before it are absent. No price."""

from functools import partial

import numpy as np

from traderai_assets.domain.features.bars import Bars, FloatArray
from traderai_assets.domain.features.spec import FeatureSpec

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
WEEK_MS = 7 * DAY_MS
# 1970-01-01 was a Thursday; weeks are counted from Monday
THURSDAY_MS = 3 * DAY_MS


def hour_angle(bars: Bars) -> FloatArray:
    """Hour of the day, UTC, as an angle in radians."""
    hour = (bars.open_ms % DAY_MS // HOUR_MS).astype(np.float64)
    return hour * (2.0 * np.pi / 24.0)


def weekday_angle(bars: Bars) -> FloatArray:
    """Day of the week, Monday 0, as an angle in radians."""
    weekday = ((bars.open_ms + THURSDAY_MS) % WEEK_MS // DAY_MS).astype(np.float64)
    return weekday * (2.0 * np.pi / 7.0)


def hour_sine(bars: Bars) -> FloatArray:
    """Sine of the hour."""
    return np.sin(hour_angle(bars))


def hour_cosine(bars: Bars) -> FloatArray:
    """Cosine of the hour."""
    return np.cos(hour_angle(bars))


def weekday_sine(bars: Bars) -> FloatArray:
    """Sine of the weekday."""
    return np.sin(weekday_angle(bars))


def weekday_cosine(bars: Bars) -> FloatArray:
    """Cosine of the weekday."""
    return np.cos(weekday_angle(bars))


def gap_bars(bars: Bars) -> FloatArray:
    """Absent bars between this row and the previous one."""
    gaps = np.full(len(bars), np.nan)
    gaps[1:] = np.diff(bars.open_ms) / bars.bar_ms - 1.0
    return gaps


def absent_share(bars: Bars, *, span: int) -> FloatArray:
    """Share of the last `span` bars of time that are absent, 0..1."""
    oldest = np.searchsorted(bars.open_ms, bars.open_ms - (span - 1) * bars.bar_ms)
    return 1.0 - (np.arange(len(bars)) - oldest + 1) / span


FEATURES = (
    FeatureSpec("hour_sine", "calendar", 0, hour_sine, "Sine of the hour, UTC, -1..1."),
    FeatureSpec("hour_cosine", "calendar", 0, hour_cosine, "Cosine of the hour, UTC, -1..1."),
    FeatureSpec("weekday_sine", "calendar", 0, weekday_sine, "Sine of the weekday, -1..1."),
    FeatureSpec("weekday_cosine", "calendar", 0, weekday_cosine, "Cosine of the weekday, -1..1."),
    FeatureSpec("gap_bars", "gaps", 1, gap_bars, "Absent bars just before this one."),
    FeatureSpec(
        "absent_share_96",
        "gaps",
        95,
        partial(absent_share, span=96),
        "Share of the last 96 bars of time that are absent, 0..1.",
    ),
)
