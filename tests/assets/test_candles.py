"""Candles as a run stores them: closed bars alone, revisions kept, damage fetched anew."""

from datetime import timedelta
from typing import Any

import pytest

from tests.assets.conftest import LATER
from tests.assets.in_process_platform import InProcessPlatform, damage
from traderai_assets.domain.errors import WriteConflict
from traderai_assets.ingest.candle_month import MonthIngest
from traderai_assets.schemas.candles import CANDLE_QUARANTINE, CANDLES

MAY, JUNE = "2024-05", "2024-06"
HOUR = timedelta(hours=1)


def test_the_open_bar_is_not_stored_and_the_last_closed_one_is(old_platform: InProcessPlatform):
    assert old_platform.rows(CANDLES, JUNE)["open_time"].iloc[-1] == LATER.replace(
        hour=10, minute=0
    )


def test_a_clock_that_jumps_back_an_hour_changes_no_table(old_platform: InProcessPlatform):
    before = old_platform.lake_state()
    old_platform.now_is(LATER - HOUR)
    old_platform.run("update_latest", JUNE)
    old_platform.run("generate_signals", JUNE)
    old_platform.run("expire_signals", JUNE)
    assert old_platform.lake_state() == before


def test_a_bar_revised_in_the_tail_is_replaced_and_its_old_values_are_kept(
    old_platform: InProcessPlatform,
):
    old = old_platform.rows(CANDLES, JUNE).iloc[-3]
    old_platform.revise(old["open_time"], volume=7.5)
    old_platform.fetch(JUNE)
    assert old_platform.rows(CANDLES, JUNE)["volume"].iloc[-3] == 7.5
    [line] = old_platform.rows(CANDLE_QUARANTINE, JUNE).to_dict("records")
    assert (line["open_time"], line["reason"]) == (old["open_time"], "superseded")
    assert str(old["volume"]) in line["raw"]


def test_a_damaged_month_is_fetched_anew_and_the_event_says_so(old_platform: InProcessPlatform):
    before = old_platform.hashes(CANDLES)
    damage(old_platform, CANDLES, MAY)
    result = old_platform.run("backfill", MAY, only=["candles"])
    assert old_platform.hashes(CANDLES) == before
    assert len(old_platform.rows(CANDLES, MAY)) == 744
    *_, event = result.asset_materializations_for_node("candles")
    assert "binance.BTC-USDT.1h 2024-05" in event.metadata["damaged_candles"].value


def test_a_run_whose_month_was_replaced_meanwhile_is_refused_and_both_runs_are_named(
    platform: InProcessPlatform, monkeypatch: pytest.MonkeyPatch
):
    platform.fetch(MAY)
    faster = platform.rows(CANDLES, MAY).iloc[:700]
    store = MonthIngest.store

    def store_too_late(ingest: MonthIngest, *page: Any) -> None:
        platform.store(CANDLES, MAY, faster)
        store(ingest, *page)

    monkeypatch.setattr(MonthIngest, "store", store_too_late)
    platform.revise(faster["open_time"].iloc[0], volume=7.5)
    with pytest.raises(WriteConflict, match=r"2024-05 of table candles .* run by hand"):
        platform.fetch(MAY, refetch=True)
    assert len(platform.rows(CANDLES, MAY)) == 700
