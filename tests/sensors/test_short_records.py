"""A record goes on when a day is over, from where it ends, once a day."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from tests.sensors.conftest import BTC
from tests.sensors.recorded import put_days
from traderai_assets.domain.months import Month
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.models import MODELS

NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
MARCH = Month(2026, 3)
DAY = timedelta(days=1)


@pytest.fixture
def candles(platform, kept):
    """Candles from February 20 to noon of March 20."""
    kept(BTC.key)
    platform.put_bars(datetime(2026, 2, 20, tzinfo=UTC), NOON, CANDLES)


@pytest.fixture
def model(platform, rows_of):
    """The model that serves March."""
    made = datetime(2026, 2, 28, tzinfo=UTC)
    platform.put(MODELS, MARCH, rows_of(MODELS, model_id=["1" * 32], trained_until=made))


def test_without_candles_or_a_model_there_is_nothing_to_record(platform, kept, request):
    kept(BTC.key)
    assert platform.tick("short_records").reason == f"{BTC.key} has no candles"
    request.getfixturevalue("candles")
    assert platform.tick("short_records").reason == f"{BTC.key} has no model of 2026-03"


@pytest.mark.usefixtures("candles", "model")
def test_a_record_begins_with_the_month_that_is_served(platform):
    tick = platform.tick("short_records")
    assert tick.request.job_name == "extend_record"
    assert tick.months == (f"{BTC.key}|2026-03",) * 2
    assert "is not recorded until 2026-03-19" in tick.log


@pytest.mark.usefixtures("candles", "model")
def test_it_goes_on_where_it_ends_and_rests_when_the_last_day_is_there(platform, rows_of):
    start = datetime(2026, 2, 22, tzinfo=UTC)
    put_days(platform, rows_of, start, datetime(2026, 2, 26, tzinfo=UTC), BTC)
    assert platform.tick("short_records").months == (f"{BTC.key}|2026-02", f"{BTC.key}|2026-03")
    put_days(platform, rows_of, start, datetime(2026, 3, 19, tzinfo=UTC), BTC)
    assert platform.tick("short_records").reason == f"{BTC.key} is recorded until 2026-03-19"


@pytest.mark.usefixtures("candles", "model")
def test_a_day_is_asked_for_once_and_not_while_it_is_being_made(platform):
    request = platform.tick("short_records").request
    platform.run(request, dg.DagsterRunStatus.STARTED)
    assert platform.tick("short_records").reason == f"the record of {BTC.key} is being made"
    [run] = platform.instance.get_runs()
    platform.instance.delete_run(run.run_id)
    platform.run(request, dg.DagsterRunStatus.FAILURE)
    assert platform.tick("short_records").requests == []
