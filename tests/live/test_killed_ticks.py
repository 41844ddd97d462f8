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
from traderai_assets.domain.words import SIGNAL, TOO_LATE
from traderai_assets.sandbox.simulation import SimulatedFeed
from traderai_assets.schemas.predictions import PREDICTIONS
from traderai_assets.schemas.signal_outcomes import SIGNAL_OUTCOMES
from traderai_assets.schemas.signals import SIGNALS
from traderai_assets.work_classes import LIVE_JOB

HOUR = timedelta(hours=1)
WORK = ((LIVE_JOB, (), ()),)
OF_SPEAKING = (PREDICTIONS, SIGNALS, SIGNAL_OUTCOMES)
EXACT = [table for table in MADE if table not in OF_SPEAKING]
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
        said = {table.name: platform.rows(table, JUNE) for table in OF_SPEAKING}
    unharmed = shutil.copytree(lived_in, tmp_path / "unharmed")
    with opened(unharmed, feed, LATER) as never_killed:
        for number in range(1, bars + 1):
            never_killed.now_is(LATER + number * HOUR)
            tick(never_killed)
        assert found == {table.name: never_killed.hashes(table) for table in EXACT}
        wanted = {table.name: never_killed.rows(table, JUNE) for table in OF_SPEAKING}
    late = assert_only_late(said, wanted)
    assert late.empty or late.max() <= pd.Timestamp(LATER + (bars - VALID_BARS) * HOUR)


def assert_only_late(
    said: dict[str, pd.DataFrame], wanted: dict[str, pd.DataFrame]
) -> "pd.Series[pd.Timestamp]":
    """Hold that nothing differs but signals that would have been over; return their bars.

    Such a bar has its prediction, which takes no side, and says that it was too late; or, where the
    kill came between two tables, only the signal is not there.
    """
    told, due = said["predictions"], wanted["predictions"]
    too_late = told["word"] == TOO_LATE
    assert (due.loc[too_late, "word"] == SIGNAL).all()
    same = [name for name in told if name not in ("word", "side")]
    pd.testing.assert_frame_equal(told[same], due[same])
    pd.testing.assert_frame_equal(told[~too_late], due[~too_late])
    unsaid = ~due["open_time"].isin(said["signals"]["open_time"]) & (due["word"] == SIGNAL)
    assert len(said["signals"]) > 0
    for name in ("signals", "signal_outcomes"):
        rows = wanted[name]
        kept = rows[~rows["open_time"].isin(due.loc[unsaid, "open_time"])]
        pd.testing.assert_frame_equal(said[name], kept.reset_index(drop=True))
    return due.loc[unsaid, "open_time"]
