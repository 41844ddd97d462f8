"""Runs killed in the middle of a write: one more run heals all, and fetches nothing twice."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.assets.conftest import LATER, NOW
from tests.assets.in_process_platform import InProcessPlatform, never_written, opened
from tests.assets.killed_run import (
    Moment,
    before_events,
    before_table,
    kill_run,
    remembering,
)
from tests.assets.stored_versions import data_versions, stale
from traderai_assets.domain.arrays import milliseconds
from traderai_assets.domain.errors import ExchangeUnavailable
from traderai_assets.sandbox.fault_rules import FaultRule
from traderai_assets.sandbox.simulation import SimulatedFeed
from traderai_assets.schemas.candles import CANDLE_GAPS, CANDLES
from traderai_assets.schemas.catalogue import TABLES
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.predictions import PREDICTIONS
from traderai_assets.schemas.signals import SIGNALS

MARCH, APRIL = "2024-03", "2024-04"
FETCHED = (CANDLES, CANDLE_GAPS, FEATURES)
Hashes = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def never_killed(feed: SimulatedFeed, tmp_path_factory: pytest.TempPathFactory) -> Hashes:
    """Hashes of March in half-hour bars, two pages of them, and of its features."""
    with opened(tmp_path_factory.mktemp("whole"), feed, NOW, timeframe="30m") as platform:
        platform.run("backfill", MARCH, only=["candles", "features"])
        return {table.name: platform.hashes(table) for table in FETCHED}


@pytest.mark.parametrize(
    "moment",
    [
        before_table("candles", times=2),  # Between the first page and the second
        before_table("candle_gaps"),
        before_events(),
    ],
    ids=str,
)
def test_a_killed_fetch_goes_on_behind_what_is_stored_and_ends_with_the_same_content(
    tmp_path: Path, feed: SimulatedFeed, never_killed: Hashes, moment: Moment
):
    with (
        remembering(tmp_path) as instance,
        opened(tmp_path, feed, NOW, instance=instance, timeframe="30m") as platform,
    ):
        kill_run(tmp_path, platform.sandbox.url, "backfill", MARCH, moment=moment, timeframe="30m")
        stored = {
            milliseconds(opened_at) for opened_at in platform.rows(CANDLES, MARCH)["open_time"]
        }
        platform.asked()
        platform.run("backfill", MARCH, only=["candles", "features"])
        assert not stored.intersection(query.start for query in platform.asked())
        assert {table.name: platform.hashes(table) for table in FETCHED} == never_killed
        assert data_versions(platform, "candles") == platform.hashes(CANDLES)
        assert data_versions(platform, "features") == platform.hashes(FEATURES)
        assert stale(platform) == {}


@pytest.mark.parametrize(
    ("job", "month", "tables"),
    [
        ("train", "2024-05", ("out_of_sample", "models")),
        ("train", "2024-05", ("backtest_trades", "backtest_equity", "backtest_metrics")),
    ],
    ids=["models", "backtests"],
)
def test_a_run_killed_between_the_tables_beside_and_its_own_is_made_up_for(
    tmp_path: Path,
    feed: SimulatedFeed,
    lived_in: Path,
    job: str,
    month: str,
    tables: tuple[str, ...],
):
    home = shutil.copytree(lived_in, tmp_path / "old")
    with remembering(home) as instance, opened(home, feed, LATER, instance=instance) as platform:
        changed = [table for name in tables for table in TABLES if table.name == name]
        before = {table.name: platform.hashes(table)[month] for table in changed}
        for table in tables:
            never_written(home, table)
        kill_run(home, platform.sandbox.url, job, month, moment=before_table(tables[-1]))
        beside, own = changed[:-1], changed[-1]
        assert all(platform.hashes(table)[month] == before[table.name] for table in beside)
        assert platform.hashes(own) == {}
        platform.run(job, month)
        assert {table.name: platform.hashes(table)[month] for table in changed} == before


def test_words_whose_run_was_killed_before_its_signals_are_those_of_a_run_that_was_not(
    tmp_path: Path, feed: SimulatedFeed, lived_in: Path
):
    """What is made anew so late is told to be too late, and not as it was said at the time."""
    job, month, made = "generate_signals", "2024-06", (PREDICTIONS, SIGNALS)
    found = []
    for killed in (False, True):
        home = shutil.copytree(lived_in, tmp_path / f"killed {killed}")
        with remembering(home) as instance, opened(home, feed, LATER, instance=instance) as anew:
            for table in made:
                never_written(home, table.name)
            if killed:
                moment = before_table(SIGNALS.name)
                kill_run(home, anew.sandbox.url, job, month, moment=moment)
                assert anew.hashes(PREDICTIONS) == found[0][PREDICTIONS.name]
            anew.run(job, month)
            found.append({table.name: anew.hashes(table) for table in made})
    assert found[0][PREDICTIONS.name]
    assert found[0] == found[1]


def test_a_run_that_fails_halfway_shows_what_it_stored_as_stored(
    open_platform: Callable[..., InProcessPlatform], never_killed: Hashes
):
    platform = open_platform(timeframe="30m")
    second_page = datetime(2024, 4, 21, 20, tzinfo=UTC)
    platform.sandbox.faults.add(FaultRule(kind="status", count=None, since=second_page))
    with pytest.raises(ExchangeUnavailable, match=r"BTC/USDT 30m from 2024-04-21 19:30"):
        platform.fetch(MARCH, APRIL)
    assert data_versions(platform, "candles") == platform.hashes(CANDLES)
    assert platform.hashes(CANDLES)[MARCH] == never_killed["candles"][MARCH]
    assert len(platform.rows(CANDLES, APRIL)) == 999
