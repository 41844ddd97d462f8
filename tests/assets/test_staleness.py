"""What the web UI shows as stale, by its own resolver: what depends on a change, and no more.

The resolver looks at direct inputs: a month is stale once an input has another data version than
the one it was made of. What lies further down turns stale when its own inputs have been made again.
"""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.assets.conftest import LATER
from tests.assets.house import House, opened
from traderai_assets.sandbox.fault_rules import Revision
from traderai_assets.sandbox.simulation import SimulatedFeed
from traderai_assets.schemas.candles import CANDLES

# Features look back 25 days (600 hourly bars), so May's see the end of April, not its beginning.
EARLY, LATE = datetime(2024, 4, 2, 7, tzinfo=UTC), datetime(2024, 4, 27, 7, tzinfo=UTC)
Stale = dict[str, list[str]]


@pytest.fixture(scope="module")
def stale(
    lived_in: Path, feed: SimulatedFeed, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Stale]:
    """What is stale after each step of a story: two candles of April are revised."""
    home = tmp_path_factory.mktemp("revised") / "old"
    shutil.copytree(lived_in, home)
    found = {}
    with opened(home, feed, LATER) as house:
        house.run_everything()
        revise(house, EARLY)
        house.fetch("2024-03", "2024-06", refetch=True)
        found["early candle fetched"] = house.stale()
        house.run("backfill", "2024-03", "2024-06", only=["features", "labels"])
        found["features made"] = house.stale()
        house.run("train", "2024-05", "2024-07")
        found["models made"] = house.stale()
        house.run("replay_history", "2024-05", "2024-06")
        found["all made"] = house.stale()
        revise(house, LATE)
        house.run("backfill", "2024-03", "2024-06", refetch=True)
        found["late candle's features made"] = house.stale()
    return found


def revise(house: House, opened_at: datetime) -> None:
    """Let the exchange correct one candle: its highest price was a percent higher."""
    stored = house.rows(CANDLES, "2024-04").set_index("open_time")
    values = {"high": float(stored.loc[opened_at, "high"]) * 1.01}
    house.sandbox.faults.add(
        Revision(symbol="BTC/USDT", timeframe="1h", open_time=opened_at, values=values)
    )


def test_a_revised_candle_makes_exactly_its_month_and_the_next_of_features_and_labels_stale(
    stale: dict[str, Stale],
):
    assert stale["early candle fetched"] == {
        "features": ["2024-04", "2024-05"],
        "labels": ["2024-04", "2024-05"],
        # Read candles themselves: two months back, and one month to either side.
        "backtests": ["2024-05", "2024-06"],
        "signal_snapshots": ["2024-05"],
    }


def test_models_of_the_two_months_after_are_stale_once_features_were_made_again(
    stale: dict[str, Stale],
):
    assert stale["features made"] == {
        "models": ["2024-05", "2024-06"],
        "backtests": ["2024-05", "2024-06"],
        "signal_snapshots": ["2024-05"],
    }


def test_a_month_is_fresh_as_soon_as_it_was_made_again(stale: dict[str, Stale]):
    assert stale["models made"] == {"signal_snapshots": ["2024-05"]}
    assert stale["all made"] == {}


def test_a_candle_inside_the_warm_up_of_the_next_month_reaches_one_month_further(
    stale: dict[str, Stale],
):
    assert stale["late candle's features made"] == {
        "models": ["2024-05", "2024-06", "2024-07"],
        "backtests": ["2024-05", "2024-06"],
        "signal_snapshots": ["2024-05"],
        "drift_metrics": ["2024-06"],
    }


def test_a_year_run_again_in_one_run_leaves_nothing_stale(open_house: Callable[..., House]):
    house = open_house(now=datetime(2025, 1, 3, tzinfo=UTC))
    house.run("backfill", "2024-01", "2024-12", only=["candles", "labels"])
    versions = house.all_data_versions()
    house.run("backfill", "2024-01", "2024-12", only=["candles", "labels"])
    assert house.stale() == {}
    assert house.all_data_versions() == versions
    assert len(set(versions["labels"].values())) == 12


def test_features_made_of_nothing_are_stale_when_the_first_candles_come(house: House):
    house.run("backfill", "2024-05", "2024-06", only=["features"])
    house.fetch("2024-05", "2024-06")
    assert house.stale() == {"features": ["2024-05", "2024-06"]}
