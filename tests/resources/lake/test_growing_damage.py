"""Chunks: damage in any of them is noticed, upkeep leaves them as they are."""

from datetime import timedelta

import pandas as pd
import pytest

from resources.lake import maintenance
from traderai_assets.domain.errors import CorruptPartition, InvalidRows

BTC = "binance.BTC-USDT.5m"
ETH = "binance.ETH-USDT.5m"
MONTH = "2026-03"
KEY = (BTC, MONTH)


def test_a_value_changed_in_any_chunk_is_noticed_and_mended_by_one_run(
    in_chunks, put, chunks, read, table_folder
):
    for place in range(4):
        [path] = chunks()[place].paths
        file = table_folder / path
        rows = pd.read_parquet(file, columns=["open_time", "close", "volume"], partitioning=None)
        rows.assign(close=rows["close"] * 2).to_parquet(file, index=False)
        with pytest.raises(CorruptPartition, match=rf"{file.name}: the values have content hash"):
            read()
        healed = put(in_chunks, run="healer")
        assert (healed.changed, healed.healed) == ((), (KEY,))
        pd.testing.assert_frame_equal(read(), in_chunks)
        for end in (540, 660, 684, 690):
            put(in_chunks.iloc[:end])


@pytest.mark.usefixtures("in_chunks")
def test_a_chunk_in_another_ones_place_is_noticed(chunks, read, table_folder):
    [last], [before] = chunks()[-1].paths, chunks()[-2].paths
    (table_folder / last).write_bytes((table_folder / before).read_bytes())
    with pytest.raises(CorruptPartition, match="the values have content hash"):
        read()


def test_a_chunk_that_the_log_lost_or_did_not_remove_is_noticed(
    in_chunks, lake, growing, put, edit_commit, read
):
    version = lake.snapshot(growing).version
    edit_commit(version, '{"remove":', '{"semove":')
    with pytest.raises(CorruptPartition, match="2026-03 of table bars was published as"):
        read()
    edit_commit(version, '{"semove":', '{"remove":')
    edit_commit(version, '{"add":', '{"bdd":')
    with pytest.raises(CorruptPartition, match="2026-03 of table bars was published as"):
        read()
    put(in_chunks, run="healer")
    pd.testing.assert_frame_equal(read(), in_chunks)


@pytest.mark.usefixtures("in_chunks")
def test_a_table_that_does_not_grow_takes_no_two_hashes(lake, bars, growing):
    with pytest.raises(CorruptPartition, match="holds both c"):
        lake.snapshot(bars).read(BTC, [MONTH])
    assert len(lake.snapshot(growing).read(BTC, [MONTH])) == 690


@pytest.mark.usefixtures("in_chunks")
def test_only_rows_that_are_written_are_checked_and_those_all(put, month, read):
    for row in (689, 690):
        with pytest.raises(InvalidRows, match=rf"close: -1\.0 at .* \(row {row}\) breaks"):
            put(month(691).assign(close=lambda f, r=row: f["close"].where(f.index != r, -1.0)))
    with pytest.raises(InvalidRows, match="column close: -1"):
        put(month(691).assign(close=-1.0))
    with pytest.raises(InvalidRows, match="more than one row has open_time"):
        put(pd.concat([month(691), month(1)]))
    with pytest.raises(InvalidRows, match="dtype is object"):
        put(month(691).astype({"close": object}))
    put(month(691).iloc[::-1])
    pd.testing.assert_frame_equal(read(), month(691))


def test_chunks_survive_checkpoints_maintenance_and_another_tools_compaction(
    in_chunks, lake, growing, put, month, chunks, read, table_folder, monkeypatch, paths
):
    from deltalake import DeltaTable

    monkeypatch.setattr(maintenance, "SHORTEST_KEEP", timedelta(0))
    before = chunks()
    report = lake.maintain(growing, keep=timedelta(0))
    assert report.files_removed > 0
    assert chunks() == before
    assert lake.missing_files(growing) == []
    pd.testing.assert_frame_equal(read(), in_chunks)
    DeltaTable(table_folder).optimize.compact()
    assert [chunk.content_hash for chunk in chunks()] == [chunk.content_hash for chunk in before]
    put(month(691))
    assert paths(chunks())[:2] == paths(before)[:2]
    lake.maintain(growing, keep=timedelta(0))
    pd.testing.assert_frame_equal(read(), month(691))
