"""Running again what was run: nothing changes, and the exchange is asked for the tail alone."""

import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.assets.conftest import LATER
from tests.assets.house import opened
from traderai_assets.domain.content_hash import EMPTY_HASH
from traderai_assets.sandbox.clock import milliseconds
from traderai_assets.sandbox.ledger import KlineQuery
from traderai_assets.sandbox.simulation import SimulatedFeed

LAST_CLOSE = datetime(2024, 6, 13, 11, tzinfo=UTC)
HOUR = 3_600_000
TAIL_BARS = 12


@dataclass
class Seen:
    """What a lived-in house looked like before everything ran again, and after each of two runs."""

    lake: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    asked: list[list[KlineQuery]] = field(default_factory=list)
    stale: list[dict[str, list[str]]] = field(default_factory=list)


@pytest.fixture(scope="module")
def seen(lived_in: Path, feed: SimulatedFeed, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    home = tmp_path_factory.mktemp("again") / "old"
    shutil.copytree(lived_in, home)
    seen = Seen()
    with opened(home, feed, LATER) as house:
        seen.lake.append(house.lake_state())
        for _ in range(2):
            house.run_everything()
            seen.lake.append(house.lake_state())
            seen.events.append(house.all_data_versions())
            seen.asked.append(house.asked())
            seen.stale.append(house.stale())
    return seen


def test_an_instance_that_forgot_everything_commits_nothing_to_any_table(seen: Seen):
    assert seen.lake[1] == seen.lake[0]


def test_a_second_run_commits_nothing_and_gives_the_same_data_versions(seen: Seen):
    assert seen.lake[2] == seen.lake[0]
    assert seen.events[1] == seen.events[0]


def test_each_run_asks_the_exchange_once_for_the_tail_of_the_open_month(seen: Seen):
    for [tail] in seen.asked:
        assert tail.start == milliseconds(LAST_CLOSE) - TAIL_BARS * HOUR
        assert tail.rows == TAIL_BARS + 1  # With the open bar, which proves that the last is closed


def test_nothing_is_stale_after_runs_that_changed_nothing(seen: Seen):
    assert seen.stale == [{}, {}]


def test_every_data_version_is_the_content_hash_in_the_lake(seen: Seen):
    for asset, versions in seen.events[0].items():
        _, hashes = seen.lake[0]["backtest_metrics" if asset == "backtests" else asset]
        assert versions, asset
        assert versions == {month: hashes.get(month, EMPTY_HASH) for month in versions}, asset
