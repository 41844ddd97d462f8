"""Drift, measured every few hours of market time where there is a champion."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from traderai_assets.domain.months import Month
from traderai_assets.schemas.drift_metrics import DRIFT_METRICS
from traderai_assets.schemas.features import FEATURES

NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
MARCH = Month(2026, 3)
HOUR = timedelta(hours=1)
BTC = "binance.BTC-USDT.1h"
CHAMPION = "1" * 32


@pytest.fixture
def measured(platform, rows_of):
    """Store a measurement that ended then."""

    def store(end):
        frame = rows_of(
            DRIFT_METRICS,
            window_start=[end - 7 * 24 * HOUR],
            window_end=[end],
            kind="feature",
            status="stable",
        )
        platform.put(DRIFT_METRICS, MARCH, frame)

    return store


def test_a_market_without_champion_or_features_has_no_drift(platform):
    assert platform.tick("stale_drift_metrics").reason == (
        f"strategy default does not speak for {BTC}"
    )
    platform.crown(CHAMPION, NOON)
    assert platform.tick("stale_drift_metrics").reason == f"{BTC} has no features"


def test_drift_that_was_never_measured_is_asked_for_once(platform):
    platform.crown(CHAMPION, NOON)
    platform.put_bars(MARCH.start, NOON, FEATURES)
    first, second = platform.tick("stale_drift_metrics"), platform.tick("stale_drift_metrics")
    assert first.request.job_name == "monitor_drift"
    assert first.months == (f"{BTC}|2026-03", f"{BTC}|2026-03")
    assert first.request.run_key == second.request.run_key
    platform.run(first.request, dg.DagsterRunStatus.STARTED)
    assert platform.tick("stale_drift_metrics").reason == f"drift of {BTC} is being measured"


def test_a_measurement_holds_for_six_hours_of_bars(platform, measured):
    platform.crown(CHAMPION, NOON)
    platform.put_bars(MARCH.start, NOON, FEATURES)
    measured(NOON - 5 * HOUR)
    tick = platform.tick("stale_drift_metrics")
    assert (tick.requests, tick.reason) == (
        [],
        f"drift of {BTC} was measured at 2026-03-20 07:00 UTC",
    )
    measured(NOON - 6 * HOUR)
    assert platform.tick("stale_drift_metrics").request.job_name == "monitor_drift"


def test_a_bar_that_ends_with_its_month_is_measured_in_that_month(platform):
    platform.crown(CHAMPION, NOON)
    platform.put_bars(MARCH.start, MARCH.end, FEATURES)
    assert platform.tick("stale_drift_metrics").months == (f"{BTC}|2026-03", f"{BTC}|2026-03")


def test_without_an_exchange_drift_is_measured_all_the_same(platform, unreachable):
    platform.crown(CHAMPION, NOON)
    platform.put_bars(MARCH.start, NOON, FEATURES)
    assert platform.tick("stale_drift_metrics", exchange=unreachable).requests
