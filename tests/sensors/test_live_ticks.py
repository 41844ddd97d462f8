"""A live tick is asked for when bars have closed, once, for markets that nothing else fetches."""

from datetime import timedelta

import dagster as dg
import pytest

from sensors.live_ticks import SECONDS_BETWEEN_LOOKS, LiveLook, live_ticks_sensor
from tests.sensors.conftest import BTC, ETH, NOON
from traderai_assets.domain.months import Month
from traderai_assets.instance import market_notes
from traderai_assets.instance.live_runs import live_markets
from traderai_assets.instance.market_notes import note_refused
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.features import FEATURES
from traderai_assets.settings_services import LiveSettings
from traderai_assets.work_classes import LIVE_JOB

FEBRUARY = Month(2026, 2)
HOUR = timedelta(hours=1)
LATE = timedelta(seconds=6)  # Beyond the grace


@pytest.fixture
def live(platform, kept):
    """Two markets whose history is whole up to noon; one hour later."""
    platform.configure(live=LiveSettings(shard_markets=25))
    kept(BTC.key, ETH.key)
    market_notes.write_notes(platform.instance, {f"traderai/kept/{ETH.key}": "added"})
    for market in (BTC, ETH):
        platform.put_bars(FEBRUARY.start, NOON, market=market)
    platform.sandbox.clock.set(NOON + HOUR + LATE)
    return platform


def markets(request):
    return live_markets(request.run_config)


def test_markets_whose_bars_have_closed_are_asked_for_in_one_run(live):
    tick = live.tick("live_ticks")
    assert tick.request.job_name == LIVE_JOB
    assert markets(tick.request) == [BTC.key, ETH.key]
    assert live.tick("stale_candles").requests == []


def test_shards_are_no_larger_than_the_settings_say(live):
    live.configure(live=LiveSettings(shard_markets=1))
    assert [markets(one) for one in live.tick("live_ticks").requests] == [[BTC.key], [ETH.key]]


def test_without_shards_there_is_no_such_sensor_and_each_market_has_runs_of_its_own(live):
    live.configure(live=LiveSettings(shard_markets=0))
    with pytest.raises(ValueError, match="not enough values"):
        live.tick("live_ticks")
    assert {one.job_name for one in live.tick("stale_candles").requests} == {"update_latest"}


def test_what_was_asked_for_is_not_asked_for_again_while_it_is_at_work(live):
    live.run(live.tick("live_ticks").request, dg.DagsterRunStatus.STARTED)
    tick = live.tick("live_ticks")
    assert (tick.requests, f"{BTC.key} is being fetched" in tick.reason) == ([], True)
    for sensor in ("missing_signals", "expiring_signals", "stale_candles"):
        assert live.tick(sensor).requests == []


def test_a_run_that_ended_and_left_it_as_it_was_is_followed_by_another_after_a_rest(
    live, monkeypatch
):
    first = live.tick("live_ticks").request
    live.run(first, dg.DagsterRunStatus.SUCCESS)
    assert "was asked for just now" in live.tick("live_ticks").reason
    later = market_notes.machine_time() + timedelta(seconds=11)
    monkeypatch.setattr("sensors.live_ticks.machine_time", lambda: later)
    again = live.tick("live_ticks").request
    assert (markets(again), again.run_key != first.run_key) == (markets(first), True)


def test_the_next_bar_is_asked_for_at_once(live):
    live.run(live.tick("live_ticks").request, dg.DagsterRunStatus.SUCCESS)
    live.sandbox.clock.advance(3600)
    assert markets(live.tick("live_ticks").request) == [BTC.key, ETH.key]


def test_a_market_that_another_run_fetches_waits_and_the_others_do_not(live):
    history = dg.RunRequest(
        job_name="backfill", partition_key=f"{BTC.key}|2026-02", run_key="by hand", run_config={}
    )
    live.run(history, dg.DagsterRunStatus.STARTED)
    assert markets(live.tick("live_ticks").request) == [ETH.key]


def test_a_market_whose_backfill_waits_in_the_queue_loses_no_bar_and_stands_by_itself(live):
    """Another writer that comes first would have the whole shard wait."""
    asked = dg.RunRequest(job_name="backfill", partition_key=f"{BTC.key}|2026-03", run_key="b")
    live.run(asked, dg.DagsterRunStatus.NOT_STARTED)
    assert [markets(one) for one in live.tick("live_ticks").requests] == [[ETH.key], [BTC.key]]


def test_a_market_that_is_refused_rests_and_the_others_do_not(live):
    note_refused(live.instance, BTC.key, "it is gone")
    assert markets(live.tick("live_ticks").request) == [ETH.key]
    note_refused(live.instance, ETH.key, "rows that break", scope=LIVE_JOB)
    assert "rows that break" in live.tick("live_ticks").reason


def test_a_market_without_candles_is_left_to_its_history(platform):
    platform.configure(live=LiveSettings(shard_markets=25))
    assert platform.tick("live_ticks").requests == []
    assert platform.tick("stale_candles").request.job_name == "backfill"


def test_a_market_far_behind_has_a_run_of_its_own(live):
    live.sandbox.clock.set(NOON + 1000 * HOUR)
    assert live.tick("live_ticks").requests == []


def test_candles_that_a_killed_run_left_without_features_are_asked_for(live):
    live.put_bars(FEBRUARY.start, NOON + HOUR, CANDLES)
    live.put_bars(FEBRUARY.start, NOON + HOUR, CANDLES, FEATURES, market=ETH)
    assert markets(live.tick("live_ticks").request) == [BTC.key]


def test_nothing_is_asked_for_while_no_bar_has_closed(live):
    for market in (BTC, ETH):
        live.put_bars(FEBRUARY.start, NOON + HOUR, market=market)
    told = f"no bar of {BTC.key}, {ETH.key} has closed that is not stored"
    assert live.tick("live_ticks").reason == told


def test_a_look_waits_for_a_bar_that_closes_before_the_next_one_would(live):
    """A bar and its grace are awaited, and not for longer than until the next look."""
    waited = []
    for left in (3.0, 60.0):
        grace = live.settings.sensors.grace_seconds
        live.sandbox.clock.set(NOON + 2 * HOUR + timedelta(seconds=grace - left))
        LiveLook(live.instance, live.lake, live.exchange, live.settings, waited.append)
    [seconds] = waited
    assert 0 < seconds <= 3.0 < SECONDS_BETWEEN_LOOKS
    assert live_ticks_sensor(live.settings).minimum_interval_seconds == SECONDS_BETWEEN_LOOKS
