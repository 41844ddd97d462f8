"""Candles as a run stores them: closed bars alone, revisions kept, damage fetched anew."""

from datetime import timedelta
from typing import Any

import pytest

from tests.assets.conftest import LATER
from tests.assets.house import House, damage
from traderai_assets.domain.errors import WriteConflict
from traderai_assets.ingest.candle_month import MonthIngest
from traderai_assets.schemas.candles import CANDLE_QUARANTINE, CANDLES

MAY, JUNE = "2024-05", "2024-06"
HOUR = timedelta(hours=1)


def test_the_open_bar_is_not_stored_and_the_last_closed_one_is(old_house: House):
    assert old_house.rows(CANDLES, JUNE)["open_time"].iloc[-1] == LATER.replace(hour=10, minute=0)


def test_a_clock_that_jumps_back_an_hour_changes_no_table(old_house: House):
    before = old_house.lake_state()
    old_house.now_is(LATER - HOUR)
    old_house.run("update_latest", JUNE)
    old_house.run("generate_signals", JUNE)
    old_house.run("expire_signals", JUNE)
    assert old_house.lake_state() == before


def test_a_bar_revised_in_the_tail_is_replaced_and_its_old_values_are_kept(old_house: House):
    old = old_house.rows(CANDLES, JUNE).iloc[-3]
    old_house.revise(old["open_time"], volume=7.5)
    old_house.fetch(JUNE)
    assert old_house.rows(CANDLES, JUNE)["volume"].iloc[-3] == 7.5
    [line] = old_house.rows(CANDLE_QUARANTINE, JUNE).to_dict("records")
    assert (line["open_time"], line["reason"]) == (old["open_time"], "superseded")
    assert str(old["volume"]) in line["raw"]


def test_a_damaged_month_is_fetched_anew_and_the_event_says_so(old_house: House):
    before = old_house.hashes(CANDLES)
    damage(old_house, CANDLES, MAY)
    result = old_house.run("backfill", MAY, only=["candles"])
    assert old_house.hashes(CANDLES) == before
    assert len(old_house.rows(CANDLES, MAY)) == 744
    *_, event = result.asset_materializations_for_node("candles")
    assert "binance.BTC-USDT.1h 2024-05" in event.metadata["damaged_candles"].value


def test_a_run_whose_month_was_replaced_meanwhile_is_refused_and_both_runs_are_named(
    house: House, monkeypatch: pytest.MonkeyPatch
):
    house.fetch(MAY)
    faster = house.rows(CANDLES, MAY).iloc[:700]
    store = MonthIngest.store

    def store_too_late(ingest: MonthIngest, *page: Any) -> None:
        house.store(CANDLES, MAY, faster)
        store(ingest, *page)

    monkeypatch.setattr(MonthIngest, "store", store_too_late)
    house.revise(faster["open_time"].iloc[0], volume=7.5)
    with pytest.raises(WriteConflict, match=r"2024-05 of table candles .* run by hand"):
        house.fetch(MAY, refetch=True)
    assert len(house.rows(CANDLES, MAY)) == 700
