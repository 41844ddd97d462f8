import shutil
from dataclasses import replace

import pytest

from traderai_assets.domain.errors import CorruptPartition
from traderai_assets.schemas.catalogue import TABLES

BTC = "binance.BTC-USDT.5m"
ETH = "binance.ETH-USDT.5m"


def flip(file, position):
    content = bytearray(file.read_bytes())
    content[position] ^= 0b0000_0100
    file.write_bytes(content)


@pytest.mark.parametrize(
    "damage",
    [
        lambda file: flip(file, 60),  # Among the times, which come first
        lambda file: flip(file, file.stat().st_size - 5),
        lambda file: file.write_bytes(file.read_bytes()[:-20]),
        lambda file: file.write_bytes(b""),
        lambda file: file.unlink(),
    ],
    ids=["flipped value", "flipped footer", "truncated", "empty", "gone"],
)
def test_a_damaged_data_file_is_named_before_a_value_is_seen_and_healed_by_one_run(
    stored, bars, month_of_bars, publish, damage, data_file
):
    file = data_file()
    damage(file)
    snapshot = stored.snapshot(bars)
    message = rf"partition {BTC} 2026-03 of table bars, files .*{file.name}.*materialize"
    with pytest.raises(CorruptPartition, match=message):
        snapshot.read(BTC, ["2026-04", "2026-03"])
    assert len(snapshot.read(ETH, ["2026-03"])) == 4
    healed = publish(stored, "2026-03", month_of_bars("2026-03"), run="healer")
    assert (healed.changed, healed.healed) == ((), ((BTC, "2026-03"),))
    assert len(stored.snapshot(bars).read(BTC, ["2026-03"])) == 6


def test_a_file_swapped_for_that_of_another_partition_is_found(stored, bars, data_file):
    shutil.copy(data_file(market=ETH), data_file(market=BTC))
    with pytest.raises(CorruptPartition, match="the values have content hash"):
        stored.snapshot(bars).read(BTC, ["2026-03"])


def test_a_file_swapped_for_an_older_version_of_itself_is_found(
    lake, bars, month_of_bars, publish, table_folder, data_file
):
    publish(lake, "2026-03", month_of_bars("2026-03"))
    older = data_file().read_bytes()
    publish(lake, "2026-03", month_of_bars("2026-03", first_close=2.0))
    for file in table_folder.rglob("*.parquet"):
        file.write_bytes(older)
    with pytest.raises(CorruptPartition, match="the values have content hash"):
        lake.snapshot(bars).read(BTC, ["2026-03"])


def test_any_interrupt_passes_and_a_panic_of_the_readers_does_not(stored, bars, monkeypatch):
    import pyarrow.parquet as pq

    class PanicException(BaseException):
        """What pyo3 raises, by name."""

    for raised, expected in ((PanicException, CorruptPartition), (KeyboardInterrupt,) * 2):

        def failing(*_, raised=raised):
            raise raised("index out of bounds")

        monkeypatch.setattr(pq, "ParquetFile", failing)
        with pytest.raises(expected):
            stored.snapshot(bars).read(BTC, ["2026-03"])


def test_a_table_that_keeps_history_is_restored_and_never_made_again(
    lake, bars, month_of_bars, tmp_path
):
    history = replace(bars, keeps_history=True)
    frames = {(BTC, "2026-03"): month_of_bars("2026-03")}
    lake.snapshot(history).publish(frames, run_id="r", code_version="1")
    [file] = (tmp_path / "lake" / "bars").rglob("*.parquet")
    flip(file, 60)
    with pytest.raises(CorruptPartition, match="restore the table's folder from a backup"):
        lake.snapshot(history).read(BTC, ["2026-03"])
    with pytest.raises(CorruptPartition, match=r"materialize the partition again$"):
        lake.snapshot(bars).read(BTC, ["2026-03"])


def test_tables_that_no_run_can_make_again_say_so():
    assert {table.name for table in TABLES if table.keeps_history} == {
        "candle_imports",
        "champions",
        "drift_metrics",
        "looks",
        "model_deletions",
        "model_notes",
        "models",
        "price_decisions",
        "out_of_sample",
        "predictions",
        "record",
        "signals",
        "state_changes",
        "strategies",
        "verdict",
        "vetoes",
    }
