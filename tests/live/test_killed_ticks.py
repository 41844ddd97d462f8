"""Ticks killed at any moment: the next makes good what was left, as if none had been killed."""

import random
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from tests.assets.conftest import LATER
from tests.assets.in_process_platform import opened
from tests.assets.killed_run import kill_after, remembering
from tests.assets.stored_versions import data_versions
from tests.live.test_live_tick import JUNE, MADE
from tests.live.ticks import tick
from traderai_assets.sandbox.simulation import SimulatedFeed
from traderai_assets.work_classes import LIVE_JOB

HOUR = timedelta(hours=1)
WORK = ((LIVE_JOB, (), ()),)


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
        months = platform.hashes(MADE[0])
        found = {table.name: platform.hashes(table) for table in MADE}
        assert data_versions(platform, "candles")[JUNE] == months[JUNE]
        assert data_versions(platform, "features")[JUNE] == found["features"][JUNE]
    unharmed = shutil.copytree(lived_in, tmp_path / "unharmed")
    with opened(unharmed, feed, LATER + bars * HOUR) as by_jobs:
        for job in ("update_latest", "generate_signals", "expire_signals"):
            by_jobs.run(job, *sorted({JUNE, max(months)}))
        assert found == {table.name: by_jobs.hashes(table) for table in MADE}
