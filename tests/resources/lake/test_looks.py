"""A look loads a table again only where its log has changed, and notices all that opening does."""

import os
import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest

from resources.lake import looks
from traderai_assets.domain.errors import CorruptTable, WriteConflict
from traderai_assets.schemas.tables import ALL_MONTHS
from traderai_assets.schemas.verdict import VERDICTS

from .conftest import BTC, ETH, MONTH

LATER = "2026-04"


@pytest.fixture
def loads(monkeypatch):
    """Versions that looks loaded from a log, one by one."""
    found = []
    load = looks._load

    def noted(place, folder):
        loaded = load(place, folder)
        found.append(None if loaded is None else loaded.version)
        return loaded

    monkeypatch.setattr(looks, "_load", noted)
    return found


def test_an_unchanged_table_is_loaded_once_whoever_asks(lake, bars, publish, month_of_bars, loads):
    publish(lake, MONTH, month_of_bars(MONTH))
    again = type(lake)(**lake.model_dump())
    seen = [one.look(bars) for one in (lake, lake, again)]
    assert len(loads) == 1
    assert {one.content_hash(BTC, MONTH) for one in seen} == {
        lake.snapshot(bars).content_hash(BTC, MONTH)
    }
    assert len(seen[-1].read(BTC, [MONTH])) == 6


def test_every_publication_is_seen_by_the_next_look(lake, bars, publish, month_of_bars, loads):
    for rows in (1, 2, 3):
        publish(lake, MONTH, month_of_bars(MONTH, rows=rows))
        assert lake.look(bars).rows(BTC) == rows
    publish(lake, LATER, month_of_bars(LATER))
    assert lake.look(bars).months(BTC) == [MONTH, LATER]
    publish(lake, MONTH, month_of_bars(MONTH)[:0])
    assert lake.look(bars).months(BTC) == [LATER]
    assert len(loads) == 5


def test_a_commit_is_seen_where_the_clock_of_the_folder_stands(
    lake, bars, publish, month_of_bars, table_folder
):
    publish(lake, MONTH, month_of_bars(MONTH))
    log = table_folder / "_delta_log"
    stood = log.stat().st_mtime_ns
    assert lake.look(bars).months(BTC) == [MONTH]
    memory = (table_folder.parent.parent / "lake-versions" / "bars.json").read_bytes()
    publish(lake, LATER, month_of_bars(LATER))
    os.utime(log, ns=(stood, stood))
    (table_folder.parent.parent / "lake-versions" / "bars.json").write_bytes(memory)
    assert lake.look(bars).months(BTC) == [MONTH, LATER]


def test_a_table_that_nobody_has_written_is_looked_for_each_time(
    lake, bars, publish, month_of_bars, loads
):
    assert lake.look(bars).partitions() == []
    assert lake.look(VERDICTS).months(ALL_MONTHS) == []
    publish(lake, MONTH, month_of_bars(MONTH))
    assert lake.look(bars).months(BTC) == [MONTH]
    assert [version is None for version in loads] == [True, True, False]


def test_a_lost_table_is_not_looked_at_from_memory(
    lake, bars, publish, month_of_bars, table_folder
):
    publish(lake, MONTH, month_of_bars(MONTH))
    lake.look(bars)
    aside = table_folder.with_name("aside")
    table_folder.rename(aside)
    for _ in range(2):
        with pytest.raises(CorruptTable, match="is lost"):
            lake.look(bars)
    aside.rename(table_folder)
    assert lake.look(bars).months(BTC) == [MONTH]


def test_a_table_that_has_gone_back_is_noticed(lake, bars, publish, month_of_bars, table_folder):
    publish(lake, MONTH, month_of_bars(MONTH))
    copy = table_folder.with_name("copy")
    shutil.copytree(table_folder, copy)
    publish(lake, LATER, month_of_bars(LATER))
    assert lake.look(bars).months(BTC) == [MONTH, LATER]
    shutil.rmtree(table_folder)
    copy.rename(table_folder)
    with pytest.raises(CorruptTable, match="has gone back"):
        lake.look(bars)


def test_another_table_of_the_same_version_is_noticed(
    lake, bars, publish, month_of_bars, table_folder
):
    publish(lake, MONTH, month_of_bars(MONTH))
    lake.look(bars)
    other = type(lake)(root=f"{lake.root}-other")
    publish(other, MONTH, month_of_bars(MONTH, rows=2))
    shutil.rmtree(table_folder)
    shutil.copytree(f"{other.root}/bars", table_folder)
    with pytest.raises(CorruptTable, match="is another one than before"):
        lake.look(bars)


def test_what_one_look_publishes_is_not_in_another(lake, bars, publish, month_of_bars):
    publish(lake, MONTH, month_of_bars(MONTH))
    one, other = lake.look(bars), lake.look(bars)
    publish(lake, LATER, month_of_bars(LATER), snapshot=one)
    assert one.months(BTC) == [MONTH, LATER]
    assert other.months(BTC) == [MONTH]
    publish(lake, MONTH, month_of_bars(MONTH), market=ETH, snapshot=other)
    with pytest.raises(WriteConflict):
        publish(lake, LATER, month_of_bars(LATER, rows=1), snapshot=other)
    assert lake.look(bars).markets() == [BTC, ETH]


def test_looks_at_one_moment_wait_for_one_load(lake, bars, publish, month_of_bars, loads):
    publish(lake, MONTH, month_of_bars(MONTH))
    with ThreadPoolExecutor(8) as threads:
        seen = list(threads.map(lambda _: lake.look(bars).months(BTC), range(32)))
    assert seen == [[MONTH]] * 32
    assert len(loads) == 1


def test_only_so_many_tables_are_kept(lake, bars, monkeypatch):
    monkeypatch.setattr(looks, "_TABLES_KEPT", 3)
    for name in "abcdef":
        lake.look(bars.at(name))
    assert [path for _, path in looks._kept] == ["d/bars", "e/bars", "f/bars"]
