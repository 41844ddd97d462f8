import json

import pytest

from resources.lake.checkpoints import CHECKPOINT_WEIGHT
from traderai_assets.domain.errors import CorruptPartition

BTC = "binance.BTC-USDT.5m"
ETH = "binance.ETH-USDT.5m"


def flip(file, position):
    content = bytearray(file.read_bytes())
    content[position] ^= 0b0000_0100
    file.write_bytes(content)


def test_a_checkpoint_with_a_flipped_bit_is_named(stored, bars, table_folder, fold):
    folded = fold(stored)
    checkpoint = table_folder / "_delta_log" / f"{folded:020d}.checkpoint.parquet"
    whole = checkpoint.read_bytes()
    for position in range(0, len(whole), len(whole) // 40):
        checkpoint.write_bytes(whole)
        flip(checkpoint, position)
        with pytest.raises(CorruptPartition, match=r"/bars/_delta_log/|table bars"):
            stored.snapshot(bars)
    checkpoint.write_bytes(whole)
    assert len(stored.snapshot(bars).read(BTC, ["2026-03"])) == 6


def test_what_a_checkpoint_holds_stays_checked_when_its_commits_are_gone(
    stored, bars, table_folder, month_of_bars, publish, fold
):
    folded = fold(stored)
    for version in range(folded):
        (table_folder / "_delta_log" / f"{version:020d}.json").unlink()
    snapshot = stored.snapshot(bars)
    assert snapshot.summary(BTC, "2026-03").rows == 6
    publish(stored, "2026-03", month_of_bars("2026-03", rows=8), snapshot=snapshot)
    assert len(stored.snapshot(bars).read(BTC, ["2026-03"])) == 8


def test_a_lost_or_wrong_hint_at_the_newest_checkpoint_costs_nothing(
    stored, bars, table_folder, fold
):
    fold(stored)
    hint = table_folder / "_delta_log" / "_last_checkpoint"
    hint.unlink()
    assert len(stored.snapshot(bars).read(BTC, ["2026-03"])) == 6


def log_entry(tmp_path, version):
    path = tmp_path / "lake" / "bars" / "_delta_log" / f"{version:020d}.json"
    first_line = path.read_text().splitlines()[0]
    return json.loads(json.loads(first_line)["commitInfo"]["traderai"])


def test_a_long_log_is_folded_into_checkpoints_that_the_next_commits_seal(
    lake, bars, month_of_bars, publish, tmp_path
):
    snapshot = lake.snapshot(bars)
    commits = CHECKPOINT_WEIGHT // 11 + 2
    for number in range(1, commits + 1):
        publish(lake, "2026-03", month_of_bars("2026-03", first_close=number), snapshot=snapshot)
    (checkpoint,) = (tmp_path / "lake" / "bars" / "_delta_log").glob("*.checkpoint.parquet")
    folded = int(checkpoint.name.partition(".")[0])
    assert log_entry(tmp_path, folded)["checkpoint"] is None
    version, digest = log_entry(tmp_path, folded + 1)["checkpoint"]
    assert (version, len(digest)) == (folded, 32)
    assert lake.snapshot(bars).read(BTC, ["2026-03"])["close"].iloc[0] == commits
