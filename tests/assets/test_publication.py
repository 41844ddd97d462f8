"""Publication: each partition has an event of its own, by which Dagster knows what is stale."""

from collections.abc import Callable
from datetime import UTC, datetime

from tests.assets.in_process_platform import InProcessPlatform
from tests.assets.stored_versions import all_data_versions, stale


def test_a_year_run_again_in_one_run_leaves_nothing_stale(
    open_platform: Callable[..., InProcessPlatform],
):
    platform = open_platform(now=datetime(2025, 1, 3, tzinfo=UTC))
    platform.run("backfill", "2024-01", "2024-12", only=["candles", "labels"])
    versions = all_data_versions(platform)
    platform.run("backfill", "2024-01", "2024-12", only=["candles", "labels"])
    assert stale(platform) == {}
    assert all_data_versions(platform) == versions
    assert len(set(versions["labels"].values())) == 12


def test_features_made_of_nothing_are_stale_when_the_first_candles_come(
    platform: InProcessPlatform,
):
    platform.run("backfill", "2024-05", "2024-06", only=["features"])
    platform.fetch("2024-05", "2024-06")
    assert stale(platform) == {"features": ["2024-05", "2024-06"]}
