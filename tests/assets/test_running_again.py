"""Running again: nothing changes while nothing has changed; else exactly what depends on it.

Staleness is what the web UI's resolver says. It looks at direct inputs: a month is stale once one
of them has another data version than it was made of. What lies further down turns stale when its
own inputs have been made again.
"""

import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.assets.conftest import LATER
from tests.assets.in_process_platform import InProcessPlatform, opened
from tests.assets.stored_versions import all_data_versions, stale
from traderai_assets.domain.arrays import milliseconds
from traderai_assets.domain.content_hash import EMPTY_HASH
from traderai_assets.sandbox.request_log import KlineQuery
from traderai_assets.sandbox.simulation import SimulatedFeed
from traderai_assets.schemas.candles import CANDLES

LAST_CLOSE = datetime(2024, 6, 13, 11, tzinfo=UTC)
HOUR = 3_600_000
TAIL_BARS = 12
# Features look back 25 days (600 hourly bars), so May's see the end of April, not its beginning.
EARLY, LATE = datetime(2024, 4, 2, 7, tzinfo=UTC), datetime(2024, 4, 27, 7, tzinfo=UTC)


@dataclass
class Story:
    """A lived-in platform: all runs again, twice, then two candles of April are revised."""

    lake: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    asked: list[list[KlineQuery]] = field(default_factory=list)
    stale: dict[str, dict[str, list[str]]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def story(lived_in: Path, feed: SimulatedFeed, tmp_path_factory: pytest.TempPathFactory) -> Story:
    home = shutil.copytree(lived_in, tmp_path_factory.mktemp("again") / "old")
    story = Story()
    with opened(home, feed, LATER) as platform:
        story.lake.append(platform.lake_state())
        for _ in range(2):
            platform.run_everything()
            story.lake.append(platform.lake_state())
            story.events.append(all_data_versions(platform))
            story.asked.append(platform.asked())
        story.stale["nothing changed"] = stale(platform)
        raise_high(platform, EARLY)
        platform.fetch("2024-03", "2024-06", refetch=True)
        story.stale["early candle fetched"] = stale(platform)
        platform.run("backfill", "2024-03", "2024-06", only=["features", "labels"])
        story.stale["features made"] = stale(platform)
        platform.run("train", "2024-05", "2024-07")
        story.stale["models made"] = stale(platform)
        platform.run("replay_history", "2024-05", "2024-06")
        story.stale["all made"] = stale(platform)
        raise_high(platform, LATE)
        platform.run("backfill", "2024-03", "2024-06", refetch=True)
        story.stale["late candle's features made"] = stale(platform)
    return story


def raise_high(platform: InProcessPlatform, opened_at: datetime) -> None:
    stored = platform.rows(CANDLES, "2024-04").set_index("open_time")
    platform.revise(opened_at, high=float(stored.loc[opened_at, "high"]) * 1.01)


def test_an_instance_that_forgot_everything_commits_nothing_to_any_table(story: Story):
    assert story.lake[1] == story.lake[0]


def test_a_second_run_commits_nothing_and_gives_the_same_data_versions(story: Story):
    assert story.lake[2] == story.lake[0]
    assert story.events[1] == story.events[0]


def test_each_run_asks_the_exchange_once_for_the_tail_of_the_open_month(story: Story):
    for [tail] in story.asked:
        assert tail.start == milliseconds(LAST_CLOSE) - TAIL_BARS * HOUR
        assert tail.rows == TAIL_BARS + 1  # With the open bar, which proves that the last is closed


def test_every_data_version_is_the_content_hash_in_the_lake(story: Story):
    for asset, versions in story.events[0].items():
        _, hashes = story.lake[0]["backtest_metrics" if asset == "backtests" else asset]
        assert versions or asset == "verdict", asset  # Nobody judges here
        assert versions == {month: hashes.get(month, EMPTY_HASH) for month in versions}, asset


def test_nothing_is_stale_after_runs_that_changed_nothing(story: Story):
    assert story.stale["nothing changed"] == {}


def test_a_revised_candle_makes_exactly_its_month_and_the_next_of_features_and_labels_stale(
    story: Story,
):
    assert story.stale["early candle fetched"] == {
        "features": ["2024-04", "2024-05"],
        "labels": ["2024-04", "2024-05"],
        # Read candles themselves: two months back, and one month to either side.
        "models": ["2024-05", "2024-06"],
        "backtests": ["2024-05", "2024-06"],
        "signal_snapshots": ["2024-05"],
    }


def test_models_of_the_two_months_after_are_stale_once_features_were_made_again(story: Story):
    assert story.stale["features made"] == {
        "models": ["2024-05", "2024-06"],
        "backtests": ["2024-05", "2024-06"],
        "signal_snapshots": ["2024-05"],
    }


def test_a_month_is_fresh_as_soon_as_it_was_made_again(story: Story):
    # June's model as well is another one: it was made of April's candles.
    assert story.stale["models made"] == {"signal_snapshots": ["2024-05", "2024-06"]}
    assert story.stale["all made"] == {}


def test_a_candle_inside_the_warm_up_of_the_next_month_reaches_one_month_further(story: Story):
    assert story.stale["late candle's features made"] == {
        "models": ["2024-05", "2024-06", "2024-07"],
        "backtests": ["2024-05", "2024-06"],
        "signal_snapshots": ["2024-05"],
        "drift_metrics": ["2024-06"],
    }
