"""Models that are missing or too old, asked for once, and not before their look-back is whole."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from resources.lake.snapshot import LakeSnapshot
from traderai_assets.domain.months import Month
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.models import MODELS

NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
FEBRUARY, MARCH, APRIL = Month(2026, 2), Month(2026, 3), Month(2026, 4)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BTC, ETH = "binance.BTC-USDT.1h", "binance.ETH-USDT.1h"


@pytest.fixture
def trained(house, rows_of):
    """Store a model that knows all up to a moment."""

    def store(until, served=APRIL):
        house.put(MODELS, served, rows_of(MODELS, model_id=["0" * 32], trained_until=[until]))

    return store


def test_a_market_without_candles_waits(house):
    tick = house.tick("stale_models")
    assert (tick.requests, tick.reason) == ([], f"{BTC} has no model, and no candles")


def test_a_new_market_is_not_trained_before_its_backfill_has_reached_the_present(house):
    house.put_bars(FEBRUARY.start, NOON - 7 * HOUR)
    tick = house.tick("stale_models")
    assert tick.requests == []
    assert "7 bars of the look-back are neither stored nor known gaps, in 2026-03" in tick.reason


def test_a_hole_in_the_look_back_is_named_with_its_month(house):
    house.put_bars(FEBRUARY.start, FEBRUARY.start + 27 * DAY)
    house.put_bars(MARCH.start, NOON)
    assert "24 bars of the look-back" in house.tick("stale_models").reason
    assert "in 2026-02" in house.tick("stale_models").reason


def test_candles_whose_features_are_still_being_made_are_waited_for(house):
    house.put_bars(FEBRUARY.start, NOON, CANDLES)
    house.put_bars(FEBRUARY.start, NOON - HOUR, FEATURES)
    tick = house.tick("stale_models")
    assert tick.requests == []
    assert tick.reason.endswith("but features of its newest candles are not made yet")


def test_the_first_model_is_asked_for_once_and_serves_the_month_to_come(house):
    house.put_bars(FEBRUARY.start, NOON)
    first, second = house.tick("stale_models"), house.tick("stale_models")
    assert first.request.job_name == "train"
    assert first.months == (f"{BTC}|2026-04", f"{BTC}|2026-04")
    assert first.request.run_key == second.request.run_key
    house.run(first.request, dg.DagsterRunStatus.FAILURE)
    again = house.tick("stale_models")
    assert again.requests == []
    assert again.reason.endswith("its look-back is complete; a run was asked for")


def test_a_model_past_its_age_is_asked_for_again(house, trained):
    house.put_bars(FEBRUARY.start, NOON)
    trained(NOON - 7 * DAY)
    assert "knows all up to 2026-03-13 12:00 UTC" in house.tick("stale_models").reason
    trained(NOON - 7 * DAY - HOUR)
    tick = house.tick("stale_models")
    assert tick.months == (f"{BTC}|2026-04", f"{BTC}|2026-04")


def test_late_in_a_long_month_the_look_back_still_fits_the_month_to_come(house):
    # 30 days before 1 March 12:00 is 30 January: the model of April may reach to 1 February only.
    house.configure(history_days=60)
    house.sandbox.clock.set(MARCH.start + 12 * HOUR)
    house.put_bars(Month(2026, 1).start, MARCH.start + 12 * HOUR)
    assert house.tick("stale_models").months == (f"{BTC}|2026-03", f"{BTC}|2026-03")


@pytest.mark.parametrize("job", ["train", "backfill"])
def test_a_market_that_is_fetched_or_trained_is_left_alone(house, job):
    house.put_bars(FEBRUARY.start, NOON)
    request = house.tick("stale_models").request
    house.run(request._replace(job_name=job), dg.DagsterRunStatus.STARTED)
    assert house.tick("stale_models").reason == f"{BTC} is being fetched or trained"


def test_the_look_back_is_not_read_while_the_model_is_young(house, trained, monkeypatch):
    house.put_bars(FEBRUARY.start, NOON)
    trained(NOON - DAY)
    monkeypatch.setattr(LakeSnapshot, "read", None)
    assert "knows all up to" in house.tick("stale_models").reason


def test_each_market_is_judged_by_itself(house, kept):
    kept(ETH)
    house.put_bars(FEBRUARY.start, NOON)
    tick = house.tick("stale_models")
    assert tick.months == (f"{BTC}|2026-04", f"{BTC}|2026-04")
    assert f"{ETH} has no model, and no candles" in tick.log
