"""Platforms to try things out in: an empty one, and one in which everything was made once."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.assets.in_process_platform import InProcessPlatform, opened
from traderai_assets.sandbox.simulation import SimulatedFeed

NOW = datetime(2024, 6, 12, 5, 30, tzinfo=UTC)
LATER = datetime(2024, 6, 13, 11, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def feed() -> SimulatedFeed:
    """The market of every platform; its exchange halts on 2024-03-29 from 07:45 to 08:40."""
    return SimulatedFeed(seed=7)


@pytest.fixture
def open_platform(
    feed: SimulatedFeed, tmp_path: Path
) -> Iterator[Callable[..., InProcessPlatform]]:
    """Open any number of empty platforms; what they are told is in `opened`."""
    with ExitStack() as stack:

        def open_one(now: datetime = NOW, **options: Any) -> InProcessPlatform:
            home = tmp_path / f"platform{len(list(tmp_path.iterdir()))}"
            home.mkdir()
            return stack.enter_context(opened(home, feed, now, **options))

        yield open_one


@pytest.fixture
def platform(open_platform: Callable[..., InProcessPlatform]) -> InProcessPlatform:
    """An empty platform on 2024-06-12 at 05:30."""
    return open_platform()


@pytest.fixture(scope="session")
def lived_in(feed: SimulatedFeed, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a platform in which every asset was made, candles from March to June 13.

    July's model was made on June 12 and is the champion from 05:00 on; it was made again a day
    later. The models of May and June were made of the months before them. It spoke every third
    hour: of bars whose signals would be over it would not have.

    It takes half a minute, and is made once for all workers: who is second waits, and then reads.
    """
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # Of all workers of this run
    home, made = folder / "lived_in", folder / "lived_in.made"
    with (folder / "lived_in.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            shutil.rmtree(home, ignore_errors=True)  # Of a worker that failed at it
            home.mkdir()
            _live_in(home, feed)
            made.touch()
    return home


def _live_in(home: Path, feed: SimulatedFeed) -> None:
    with opened(home, feed, NOW) as platform:
        platform.run("backfill", "2024-03", "2024-06")
        platform.run("train", "2024-07")
        platform.run("choose_champion")
        for hours in range(3, 30, 3):
            platform.now_is(NOW + timedelta(hours=hours))
            platform.run("update_latest", "2024-06")
            platform.run("generate_signals", "2024-06")
        platform.now_is(LATER)
        platform.run_everything()


@pytest.fixture
def old_platform(
    lived_in: Path, feed: SimulatedFeed, tmp_path: Path
) -> Iterator[InProcessPlatform]:
    """A copy of it on 2024-06-13 at 11:30; its lake is full, its instance knows nothing."""
    home = tmp_path / "old"
    shutil.copytree(lived_in, home)
    with opened(home, feed, LATER) as platform:
        yield platform
