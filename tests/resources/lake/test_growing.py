"""Partitions that grow: what a bar writes anew, and a hash that does not show how."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from traderai_assets.domain.chained_hash import chained_hash
from traderai_assets.domain.content_hash import EMPTY_HASH

BTC = "binance.BTC-USDT.5m"
ETH = "binance.ETH-USDT.5m"
MONTH = "2026-03"
KEY = (BTC, MONTH)


def hashed(frame):
    return chained_hash("bars", BTC, MONTH, frame, time="open_time").content_hash


def changed_at(frame, row):
    return frame.assign(close=frame["close"].where(np.arange(len(frame)) != row, 0.5))


@pytest.mark.usefixtures("in_chunks")
def test_an_appended_bar_leaves_older_files_in_place(put, month, chunks, read, paths):
    before = chunks()
    assert [chunk.rows for chunk in before] == [528, 120, 24, 18]
    published = put(month(691))
    assert published.changed == (KEY,)
    assert published.summaries[KEY] == replace(
        published.summaries[KEY], rows=691, content_hash=hashed(month(691))
    )
    assert chunks()[: len(before) - 1] == before[:-1]
    assert not set(paths(chunks())) & set(before[-1].paths)
    assert chunks()[-1].rows == 19
    pd.testing.assert_frame_equal(read(), month(691))


def test_the_hash_is_that_of_the_rows_however_they_came_to_be_stored(
    lake, growing, put, month, chunks
):
    rng = np.random.default_rng(3)
    at_random = np.sort(rng.choice(np.arange(1, 276), 6, replace=False))
    steps = {BTC: (216, 264, 276), ETH: (*at_random, 276), "binance.SOL-USDT.5m": (276,)}
    for market, ends in steps.items():
        for rows in ends:
            put(month(rows), market=market)
    for market in lake.snapshot(growing).markets():
        summary = lake.snapshot(growing).summary(market, MONTH)
        whole = chained_hash("bars", market, MONTH, month(276), time="open_time")
        assert (summary.rows, summary.content_hash) == (276, whole.content_hash)
        for chunk, end in zip(
            chunks((market, MONTH)),
            np.cumsum([chunk.rows for chunk in chunks((market, MONTH))]),
            strict=True,
        ):
            assert chunk.content_hash == whole.at(end)
    assert [chunk.rows for chunk in chunks()] == [204, 48, 24]
    assert [chunk.rows for chunk in chunks(("binance.SOL-USDT.5m", MONTH))] == [264, 12]


def test_600_bars_one_by_one_are_a_few_chunks_and_read_as_one(
    lake, growing, put, month, chunks, read
):
    snapshot = lake.snapshot(growing)
    for rows in range(1, 601):
        put(month(rows), snapshot=snapshot)
    assert 2 <= len(chunks()) <= 5
    assert chunks() == snapshot._state.stored[KEY].chunks
    assert lake.snapshot(growing).content_hash(*KEY) == hashed(month(600))
    pd.testing.assert_frame_equal(read(), month(600))


def test_publishing_the_same_rows_again_writes_nothing(in_chunks, lake, growing, put):
    version = lake.snapshot(growing).version
    again = put(in_chunks)
    assert (again.version, again.changed, again.healed) == (version, (), ())


def test_a_closed_month_is_one_chunk(put, month, chunks, read):
    put(month(31 * 288 - 1))
    assert len(chunks()) == 2
    put(month(31 * 288))
    assert len(chunks()) == 1
    pd.testing.assert_frame_equal(read(), month(31 * 288))


def test_a_change_deep_in_the_month_is_written_anew_from_there_on(put, month, chunks, read, paths):
    for rows in (800, 960):
        put(month(rows))
    before = chunks()
    assert [chunk.rows for chunk in before] == [792, 156, 12]
    changed = changed_at(month(960), 900)
    put(changed)
    assert chunks()[0] == before[0]
    assert not set(paths(before[1:])) & set(paths(chunks()))
    pd.testing.assert_frame_equal(read(), changed)
    put(changed_at(month(960), 0))
    assert not set(paths(before)) & set(paths(chunks()))


@pytest.mark.usefixtures("in_chunks")
@pytest.mark.parametrize("rows_of", [lambda ends: ends[-1] - 1, lambda ends: ends[1]])
def test_rows_that_are_removed_at_the_end_are_gone(put, month, chunks, read, rows_of):
    before = chunks()
    rows = rows_of(np.cumsum([chunk.rows for chunk in before]))
    put(month(rows))
    assert chunks()[0] == before[0]
    pd.testing.assert_frame_equal(read(), month(rows))
    put(month(rows + 1))
    pd.testing.assert_frame_equal(read(), month(rows + 1))


@pytest.mark.usefixtures("in_chunks")
def test_an_empty_frame_removes_all_chunks(lake, growing, put, month):
    assert put(month(0)).changed == (KEY,)
    snapshot = lake.snapshot(growing)
    assert (snapshot.markets(), snapshot.content_hash(*KEY)) == ([], EMPTY_HASH)
    assert len(snapshot.read(BTC, [MONTH])) == 0
    put(month(3))
    assert lake.snapshot(growing).summary(*KEY).rows == 3
