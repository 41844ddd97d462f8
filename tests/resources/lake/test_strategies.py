"""Tables of strategies: each has its own under one root, and shared ones are where they are."""

import shutil
from dataclasses import replace
from datetime import timedelta

import pytest

from resources.lake.resource import LakeResource
from traderai_assets.domain.errors import CorruptTable
from traderai_assets.domain.strategies.strategy import DEFAULT, Strategy

BTC = "binance.BTC-USDT.5m"
FAST = Strategy("fast", labels_folder="12_bars_1")
SLOW = Strategy("slow", labels_folder="12_bars_1")


@pytest.fixture
def own(bars):
    return replace(bars, name="models", of_strategy=True)


@pytest.fixture
def put(month_of_bars):
    def make(lake, table, rows):
        frame = month_of_bars("2026-03", rows=rows)
        return lake.snapshot(table).publish(
            {(BTC, "2026-03"): frame}, run_id="run-1", code_version="1"
        )

    return make


def rows(lake, table):
    return lake.snapshot(table).rows(BTC)


def test_each_strategy_has_a_table_of_its_own_below_the_root(lake, own, put, tmp_path):
    put(lake.of(FAST), own, 3)
    put(lake.of(SLOW), own, 5)
    assert [rows(lake.of(one), own) for one in (FAST, SLOW)] == [3, 5]
    assert rows(lake, own) == 0
    assert sorted(path.name for path in (tmp_path / "lake").iterdir()) == ["fast", "slow"]
    assert (tmp_path / "lake" / "fast" / "models" / "_delta_log").is_dir()
    assert lake.remembered() == ["fast/models", "slow/models"]
    assert lake.of(FAST).snapshot(own).table.path == "fast/models"
    assert rows(lake, own.at("slow")) == 5


def test_a_lake_of_one_strategy_gives_that_of_any_other(lake, own, put):
    put(lake.of(Strategy(DEFAULT)), own, 2)
    put(lake.of(FAST), own, 3)
    of_slow = lake.of(SLOW)
    assert [rows(of_slow.of(one), own) for one in (Strategy(DEFAULT), FAST)] == [2, 3]
    assert of_slow.of(Strategy(DEFAULT)).snapshot(own).table.path == "models"


def test_the_same_rows_hash_alike_whose_table_they_are_in(lake, own, put):
    hashes = set()
    for one in (FAST, SLOW):
        put(lake.of(one), own, 4)
        hashes.add(lake.of(one).snapshot(own).content_hash(BTC, "2026-03"))
    assert len(hashes) == 1


def test_a_shared_table_is_one_and_so_are_all_of_the_strategy_without_a_name(
    lake, own, bars, put, tmp_path
):
    put(lake.of(FAST), bars, 3)
    put(lake.of(Strategy(DEFAULT)), own, 2)
    assert rows(lake.of(SLOW), bars) == rows(lake, bars) == 3
    assert rows(lake, own) == 2
    assert sorted(path.name for path in (tmp_path / "lake").iterdir()) == ["bars", "models"]


def test_strategies_that_label_alike_share_the_table_of_labels(lake, bars, put, tmp_path):
    labels = replace(bars, name="labels", of_strategy=True)
    put(lake.of(FAST), labels, 3)
    assert rows(lake.of(SLOW), labels) == 3
    assert (tmp_path / "lake" / "12_bars_1" / "labels").is_dir()


def test_history_content_and_maintenance_are_the_strategys(lake, own, put):
    put(lake.of(FAST), own, 3)
    put(lake.of(FAST), own, 4)
    fast = lake.of(FAST)
    newest, first = fast.history(own, BTC, "2026-03")
    assert (newest.summary.rows, first.summary.rows) == (4, 3)
    assert len(fast.read_content(own, BTC, "2026-03", first.summary.content_hash)) == 3
    assert lake.of(SLOW).history(own, BTC, "2026-03") == []
    assert fast.maintain(own, keep=timedelta(days=3)).checkpoint_version == 2
    assert fast.missing_files(own) == []


def test_a_strategys_table_that_is_gone_is_lost_by_its_path(lake, own, put, tmp_path):
    put(lake.of(FAST), own, 3)
    put(lake.of(SLOW), own, 3)
    shutil.rmtree(tmp_path / "lake" / "fast")
    with pytest.raises(
        CorruptTable, match=r"table fast/models is lost: .*accept fast/models --gon"
    ):
        lake.of(FAST).snapshot(own)
    assert lake.of(FAST).place(own).accept(gone=True) is None
    assert rows(lake.of(FAST), own) == 0
    assert rows(lake.of(SLOW), own) == 3


def test_where_the_whole_lake_is_gone_no_strategy_begins_anew(lake, own, put, tmp_path):
    put(lake.of(FAST), own, 3)
    shutil.rmtree(tmp_path / "lake")
    with pytest.raises(CorruptTable, match=r"the lake .* is lost"):
        lake.of(SLOW).snapshot(own)


def test_a_lake_with_a_memory_elsewhere_keeps_it(tmp_path, own, put):
    lake = LakeResource(root=str(tmp_path / "lake"), versions=str(tmp_path / "seen"))
    put(lake.of(FAST), own, 3)
    assert (tmp_path / "seen" / "fast" / "models.json").is_file()
