"""Ticks killed at any moment: the next makes good what was left, as if none had been killed."""

import random
import shutil
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

from tests.assets.conftest import LATER
from tests.assets.in_process_platform import opened
from tests.assets.killed_run import kill_after, remembering
from tests.assets.stored_versions import data_versions
from tests.live.test_live_tick import JUNE, MADE
from tests.live.ticks import tick
from traderai_assets.domain.words import TOO_LATE
from traderai_assets.sandbox.simulation import SimulatedFeed
from traderai_assets.schemas.signal_outcomes import SIGNAL_OUTCOMES
from traderai_assets.schemas.signals import SIGNALS
from traderai_assets.status.words import words_between
from traderai_assets.strategies import strategies_of
from traderai_assets.work_classes import LIVE_JOB

HOUR = timedelta(hours=1)
WORK = ((LIVE_JOB, (), ()),)
OF_SIGNALS = (SIGNALS, SIGNAL_OUTCOMES)
EXACT = [table for table in MADE if table not in OF_SIGNALS]
# Of a bar that is three old, a signal would be over
VALID_BARS = 3


@pytest.mark.processes
@pytest.mark.slow
@pytest.mark.parametrize("kills", [5, pytest.param(200, marks=pytest.mark.torture)])
def test_killed_anywhere_between_tail_fold_and_event_the_next_tick_heals_all(
    lived_in: Path, feed: SimulatedFeed, tmp_path: Path, kills: int
):
    home = shutil.copytree(lived_in, tmp_path / "killed")
    chance = random.Random(kills)
    bars = 1
    with remembering(home) as instance, opened(home, feed, LATER, instance=instance) as platform:
        platform.now_is(LATER + bars * HOUR)
        whole = kill_after(home, platform.sandbox.url, WORK, None)
        for _ in range(kills):
            if chance.random() < 0.5:  # Else the same bar is tried again
                bars += 1
                platform.now_is(LATER + bars * HOUR)
            kill_after(home, platform.sandbox.url, WORK, chance.uniform(0, whole))
        bars += 1
        platform.now_is(LATER + bars * HOUR)
        tick(platform)
        found = {table.name: platform.hashes(table) for table in EXACT}
        assert data_versions(platform, "candles")[JUNE] == found["candles"][JUNE]
        assert data_versions(platform, "features")[JUNE] == found["features"][JUNE]
        said = {table.name: platform.rows(table, JUNE) for table in OF_SIGNALS}
        [strategy] = strategies_of(platform.settings)
        span = (LATER, LATER + bars * HOUR)
        words = words_between(platform.lake, platform.settings, strategy, platform.market, *span)
    unharmed = shutil.copytree(lived_in, tmp_path / "unharmed")
    with opened(unharmed, feed, LATER) as never_killed:
        for number in range(1, bars + 1):
            never_killed.now_is(LATER + number * HOUR)
            tick(never_killed)
        assert found == {table.name: never_killed.hashes(table) for table in EXACT}
        wanted = {table.name: never_killed.rows(table, JUNE) for table in OF_SIGNALS}
    # Who was killed until a signal would have been over says that it was too late, and nothing else
    late = words.loc[words["word"] == TOO_LATE, "open_time"]
    assert late.empty or late.max() <= pd.Timestamp(LATER + (bars - VALID_BARS) * HOUR)
    assert len(said["signals"]) > 0
    for name, rows in wanted.items():
        told = rows[~rows["open_time"].isin(late)].reset_index(drop=True)
        pd.testing.assert_frame_equal(said[name], told)
