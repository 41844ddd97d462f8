"""The record: every served day once, and whatever it becomes later beside it, with its cause."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime

import dagster as dg
import numpy as np
import pytest

from tests.assets.conftest import LATER
from tests.assets.in_process_platform import InProcessPlatform, opened
from tests.assets.strategy_records import only_strategy
from traderai_assets.domain.strategies.revisions import newest_revisions
from traderai_assets.partitions import MARKETS, partition_key, partition_range_tags
from traderai_assets.registry.stored_models import last_made
from traderai_assets.schemas.backtests import BACKTEST_EQUITY, BACKTEST_TRADES
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.models import MODELS
from traderai_assets.schemas.record import RECORD_DAYS
from traderai_assets.schemas.strategies import STRATEGIES

MAY, JUNE = "2024-05", "2024-06"


def days(platform: InProcessPlatform, month: str):
    rows = platform.rows(RECORD_DAYS, month)
    return newest_revisions(rows, only_strategy(platform).id)


def test_a_served_month_is_recorded_day_by_day_as_its_backtest_went(
    old_platform: InProcessPlatform,
):
    may = days(old_platform, MAY)
    equity, trades = (old_platform.rows(table, MAY) for table in (BACKTEST_EQUITY, BACKTEST_TRADES))
    [account] = equity["equity"].tail(1)
    assert len(may) == 31
    assert np.prod(1 + may["net"]) == pytest.approx(account, rel=1e-12)
    served = trades[trades["entry_time"] >= datetime(2024, 5, 1, tzinfo=UTC)]
    assert may["trades"].sum() == len(served) > 0
    assert set(may["model_id"]) == {last_made(old_platform.rows(MODELS, MAY))["model_id"]}
    # On June 13 at 11:00, the 12th is over
    assert days(old_platform, JUNE)["day"].iloc[-1] == datetime(2024, 6, 12, tzinfo=UTC)
    assert old_platform.rows(RECORD_DAYS, "2024-07").empty


def test_recording_the_same_again_adds_nothing(old_platform: InProcessPlatform):
    before = old_platform.lake_state()
    old_platform.run("extend_record", MAY, JUNE)
    assert old_platform.lake_state() == before


def test_the_record_goes_on_and_days_after_the_registration_are_live(
    old_platform: InProcessPlatform,
):
    before = old_platform.rows(RECORD_DAYS, JUNE)
    [registered] = old_platform.lake.snapshot(STRATEGIES).read("all", ["all"])["registered_at"]
    assert registered == datetime(2024, 6, 12, 5, 30, tzinfo=UTC)
    old_platform.now_is(datetime(2024, 6, 16, 2, tzinfo=UTC))
    old_platform.run("update_latest", JUNE)
    old_platform.run("extend_record", JUNE)
    after = old_platform.rows(RECORD_DAYS, JUNE)
    assert after.head(len(before)).equals(before)
    assert after["origin"].tolist() == ["backfill"] * 12 + ["live"] * 3
    assert set(after["cause"]) == {"first"}


def test_a_candle_that_is_corrected_is_a_revision_of_the_days_it_changes(
    old_platform: InProcessPlatform,
):
    before = old_platform.rows(RECORD_DAYS, MAY)
    # Only the market moves, and by so little that nothing is decided otherwise before
    at = datetime(2024, 5, 31, 23, tzinfo=UTC)
    rows = old_platform.rows(CANDLES, MAY)
    close = rows.loc[rows["open_time"] == at, "close"].item()
    old_platform.revise(at, close=close * 1.0001, high=close * 1.01)
    old_platform.run("backfill", MAY, refetch=True)
    old_platform.run("extend_record", MAY)
    after = old_platform.rows(RECORD_DAYS, MAY)
    added = after[after["revision"] > 1]
    assert after[after["revision"] == 1].reset_index(drop=True).equals(before)
    assert set(added["cause"]) == {"candles"}
    assert added["day"].iloc[-1] == datetime(2024, 5, 31, tzinfo=UTC)
    told = _metadata(old_platform, MAY)
    assert told["added_candles"].value == len(added) >= 1


def test_months_without_a_model_are_zeros_and_one_that_is_trained_later_says_so(
    old_platform: InProcessPlatform,
):
    old_platform.run("extend_record", "2024-04")
    april = old_platform.rows(RECORD_DAYS, "2024-04")
    assert len(april) == 30
    assert set(april["state"]) == {"no_model"}
    assert not april[["net", "trades", "exposure"]].any(axis=None)
    old_platform.run("train", "2024-04")
    both = old_platform.rows(RECORD_DAYS, "2024-04")
    assert both["cause"].value_counts().to_dict() == {"first": 30, "model": 30}


def test_a_model_made_by_other_settings_is_no_record_of_these(
    lived_in, feed, tmp_path, old_platform: InProcessPlatform
):
    home = tmp_path / "other"
    shutil.copytree(lived_in, home)
    with opened(home, feed, LATER, training={"folds": 2, "horizon_bars": 6}) as other:
        before = other.rows(RECORD_DAYS, MAY)
        assert only_strategy(other).id != only_strategy(old_platform).id
        other.run("extend_record", MAY)
        assert other.rows(RECORD_DAYS, MAY).equals(before)
        assert "made by other settings" in _metadata(other, MAY)["reason"].value
        registry = other.lake.snapshot(STRATEGIES).read("all", ["all"])
        assert registry["strategy_id"].nunique() == 2


@pytest.mark.slow
def test_three_months_of_two_markets_are_recorded_and_judged(
    open_platform: Callable[..., InProcessPlatform],
):
    platform = open_platform(markets=("binance:BTC/USDT", "binance:ETH/USDT"))
    for market in platform.settings.market_list():
        if not platform.instance.has_dynamic_partition(MARKETS, market.key):
            platform.instance.add_dynamic_partitions(MARKETS, [market.key])
        for job, first in (("backfill", "2024-03"), ("train", "2024-04")):
            keys = [partition_key(market.key, month) for month in (first, JUNE)]
            platform.definitions.resolve_job_def(job).execute_in_process(
                instance=platform.instance, tags=partition_range_tags(keys)
            )
    stored = platform.lake.snapshot(RECORD_DAYS)
    assert [len(stored.months(market)) for market in stored.markets()] == [3, 3]
    platform.run("judge")
    event = platform.instance.get_latest_materialization_event(dg.AssetKey("verdict"))
    told = event.asset_materialization.metadata
    assert told["state"].value == "insufficient"
    # 30 + 31 + 11 days
    assert (told["days"].value, told["markets"].value) == (72, 2)
    assert told["judged_until"].value == "2024-06-12"
    assert told["account"].value.startswith("![The pool's account")
    assert told["next_look"].value.startswith("look 1 on 2024-10-01")
    assert platform.lake.snapshot(STRATEGIES).rows("all") == 1


def _metadata(platform: InProcessPlatform, month: str):
    key = dg.AssetKey("record")
    asked = dg.AssetRecordsFilter(key, asset_partitions=[platform.key(month)])
    [record] = platform.instance.fetch_materializations(asked, limit=1).records
    return record.asset_materialization.metadata
