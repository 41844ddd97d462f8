"""Checks of candles: nothing downstream runs on candles that break the contract."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg
import pandas as pd
import pytest

from tests.assets.conftest import NOW
from tests.assets.in_process_platform import InProcessPlatform
from traderai_assets.sandbox.fault_rules import FaultRule
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.features import FEATURES

MAY = "2024-05"
NOON = datetime(2024, 5, 7, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def off_grid(candles: pd.DataFrame) -> pd.DataFrame:
    return _with_row_at(candles, NOON + HOUR / 2)


def in_the_next_month(candles: pd.DataFrame) -> pd.DataFrame:
    return _with_row_at(candles, datetime(2024, 6, 1, tzinfo=UTC))


def _with_row_at(candles: pd.DataFrame, opened_at: datetime) -> pd.DataFrame:
    row = candles.iloc[[-1]].assign(open_time=pd.Series([opened_at]).dt.as_unit("ms").to_numpy())
    return pd.concat([candles, row.astype(candles.dtypes)], ignore_index=True)


@pytest.mark.parametrize(
    ("plant", "found"), [(off_grid, "off_grid"), (in_the_next_month, "outside_month")]
)
def test_a_planted_row_fails_the_check_and_no_features_are_made(
    platform: InProcessPlatform, plant: Callable[[pd.DataFrame], pd.DataFrame], found: str
):
    platform.fetch(MAY)
    platform.store(CANDLES, MAY, plant(platform.rows(CANDLES, MAY)))
    [broken] = broken_months(platform.run("backfill", MAY, raise_on_error=False))
    assert (broken["partition"], broken[found]) == (platform.key(MAY), 1)
    assert platform.hashes(FEATURES) == {}


def test_an_absent_bar_that_stands_in_no_ledger_fails_the_check(platform: InProcessPlatform):
    platform.fetch(MAY)
    candles = platform.rows(CANDLES, MAY)
    platform.store(CANDLES, MAY, candles[candles["open_time"] != NOON])
    contract = dg.AssetCheckKey(dg.AssetKey("candles"), "candle_contract")
    asked = dg.AssetSelection.assets("features") | dg.AssetSelection.checks(contract)
    job = dg.define_asset_job("without_fetching", selection=asked)
    platform.definitions = dg.Definitions.merge(platform.definitions, dg.Definitions(jobs=[job]))
    [broken] = broken_months(platform.run("without_fetching", MAY, raise_on_error=False))
    assert broken["unexplained"] == [f"{NOON} to {NOON + HOUR}"]


@pytest.mark.slow
def test_a_hole_that_a_refused_row_left_is_a_warning_until_the_row_comes_well(
    platform: InProcessPlatform,
):
    span = {"since": NOON, "until": NOON + HOUR}
    platform.sandbox.faults.add(FaultRule(kind="garbage", garbage="zero", count=None, **span))
    result = platform.run("backfill", MAY)
    warning = evaluation(result, "nothing_failed_to_arrive")
    assert (warning.passed, warning.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert warning.metadata["absent"].value == {platform.key(MAY): [f"{NOON} to {NOON + HOUR}"]}
    assert evaluation(result, "candle_contract").passed
    assert list(platform.hashes(FEATURES)) == [MAY]
    # Other months go on; no model learns from this one
    trained = platform.run("train", "2024-06", only=["models"], raise_on_error=False)
    [refused] = trained.get_step_failure_events()
    assert "1 bars of the look-back" in refused.step_failure_data.error_display_string
    platform.sandbox.faults.clear()
    assert evaluation(platform.run("backfill", MAY), "nothing_failed_to_arrive").passed


@pytest.mark.slow
def test_a_bar_that_stays_away_is_a_warning_until_it_was_asked_for_again(
    platform: InProcessPlatform,
):
    span = {"since": NOON, "until": NOON + HOUR}
    platform.sandbox.faults.add(FaultRule(kind="missing", count=None, **span))
    warning = evaluation(platform.run("backfill", MAY), "silence_is_believed")
    assert (warning.passed, warning.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert warning.metadata["doubted_bars"].value == 1
    [doubt] = warning.metadata["doubted"].value[platform.key(MAY)]
    assert "asked for 1 times, again at 2024-06-12 " in doubt
    platform.now_is(NOW + 2 * HOUR)
    assert evaluation(platform.run("backfill", MAY), "silence_is_believed").passed


def test_refused_rows_beside_good_ones_are_a_warning_that_blocks_nothing(
    platform: InProcessPlatform,
):
    platform.sandbox.faults.add(FaultRule(kind="off_grid", rows=4))
    result = platform.run("backfill", MAY)
    warning = evaluation(result, "nothing_refused")
    assert not warning.passed
    assert warning.metadata["rows_by_reason"].value == {"off_grid_time": 4}
    assert list(platform.hashes(FEATURES)) == [MAY]


def evaluation(result: dg.ExecuteInProcessResult, name: str) -> dg.AssetCheckEvaluation:
    return next(check for check in result.get_asset_check_evaluations() if check.check_name == name)


def broken_months(result: dg.ExecuteInProcessResult) -> list[dict[str, Any]]:
    """What the contract found, in a run that it ended."""
    assert not result.success
    contract = evaluation(result, "candle_contract")
    assert not contract.passed
    assert not result.asset_materializations_for_node("features")
    broken = contract.metadata["broken"].value
    assert isinstance(broken, list)
    return broken
