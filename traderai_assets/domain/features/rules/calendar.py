"""Calendar: when the bar opened, and which bars before it are absent. No price."""

import cmath
import math
from functools import partial

import numpy as np

from traderai_assets.domain.arrays import FloatArray, IntArray
from traderai_assets.domain.features.bars import Bars, oldest_rows
from traderai_assets.domain.features.spec import FeatureSpec

HOUR_MS = 3_600_000
# 1970-01-01 was a Thursday; weeks are counted from Monday
THURSDAY = 3
# By the C library, value for value: NumPy's have other last digits on other processors
HOURS = np.array([cmath.rect(1.0, hour * 2.0 * math.pi / 24.0) for hour in range(24)])
WEEKDAYS = np.array([cmath.rect(1.0, day * 2.0 * math.pi / 7.0) for day in range(7)])


def hour_sine(bars: Bars) -> FloatArray:
    """Sine of the hour."""
    return _at_each_bar(bars, HOURS.imag, _hours(bars) % 24)


def hour_cosine(bars: Bars) -> FloatArray:
    """Cosine of the hour."""
    return _at_each_bar(bars, HOURS.real, _hours(bars) % 24)


def weekday_sine(bars: Bars) -> FloatArray:
    """Sine of the weekday."""
    return _at_each_bar(bars, WEEKDAYS.imag, _weekdays(bars))


def weekday_cosine(bars: Bars) -> FloatArray:
    """Cosine of the weekday."""
    return _at_each_bar(bars, WEEKDAYS.real, _weekdays(bars))


def _hours(bars: Bars) -> IntArray:
    """Every hour that the bars lie in, from the first to the last, since 1970 in UTC."""
    return np.arange(bars.open_ms[0] // HOUR_MS, bars.open_ms[-1] // HOUR_MS + 1)


def _weekdays(bars: Bars) -> IntArray:
    """Day of the week at each of these hours, Monday 0."""
    return (_hours(bars) // 24 + THURSDAY) % 7


def _at_each_bar(bars: Bars, told: FloatArray, of_hours: IntArray) -> FloatArray:
    """At each bar, what is told of its hour: a division a bar, and one for all four of them."""
    which = bars.kept(
        "hours since the first", lambda: bars.open_ms // HOUR_MS - bars.open_ms[0] // HOUR_MS
    )
    return np.asarray(told[of_hours][which])


def gap_bars(bars: Bars) -> FloatArray:
    """Absent bars between this row and the previous one."""
    gaps = np.full(len(bars), np.nan)
    np.subtract(bars.open_ms[1:], bars.open_ms[:-1], out=gaps[1:])
    gaps /= bars.bar_ms
    gaps -= 1.0
    return gaps


def absent_share(bars: Bars, *, span: int) -> FloatArray:
    """Share of the last `span` bars of time that are absent, 0..1."""
    oldest = oldest_rows(bars.open_ms, span - 1, bars.bar_ms)
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
