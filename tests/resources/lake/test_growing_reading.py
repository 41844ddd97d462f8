"""Partitions that grow as readers see them: those of old, those of other columns, ends alone."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from traderai_assets.domain.chained_hash import is_chained
from traderai_assets.domain.content_hash import content_hash
from traderai_assets.domain.errors import CorruptPartition

BTC = "binance.BTC-USDT.5m"
ETH = "binance.ETH-USDT.5m"
MONTH = "2026-03"
KEY = (BTC, MONTH)


def test_what_was_stored_before_tables_grew_opens_and_keeps_its_hash_until_it_changes(
    lake, growing, publish, put, month, chunks, read, data_file
):
    publish(lake, MONTH, month(100))
    flat, file = content_hash("bars", BTC, MONTH, month(100)), data_file()
    pd.testing.assert_frame_equal(read(), month(100))
    again = put(month(100))
    assert (again.changed, again.healed, again.summaries[KEY].content_hash) == ((), (), flat)
    file.write_bytes(file.read_bytes()[:-20])
    healed = put(month(100), run="healer")
    assert (healed.healed, healed.summaries[KEY].content_hash) == ((KEY,), flat)
    pd.testing.assert_frame_equal(read(), month(100))
    changed = put(month(101))
    assert changed.changed == (KEY,)
    assert is_chained(changed.summaries[KEY].content_hash)
    assert len(chunks()) == 2
    pd.testing.assert_frame_equal(read(), month(101))
    assert lake.read_content(growing, BTC, MONTH, flat).equals(month(100))


def test_rows_since_a_time_are_those_of_all_and_only_their_files_are_read(
    in_chunks, lake, growing, put, month_of_bars, chunks, table_folder, paths
):
    put(month_of_bars("2026-04", rows=40), month="2026-04")
    snapshot, months = lake.snapshot(growing), [MONTH, "2026-04", "2026-05"]
    whole = snapshot.read(BTC, months)
    times = whole["open_time"]
    moments = [times.iloc[row].to_pydatetime() for row in (0, 1, 527, 650, 685, 689, 690, 729)]
    for since in [*moments, times.iloc[-1].to_pydatetime() + timedelta(milliseconds=1)]:
        for moment in (since, since - timedelta(microseconds=1), since + timedelta(seconds=1)):
            expected = whole[times >= moment].reset_index(drop=True)
            found = snapshot.read_since(BTC, months, moment)
            pd.testing.assert_frame_equal(found, expected)
    for path in paths(chunks()[:-1]):
        (table_folder / path).unlink()
    last = in_chunks.tail(chunks()[-1].rows)
    found = snapshot.read_since(BTC, [MONTH], last["open_time"].iloc[0].to_pydatetime())
    pd.testing.assert_frame_equal(found, last.reset_index(drop=True))
    with pytest.raises(CorruptPartition, match="not found"):
        snapshot.read(BTC, [MONTH])


def test_rows_since_a_time_of_tables_without_chunks_are_those_of_all(lake, bars, publish, month):
    publish(lake, MONTH, month(30))
    snapshot, since = lake.snapshot(bars), month(30)["open_time"].iloc[20].to_pydatetime()
    expected = month(30).iloc[20:].reset_index(drop=True)
    pd.testing.assert_frame_equal(snapshot.read_since(BTC, [MONTH], since), expected)
    untimed = replace(bars, key=("close",))
    with pytest.raises(ValueError, match="not ordered by time"):
        lake.snapshot(untimed).read_since(BTC, [MONTH], since)


def test_a_column_declared_later_is_null_in_chunks_before_it(in_chunks, lake, growing, chunks):
    from pandera.pandas import Column

    before = chunks()
    columns = {"vwap": Column(float, nullable=True), "paper": Column(bool, default=False)}
    frame = in_chunks.assign(vwap=np.nan, paper=False)
    for names in (["vwap"], ["vwap", "paper"]):
        wider = replace(growing, schema=growing.schema.add_columns({n: columns[n] for n in names}))
        rows = frame[list(wider.dtypes)]
        read = lake.snapshot(wider).read(BTC, [MONTH])
        pd.testing.assert_frame_equal(read, rows)
        lake.snapshot(wider).publish({KEY: rows}, run_id="r", code_version="1")
        pd.testing.assert_frame_equal(lake.snapshot(wider).read(BTC, [MONTH]), rows)
        # A default is a value: rows stored without it are others than those with it
        assert (chunks() == before) == (names == ["vwap"])
