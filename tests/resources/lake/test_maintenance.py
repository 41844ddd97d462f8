import os
import time
from datetime import timedelta

import pytest

from resources.lake import maintenance, publishing
from traderai_assets.domain.errors import CorruptPartition, InvalidSettings, LakeError

BTC = "binance.BTC-USDT.5m"
HOUR = timedelta(hours=1)


@pytest.fixture
def keep_nothing(monkeypatch):
    monkeypatch.setattr(maintenance, "SHORTEST_KEEP", timedelta(0))
    return timedelta(0)


def aged(path, hours):
    moment = time.time() - 3600 * hours
    os.utime(path, (moment, moment))


def test_what_was_replaced_is_kept_for_a_while_and_then_removed(
    lake, bars, month_of_bars, publish, table_folder, monkeypatch
):
    for rows in (1, 2, 3):
        publish(lake, "2026-03", month_of_bars("2026-03", rows=rows))
    assert lake.maintain(bars, keep=HOUR).files_removed == 0
    assert len(lake.snapshot(bars, version=1).read(BTC, ["2026-03"])) == 1
    monkeypatch.setattr(maintenance, "SHORTEST_KEEP", timedelta(0))
    assert lake.maintain(bars, keep=timedelta(0)).files_removed == 2
    assert len(list(table_folder.rglob("*.parquet"))) == 1 + 2  # The rows and two checkpoints
    assert len(lake.snapshot(bars).read(BTC, ["2026-03"])) == 3
    with pytest.raises(CorruptPartition, match="not found"):
        lake.snapshot(bars, version=1).read(BTC, ["2026-03"])
    assert lake.maintain(bars, keep=timedelta(0)).files_removed == 0


def test_what_killed_writers_left_behind_is_swept_up_once_it_is_old(
    lake, bars, month_of_bars, publish, table_folder
):
    publish(lake, "2026-03", month_of_bars("2026-03"))
    folder = table_folder / f"market={BTC}" / "month=2026-03" / f"content_hash={'0' * 31}1"
    folder.mkdir()
    orphan, staged = folder / "part-0.zstd.parquet", folder / "part-1.zstd.parquet#1"
    staged_commit = table_folder / "_delta_log" / f"{2:020d}.json#1"
    for file in (orphan, staged, staged_commit):
        file.write_bytes(b"half a file")
    fresh = lake.maintain(bars, keep=2 * HOUR)
    assert (fresh.files_removed, fresh.leftovers_removed) == (0, 0)
    for file in (orphan, staged, staged_commit, folder):
        aged(file, hours=3)
    swept = lake.maintain(bars, keep=2 * HOUR)
    assert (swept.files_removed, swept.leftovers_removed) == (1, 2)
    aged(folder, hours=3)
    assert lake.maintain(bars, keep=2 * HOUR).leftovers_removed == 1
    assert not folder.exists()
    assert len(lake.snapshot(bars).read(BTC, ["2026-03"])) == 6


def test_maintenance_leaves_a_sealed_checkpoint_and_shortens_an_old_log(
    lake, bars, month_of_bars, publish, table_folder
):
    for rows in (1, 2, 3):
        publish(lake, "2026-03", month_of_bars("2026-03", rows=rows))
    log = table_folder / "_delta_log"
    for commit in log.glob("*.json"):
        aged(commit, hours=24 * 31)
    report = lake.maintain(bars, keep=HOUR)
    assert (report.checkpoint_version, report.log_files_removed) == (3, 3)
    assert (log / f"{3:020d}.checkpoint.parquet").exists()
    snapshot = lake.snapshot(bars)
    assert snapshot.version == 4
    assert len(snapshot.read(BTC, ["2026-03"])) == 3
    assert [entry.version for entry in lake.history(bars, BTC, "2026-03")] == [3]
    publish(lake, "2026-03", month_of_bars("2026-03", rows=4), snapshot=snapshot)


def test_a_run_that_began_before_maintenance_may_still_publish(
    lake, bars, month_of_bars, publish, keep_nothing
):
    publish(lake, "2026-03", month_of_bars("2026-03"))
    running = lake.snapshot(bars)
    lake.maintain(bars, keep=keep_nothing)
    publish(lake, "2026-04", month_of_bars("2026-04"), snapshot=running)
    publish(lake, "2026-03", month_of_bars("2026-03", rows=7), snapshot=running)
    assert len(lake.snapshot(bars).read(BTC, ["2026-03", "2026-04"])) == 13


def test_a_run_older_than_the_log_cannot_publish(lake, bars, month_of_bars, publish, table_folder):
    zombie = lake.snapshot(bars)
    publish(lake, "2026-03", month_of_bars("2026-03"))
    lake.maintain(bars, keep=HOUR)
    for version in (0, 1):
        (table_folder / "_delta_log" / f"{version:020d}.json").unlink()
    with pytest.raises(LakeError):
        publish(lake, "2026-03", month_of_bars("2026-03", rows=9), snapshot=zombie)
    assert lake.snapshot(bars).summary(BTC, "2026-03").rows == 6


def test_a_table_nobody_writes_to_may_be_maintained_again_and_again(
    lake, bars, month_of_bars, publish
):
    publish(lake, "2026-03", month_of_bars("2026-03"))
    for _ in range(3):
        lake.maintain(bars, keep=HOUR)
    assert len(lake.snapshot(bars).read(BTC, ["2026-03"])) == 6


@pytest.mark.parametrize("keep", [timedelta(minutes=59), timedelta(days=8), timedelta(days=-1)])
def test_a_time_to_keep_that_a_run_or_the_log_does_not_allow_is_refused(lake, bars, keep):
    with pytest.raises(InvalidSettings, match=r"expected 1:00:00 to 7 days"):
        lake.maintain(bars, keep=keep)


@pytest.mark.parametrize(("old", "new"), [("run-1", "run-2"), ('{"add":', '{"bdd":')])
def test_damage_is_not_folded_into_a_checkpoint(
    lake, bars, month_of_bars, publish, table_folder, old, new
):
    publish(lake, "2026-03", month_of_bars("2026-03"))
    commit = table_folder / "_delta_log" / f"{1:020d}.json"
    commit.write_text(commit.read_text().replace(old, new))
    with pytest.raises(CorruptPartition):
        lake.maintain(bars, keep=HOUR)
    assert not list(table_folder.rglob("*.checkpoint.parquet"))


def test_a_long_log_with_damage_in_it_waits_for_its_healing(
    lake, bars, month_of_bars, publish, table_folder, monkeypatch
):
    monkeypatch.setattr(publishing, "CHECKPOINT_WEIGHT", 15)
    publish(lake, "2026-03", month_of_bars("2026-03"))
    commit = table_folder / "_delta_log" / f"{1:020d}.json"
    commit.write_text(commit.read_text().replace('{"add":', '{"bdd":'))
    for rows in (1, 2):
        publish(lake, "2026-04", month_of_bars("2026-04", rows=rows))
    assert not list(table_folder.rglob("*.checkpoint.parquet"))
    publish(lake, "2026-03", month_of_bars("2026-03"))
    publish(lake, "2026-04", month_of_bars("2026-04", rows=3))
    assert list(table_folder.rglob("*.checkpoint.parquet"))
    assert len(lake.snapshot(bars).read(BTC, ["2026-03", "2026-04"])) == 9
