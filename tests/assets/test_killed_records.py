"""Killed at any moment from backtest to record to verdict: one more time makes it the same."""

import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.assets.in_process_platform import InProcessPlatform, opened
from tests.assets.killed_run import kill_after, remembering
from traderai_assets.sandbox.simulation import SimulatedFeed
from traderai_assets.schemas.backtests import BACKTEST_METRICS
from traderai_assets.schemas.record import RECORD_DAYS
from traderai_assets.schemas.verdict import LOOKS, STATE_CHANGES, VERDICTS, VETOES

NOW = datetime(2024, 11, 5, tzinfo=UTC)
FIRST, LAST = "2024-03", "2024-10"
WORK = (("train", (FIRST, LAST), ("backtests", "record")), ("judge", (), ()))
SETTINGS = {"history_days": 330, "training": {"folds": 2, "horizon_bars": 3, "lookback_days": 20}}


def work(platform: InProcessPlatform) -> None:
    for job, months, only in WORK:
        platform.run(job, *months, only=only)


def made(platform: InProcessPlatform) -> dict[str, Any]:
    """Days on record, as they stand in every revision, what was tested, and all that was judged."""
    return {
        "record": platform.hashes(RECORD_DAYS),
        "backtests": platform.hashes(BACKTEST_METRICS),
        **{
            table.name: platform.lake.snapshot(table).read("all", ["all"]).to_dict("records")
            for table in (LOOKS, STATE_CHANGES, VETOES, VERDICTS)
        },
    }


@contextmanager
def at(home: Path, feed: SimulatedFeed) -> Iterator[InProcessPlatform]:
    with (
        remembering(home) as instance,
        opened(home, feed, NOW, instance=instance, **SETTINGS) as platform,
    ):
        yield platform


@pytest.mark.torture
@pytest.mark.parametrize("kills", [30])
def test_a_record_killed_at_any_moment_is_the_same_and_each_look_is_made_once(
    tmp_path: Path, feed: SimulatedFeed, capsys: pytest.CaptureFixture[str], kills: int
):
    base, chance = tmp_path / "base", random.Random(kills)
    base.mkdir()
    with at(base, feed) as platform:
        platform.run("backfill", "2024-01", LAST)
        platform.run("train", FIRST, LAST, only=["models"])
    shutil.copytree(base, tmp_path / "whole")
    with at(tmp_path / "whole", feed) as platform:
        seconds = kill_after(platform.home, platform.sandbox.url, WORK, None, **SETTINGS)
        whole = made(platform)
    assert len(whole["looks"]) == 1
    stood = []
    for number in range(kills):
        home = tmp_path / f"killed {number}"
        shutil.copytree(base, home)
        with at(home, feed) as platform:
            # Most of the time nothing is stored yet: half of the kills would tell nothing
            after = seconds * (0.55 + 0.5 * (number + chance.random()) / kills)
            kill_after(home, platform.sandbox.url, WORK, after, **SETTINGS)
            stood.append(sum(map(bool, made(platform).values())))
            work(platform)
            assert made(platform) == whole
        shutil.rmtree(home)
    with capsys.disabled():
        print(f"\n{kills} kills within {seconds:.1f} s; tables that stood: {sorted(stood)}")  # noqa: T201
    assert len(set(stood)) > 2  # Kills all along the way, not only before and behind it
