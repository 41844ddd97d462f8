"""Rows of the past are read by their content hash, as long as their files are kept."""

import pandas as pd
import pytest

from traderai_assets.domain.content_hash import EMPTY_HASH
from traderai_assets.domain.errors import LakeError

BTC = "binance.BTC-USDT.5m"
MARCH = "2026-03"


@pytest.fixture
def hashes(lake, bars, month_of_bars, publish):
    """Content hashes of three publications of March, the first and the last the same."""
    for close in (1.0, 2.0, 1.0):
        publish(lake, MARCH, month_of_bars(MARCH, first_close=close))
    told = lake.history(bars, BTC, MARCH)
    return [one.summary.content_hash for one in reversed(told)]


def test_what_is_stored_and_what_was_stored_are_read_by_hash(lake, bars, month_of_bars, hashes):
    assert hashes[0] == hashes[2] != hashes[1]
    for content_hash, close in zip(hashes, (1.0, 2.0, 1.0), strict=True):
        found = lake.read_content(bars, BTC, MARCH, content_hash)
        pd.testing.assert_frame_equal(found, month_of_bars(MARCH, first_close=close))


def test_the_hash_of_nothing_gives_no_rows(lake, bars):
    assert len(lake.read_content(bars, BTC, MARCH, EMPTY_HASH)) == 0


def test_what_was_never_stored_is_named(lake, bars, hashes):
    message = rf"bars of {BTC} {MARCH} with content hash {hashes[0][::-1]} is no longer stored"
    with pytest.raises(LakeError, match=message):
        lake.read_content(bars, BTC, MARCH, hashes[0][::-1])


def test_what_was_vacuumed_is_named_with_the_version_that_had_it(lake, bars, hashes, table_folder):
    [gone] = table_folder.rglob(f"content_hash={hashes[1]}/*.parquet")
    gone.unlink()
    with pytest.raises(LakeError, match=r"\(version 2 of the table had it: .*backup of that time"):
        lake.read_content(bars, BTC, MARCH, hashes[1])
    assert len(lake.read_content(bars, BTC, MARCH, hashes[0])) == 6
