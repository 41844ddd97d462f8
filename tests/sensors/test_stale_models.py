"""Models that are missing or too old, asked for once, and not before their look-back is whole."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from resources.lake.snapshot import LakeSnapshot
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.instance.gate_notes import gate_finding
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.labels import LABELS
from traderai_assets.schemas.models import MODELS
from traderai_assets.settings_sections import TrainingSettings

NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
FEBRUARY, MARCH, APRIL = Month(2026, 2), Month(2026, 3), Month(2026, 4)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BTC, ETH = "binance.BTC-USDT.1h", "binance.ETH-USDT.1h"


@pytest.fixture
def trained(platform, rows_of):
    """Store a model that knows all up to a moment."""

    def store(until, served=APRIL):
        platform.put(MODELS, served, rows_of(MODELS, model_id=["0" * 32], trained_until=[until]))

    return store


def test_a_market_without_candles_waits_and_is_told_what_to_fetch(platform):
    tick = platform.tick("stale_models")
    assert tick.requests == []
    assert tick.reason == (
        f"{BTC} has no model, but no candles of {BTC} are stored; fetch and make them with "
        f'"traderai backfill {BTC} --since 2026-02-01"'
    )


def test_a_new_market_is_not_trained_before_its_backfill_is_within_a_day_of_now(platform):
    platform.put_bars(FEBRUARY.start, NOON - DAY - HOUR)
    tick = platform.tick("stale_models")
    assert tick.requests == []
    assert "25 bars of the look-back are neither stored nor known gaps, in 2026-03" in tick.reason
    platform.put_bars(FEBRUARY.start, NOON - DAY)
    assert platform.tick("stale_models").months == (f"{BTC}|2026-04", f"{BTC}|2026-04")


def test_a_hole_in_the_look_back_is_named_with_its_month_and_the_command(platform):
    platform.put_bars(FEBRUARY.start, FEBRUARY.start + 27 * DAY)
    platform.put_bars(MARCH.start, NOON)
    reason = platform.tick("stale_models").reason
    assert "24 bars of the look-back are neither stored nor known gaps, in 2026-02" in reason
    assert f'"traderai backfill {BTC} --since 2026-02-01 --until 2026-02-28"' in reason


def test_bars_whose_features_are_still_being_made_are_left_out_of_the_look_back(platform):
    platform.put_bars(FEBRUARY.start, NOON - HOUR)
    platform.put_bars(FEBRUARY.start, NOON, CANDLES)
    assert platform.tick("stale_models").months == (f"{BTC}|2026-04", f"{BTC}|2026-04")


@pytest.mark.parametrize("made", [(), (FEATURES,), (LABELS,)])
def test_a_backfill_that_was_killed_after_its_candles_is_no_history(platform, made):
    platform.put_bars(FEBRUARY.start, NOON, CANDLES, *made)
    tick = platform.tick("stale_models")
    assert tick.requests == []
    assert (
        "features and labels are not made of the candles as they are stored, in 2026-02, 2026-03"
        in tick.reason
    )
    assert f'"traderai backfill {BTC} --since 2026-02-01"' in tick.reason


def test_the_first_model_is_asked_for_once_and_serves_the_month_to_come(platform):
    platform.put_bars(FEBRUARY.start, NOON)
    first, second = platform.tick("stale_models"), platform.tick("stale_models")
    assert first.request.job_name == "train"
    assert first.months == (f"{BTC}|2026-04", f"{BTC}|2026-04")
    assert first.request.run_key == second.request.run_key
    platform.run(first.request, dg.DagsterRunStatus.FAILURE)
    again = platform.tick("stale_models")
    assert again.requests == []
    assert "its look-back is complete; the run that was asked for ended at " in again.reason


def test_a_model_past_its_age_is_asked_for_again(platform, trained):
    platform.put_bars(FEBRUARY.start, NOON)
    trained(NOON - 7 * DAY)
    assert "knows all up to 2026-03-13 12:00 UTC" in platform.tick("stale_models").reason
    trained(NOON - 7 * DAY - HOUR)
    tick = platform.tick("stale_models")
    assert tick.months == (f"{BTC}|2026-04", f"{BTC}|2026-04")


def test_late_in_a_long_month_the_look_back_still_fits_the_month_to_come(platform):
    # 30 days before 1 March 12:00 is 30 January: the model of April may reach to 1 February only.
    platform.configure(history_days=60)
    platform.sandbox.clock.set(MARCH.start + 12 * HOUR)
    platform.put_bars(Month(2026, 1).start, MARCH.start + 12 * HOUR)
    assert platform.tick("stale_models").months == (f"{BTC}|2026-03", f"{BTC}|2026-03")


def test_a_history_shorter_than_the_look_back_is_trained_from_as_soon_as_it_may_be(platform):
    platform.put_bars(FEBRUARY.start, NOON)  # 47.5 days of 200
    growing = {"lookback_days": 200, "expanding_from_days": 48}
    platform.configure(history_days=47, training=TrainingSettings(**growing))
    tick = platform.tick("stale_models")
    assert tick.requests == []
    assert (
        "the history that is kept begins at 2026-02-01 00:00 UTC: 47.5 days are there of the "
        "training.expanding_from_days = 48 that one is made of, from 2026-03-21 00:00 UTC on"
    ) in tick.reason
    growing |= {"expanding_from_days": 47}
    platform.configure(history_days=47, training=TrainingSettings(**growing))
    assert platform.tick("stale_models").months == (f"{BTC}|2026-04", f"{BTC}|2026-04")


def test_a_market_that_is_trained_is_left_alone(platform):
    platform.put_bars(FEBRUARY.start, NOON)
    platform.run(platform.tick("stale_models").request, dg.DagsterRunStatus.STARTED)
    assert platform.tick("stale_models").reason == f"a model of {BTC} is being trained"


def test_a_backfill_that_never_ends_does_not_stop_the_training_of_what_is_there(platform):
    platform.put_bars(FEBRUARY.start, NOON)
    request = platform.tick("stale_models").request
    backfill = request._replace(job_name="backfill", run_key="for ever")
    platform.run(backfill, dg.DagsterRunStatus.STARTED)
    assert platform.tick("stale_models").request == request


def test_the_look_back_is_not_read_while_the_model_is_young(platform, trained, monkeypatch):
    platform.put_bars(FEBRUARY.start, NOON)
    trained(NOON - DAY)
    monkeypatch.setattr(LakeSnapshot, "read", None)
    assert "knows all up to" in platform.tick("stale_models").reason


def test_each_market_is_judged_by_itself(platform, kept):
    kept(ETH)
    platform.put_bars(FEBRUARY.start, NOON)
    tick = platform.tick("stale_models")
    assert tick.months == (f"{BTC}|2026-04", f"{BTC}|2026-04")
    assert f"{ETH} has no model, but no candles of {ETH} are stored" in tick.log


def test_what_the_markets_wait_for_is_kept_as_data_for_others_to_read(platform, kept):
    small = Market("binance", "kPEPE/USDT", "1h").key  # Holds a tilde
    kept(ETH, small)
    platform.put_bars(FEBRUARY.start, NOON)  # Only BTC's look-back is complete
    assert platform.tick("stale_models").request is not None
    found = gate_finding(platform.instance)
    assert {one.market: one.commands for one in found.markets} == {
        market: (f"traderai backfill {market} --since 2026-02-01",) for market in (ETH, small)
    }
    assert [one.months for one in found.markets] == [("2026-02", "2026-03")] * 2


def test_a_market_that_waits_no_longer_is_kept_no_longer(platform):
    platform.tick("stale_models")
    assert [one.market for one in gate_finding(platform.instance).markets] == [BTC]
    platform.put_bars(FEBRUARY.start, NOON)
    platform.tick("stale_models")
    assert gate_finding(platform.instance).markets == ()
