"""The exchange's clock."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from traderai_assets.domain.arrays import milliseconds
from traderai_assets.domain.errors import InvalidInput
from traderai_assets.sandbox import clock as clock_module
from traderai_assets.sandbox.clock import LATEST, Clock

NOON = datetime(2024, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def real_seconds(monkeypatch):
    """Real time that passes only when the test says so."""
    seconds = [100.0]
    monkeypatch.setattr(clock_module, "monotonic", lambda: seconds[0])
    return seconds


def test_a_clock_stands_unless_told_to_run(real_seconds):
    clock = Clock(NOON)
    real_seconds[0] += 3600
    assert clock.now() == NOON


def test_at_speed_300_a_real_second_is_a_five_minute_bar(real_seconds):
    clock = Clock(NOON, speed=300)
    real_seconds[0] += 2
    assert clock.now() == NOON + timedelta(minutes=10)


def test_a_change_of_speed_keeps_the_time_reached(real_seconds):
    clock = Clock(NOON, speed=60)
    real_seconds[0] += 1
    clock.set_speed(0)
    real_seconds[0] += 1
    assert clock.now() == NOON + timedelta(minutes=1)


def test_a_running_clock_goes_on_from_where_it_is_set(real_seconds):
    clock = Clock(NOON, speed=1)
    real_seconds[0] += 5
    clock.set(NOON - timedelta(days=1))
    real_seconds[0] += 2
    clock.advance(-60)
    real_seconds[0] += 1
    assert clock.now() == NOON - timedelta(days=1) + timedelta(seconds=2 - 60 + 1)


def test_times_are_shown_in_utc_whatever_zone_they_were_given_in():
    clock = Clock(datetime(2024, 3, 1, 13, 0, tzinfo=timezone(timedelta(hours=1))))
    assert clock.now() == NOON
    assert clock.now().tzinfo is UTC


def test_milliseconds_count_from_1970():
    assert milliseconds(datetime(1970, 1, 2, tzinfo=UTC)) == 86_400_000


def test_a_fast_clock_stops_at_the_last_time_it_can_show(real_seconds):
    clock = Clock(LATEST - timedelta(days=1), speed=1_000_000)
    real_seconds[0] += 1e9
    assert clock.now() == LATEST


@pytest.mark.parametrize(
    "moment",
    [datetime(2024, 3, 1, 12), datetime(1969, 1, 1, tzinfo=UTC)],  # noqa: DTZ001
)
def test_a_time_without_zone_or_out_of_range_is_refused(moment):
    with pytest.raises(InvalidInput, match=str(moment.year)):
        Clock(moment)


@pytest.mark.parametrize("speed", [-1.0, float("nan"), 1e12])
def test_a_speed_that_no_clock_has_is_refused(speed):
    with pytest.raises(InvalidInput, match="speed"):
        Clock(NOON, speed)
