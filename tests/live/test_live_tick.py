"""A live tick makes what the seven jobs make, bit for bit, and leaves alone what is up to date."""

from collections.abc import Callable
from datetime import timedelta

import pandas as pd
import pytest

from tests.assets.conftest import LATER
from tests.assets.in_process_platform import InProcessPlatform
from tests.assets.stored_versions import stale
from tests.live.ticks import events, tick
from traderai_assets.schemas.candles import CANDLE_GAPS, CANDLES
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.predictions import PREDICTIONS
from traderai_assets.schemas.signal_outcomes import SIGNAL_OUTCOMES
from traderai_assets.schemas.signals import SIGNALS

HOUR = timedelta(hours=1)
JUNE = "2024-06"
MADE = (CANDLES, CANDLE_GAPS, FEATURES, PREDICTIONS, SIGNALS, SIGNAL_OUTCOMES)


def test_ticks_bar_by_bar_make_what_the_jobs_make_at_once(
    old_platform: InProcessPlatform, lived_in, feed, tmp_path
):
    import shutil

    from tests.assets.in_process_platform import opened

    home = tmp_path / "jobs"
    shutil.copytree(lived_in, home)
    for bars in range(1, 13):
        old_platform.now_is(LATER + bars * HOUR)
        assert tick(old_platform).success
    with opened(home, feed, LATER) as by_jobs:
        for bars in (3, 6, 9, 12):  # Of a bar that is three old, a signal would be over
            by_jobs.now_is(LATER + bars * HOUR)
            for job in ("update_latest", "generate_signals"):
                by_jobs.run(job, JUNE)
        by_jobs.run("expire_signals", JUNE)
        assert by_jobs.rows(SIGNALS, JUNE)["open_time"].iloc[-1] > pd.Timestamp(LATER)
        for table in MADE:
            pd.testing.assert_frame_equal(old_platform.rows(table, JUNE), by_jobs.rows(table, JUNE))
            assert old_platform.hashes(table) == by_jobs.hashes(table), table.name


def test_a_tick_over_what_is_up_to_date_stores_and_tells_nothing(old_platform: InProcessPlatform):
    old_platform.now_is(LATER + HOUR)
    tick(old_platform)
    stored, told = old_platform.lake_state(), len(events(old_platform, "candles", JUNE))
    tick(old_platform)
    asks = "candle_asks"
    changed = {name for name, state in old_platform.lake_state().items() if state != stored[name]}
    assert changed <= {asks, "signal_outcomes"}
    assert len(events(old_platform, "candles", JUNE)) == told


def test_what_a_tick_made_of_what_it_made_is_not_stale(old_platform: InProcessPlatform):
    for job in ("update_latest", "generate_signals", "expire_signals"):
        old_platform.run(job, JUNE)
    settled = 0
    for bars in range(1, 7):
        old_platform.now_is(LATER + bars * HOUR)
        tick(old_platform)
        found = stale(old_platform).keys()
        assert not {"candles", "features", "signals"} & found
        # Outcomes are made anew as long as a signal is open
        if "open" in set(old_platform.rows(SIGNAL_OUTCOMES, JUNE)["status"]):
            settled += 1
            assert "signal_outcomes" not in found
    assert settled


def test_an_event_of_a_tick_is_as_the_assets_own(old_platform: InProcessPlatform):
    old_platform.now_is(LATER + HOUR)
    tick(old_platform)
    for asset in ("candles", "features", "signals"):
        live = events(old_platform, asset, JUNE)[0]
        old_platform.run(
            {"signals": "generate_signals"}.get(asset, "update_latest"), JUNE, only=[asset]
        )
        own = events(old_platform, asset, JUNE)[0]
        # A run of what is stored already reads no model
        changing = {"table_version", "changed"} | ({"inputs"} if asset == "signals" else set())
        assert {n: v for n, v in live.metadata.items() if n not in changing} == {
            n: v for n, v in own.metadata.items() if n not in changing
        }
        stays = {tag for tag in own.tags if "event_pointer" not in tag and "/models" not in tag}
        assert {tag: live.tags[tag] for tag in stays} == {tag: own.tags[tag] for tag in stays}


@pytest.mark.parametrize("job", ["update_latest"])
def test_what_a_killed_tick_left_behind_the_next_makes_good(
    old_platform: InProcessPlatform, job: str
):
    old_platform.now_is(LATER + HOUR)
    old_platform.run(job, JUNE, only=["candles"])
    assert old_platform.rows(FEATURES, JUNE)["open_time"].iloc[-1] < pd.Timestamp(LATER)
    tick(old_platform)
    last = old_platform.rows(CANDLES, JUNE)["open_time"].iloc[-1]
    assert old_platform.rows(FEATURES, JUNE)["open_time"].iloc[-1] == last
    assert old_platform.rows(PREDICTIONS, JUNE)["open_time"].iloc[-1] == last


def test_a_market_that_is_not_kept_costs_the_others_nothing_and_is_told(
    old_platform: InProcessPlatform,
):
    old_platform.now_is(LATER + HOUR)
    result = tick(old_platform, old_platform.market.key, "binance.ETH-USDT.1h")
    assert result.success
    assert old_platform.rows(CANDLES, JUNE)["open_time"].iloc[-1] > pd.Timestamp(LATER - HOUR)
    [output] = [e for e in result.all_events if e.is_successful_output]
    told = output.event_specific_data.metadata["troubles"].data
    assert "is not kept" in told["binance.ETH-USDT.1h"]


def test_a_run_whose_every_market_is_in_trouble_fails(
    open_platform: Callable[..., InProcessPlatform],
):
    platform = open_platform()
    result = tick(platform, "binance.ETH-USDT.1h", raise_on_error=False)
    assert not result.success
