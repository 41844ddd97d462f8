import random
from datetime import timedelta

import pytest

from traderai_assets.domain.errors import LakeError

MARKETS = ("binance.BTC-USDT.5m", "binance.ETH-USDT.5m")
MONTHS = ("2026-01", "2026-02", "2026-03")


@pytest.fixture
def stored(lake, writer):
    """Two markets by three months, in part replaced and removed, before and after a checkpoint."""

    def publish(seed, *keys, count=300):
        frames = {key: writer.rows(key[1], seed, count=count) for key in keys}
        lake.snapshot(writer.TABLE).publish(frames, run_id=f"run-{seed}", code_version="1")

    publish(1, *((market, month) for market in MARKETS for month in MONTHS))
    publish(2, (MARKETS[0], "2026-01"))
    publish(3, (MARKETS[1], "2026-03"), count=0)
    lake.maintain(writer.TABLE, keep=timedelta(hours=1))
    publish(4, (MARKETS[0], "2026-02"), (MARKETS[1], "2026-02"))
    publish(5, (MARKETS[1], "2026-03"))
    publish(6, (MARKETS[0], "2026-03"), count=0)
    return lake


def everything(lake, table):
    """Every value that a reader can ask the lake for."""
    snapshot = lake.snapshot(table)
    values = {"markets": snapshot.markets()}
    for market in MARKETS:
        values[market] = snapshot.content_hashes(market)
        for month in MONTHS:
            values[market, month] = snapshot.summary(market, month)
        values[market, "rows"] = snapshot.read(market, MONTHS).to_dict("list")
    return values


@pytest.mark.parametrize("flips", [60, pytest.param(1_000, marks=pytest.mark.torture)])
def test_a_flipped_bit_in_any_stored_file_is_found_or_changes_nothing(
    stored, root, writer, flips, tell
):
    chance = random.Random(flips)
    files: dict[str, list] = {"data": [], "commit": [], "checkpoint": [], "hint": []}
    for file in sorted(path for path in root.rglob("*") if path.is_file()):
        files[kind_of(file)].append(file)
    expected = everything(stored, writer.TABLE)
    tally = {"found": 0, "harmless": 0}
    for _ in range(flips):
        file = chance.choice(files[chance.choice(list(files))])
        whole = file.read_bytes()
        flipped = bytearray(whole)
        position, bit = chance.randrange(len(whole)), chance.randrange(8)
        flipped[position] ^= 1 << bit
        file.write_bytes(flipped)
        try:
            same = everything(stored, writer.TABLE) == expected
        except LakeError:
            tally["found"] += 1
        else:
            assert same, f"bit {bit} of byte {position} of {file} went unnoticed"
            tally["harmless"] += 1
        file.write_bytes(whole)
    assert everything(stored, writer.TABLE) == expected
    counts = {kind: len(of_kind) for kind, of_kind in files.items()}
    tell(f"{flips} flipped bits, of every kind of file as many ({counts}): {tally}, 0 unnoticed")
    assert tally["found"] > flips // 4


def kind_of(file):
    if file.name.endswith(".checkpoint.parquet"):
        return "checkpoint"
    return {".json": "commit", ".parquet": "data"}.get(file.suffix, "hint")
