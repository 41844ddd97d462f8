"""Reset: what is asked for goes whole, the home opens clean, and what refers goes first or not."""

import shutil

import dagster as dg
import pandas as pd
import pytest

from tests.registry.hand_made import BTC, MARCH, NOON, ONE, desk_at, put, rows_of, store_models
from traderai_assets.domain.errors import CorruptTable, InvalidInput
from traderai_assets.domain.markets import Market
from traderai_assets.registry.reset import (
    ALL_PARTS,
    PARTS,
    refuse_reset,
    reset,
    tables_going,
    what_goes,
)
from traderai_assets.schemas.catalogue import TABLES
from traderai_assets.schemas.models import MODELS
from traderai_assets.schemas.predictions import PREDICTIONS
from traderai_assets.strategies import tables_of

ETH = Market("binance", "ETH/USDT", "1h")


@pytest.fixture
def desk(tmp_path):
    with dg.DagsterInstance.ephemeral() as instance:
        found = desk_at(tmp_path, instance)
        store_models(found, ONE)
        at = [pd.Timestamp(NOON)]
        put(found, PREDICTIONS, rows_of(PREDICTIONS, model_id=[ONE], open_time=at))
        yield found


def rows(desk, table):
    return len(desk.lake.snapshot(table).read(BTC, [MARCH]))


def test_a_part_goes_with_its_files_and_the_home_opens_clean(desk):
    [going] = [one for one in what_goes(desk, ["signals"], None) if one.rows]
    assert (going.what, going.rows) == ("predictions", 1)
    assert going.files >= 2
    reset(desk, ["signals"], None)
    assert rows(desk, PREDICTIONS) == 0
    assert desk.lake.remembered() == ["backtest_metrics", "models", "out_of_sample"]
    assert not (desk.settings.home / "lake" / "predictions").exists()
    assert rows(desk, MODELS) == 1


def test_models_do_not_go_while_rows_that_stay_refer_to_them(desk):
    with pytest.raises(InvalidInput, match=r"predictions \(1 rows\); reset --signals"):
        refuse_reset(desk, ["registry"], None)
    reset(desk, ["signals", "registry"], None)
    assert desk.lake.remembered() == []
    assert not list((desk.settings.home / "studies").iterdir())


def test_everything_leaves_a_home_in_which_all_tables_are_empty_and_none_is_lost(desk):
    reset(desk, [part for part in ALL_PARTS if part != "jobs"], None)
    for table in tables_of(desk.settings):
        assert desk.lake.snapshot(table).partitions() == []
    store_models(desk, ONE)
    assert rows(desk, MODELS) == 1


def test_of_a_market_only_its_own_rows_go(desk):
    frame = desk.lake.snapshot(PREDICTIONS).read(BTC, [MARCH])
    desk.lake.snapshot(PREDICTIONS).publish(
        {(ETH.key, MARCH.key): frame}, run_id="t", code_version="1"
    )
    reset(desk, ["signals"], BTC)
    assert rows(desk, PREDICTIONS) == 0
    assert len(desk.lake.snapshot(PREDICTIONS).read(ETH, [MARCH])) == 1
    with pytest.raises(InvalidInput, match="runs are not kept by market"):
        refuse_reset(desk, ["jobs"], BTC)


@pytest.mark.parametrize("step", ["moved", "told", "half deleted"])
def test_killed_in_the_middle_it_is_healed_by_doing_it_again(desk, monkeypatch, step):
    class Killed(BaseException):
        pass

    place = desk.lake.place(PREDICTIONS)
    accept = type(place.memory).accept

    def die(memory, *told):
        if told and told[0] != PREDICTIONS.name:  # Others were never written, and are told first
            return accept(memory, *told)
        raise Killed

    with monkeypatch.context() as patched:
        if step == "moved":
            patched.setattr(type(place.memory), "accept", die)
        elif step == "told":
            patched.setattr(shutil, "rmtree", die)
        else:

            def half(folder):
                next(folder.rglob("*.parquet")).unlink()
                raise Killed

            patched.setattr(shutil, "rmtree", half)
        with pytest.raises(Killed):
            reset(desk, ["signals"], None)
    if step == "moved":
        with pytest.raises(CorruptTable, match="predictions is lost"):
            rows(desk, PREDICTIONS)
    reset(desk, ["signals"], None)
    assert rows(desk, PREDICTIONS) == 0
    assert not list((desk.settings.home / "lake-going").glob("*/_delta_log"))


def test_every_table_has_a_part_or_goes_with_all_of_them(desk):
    named = [table for tables in PARTS.values() for table in tables]
    assert len(named) == len(set(named))
    assert {table.name for table in tables_going(desk, ["tables"])} == {t.name for t in TABLES}


def test_a_run_that_waits_is_named_with_the_way_out(desk):
    @dg.op
    def nothing():
        return None

    @dg.job
    def train():
        nothing()

    run = desk.instance.create_run_for_job(train)
    with pytest.raises(InvalidInput, match=f"train {run.run_id[:8]}: end that with"):
        refuse_reset(desk, ["drift"], None)
