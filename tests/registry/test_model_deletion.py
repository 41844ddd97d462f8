"""A model that nothing refers to goes with all that is its own, or stays with all of it."""

import multiprocessing
import os
import shutil
import sys
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest

from tests.registry.hand_made import (
    BTC,
    MARCH,
    NOON,
    ONE,
    THREE,
    TWO,
    desk_at,
    put,
    rows_of,
    store_models,
    stored,
    traces,
)
from traderai_assets.domain.errors import InvalidInput
from traderai_assets.registry import model_deletion
from traderai_assets.registry.model_deletion import (
    delete_models,
    finish_all_deletions,
    unfinished_deletions,
)
from traderai_assets.registry.model_keeping import beyond_last
from traderai_assets.registry.model_list import model_card
from traderai_assets.registry.model_notes import note_model
from traderai_assets.registry.references import references
from traderai_assets.schemas.model_deletions import MODEL_DELETIONS
from traderai_assets.schemas.predictions import PREDICTIONS
from traderai_assets.strategies import strategies_of

_KILLED = 137
_OURS = ("resources/lake/", "resources/studies/", "registry/model_deletion", "registry/desk")


@pytest.fixture
def desk(tmp_path):
    with dg.DagsterInstance.ephemeral() as instance:
        found = desk_at(tmp_path, instance)
        store_models(found, ONE, TWO)
        yield found


def signalled(desk, model_id):
    at = [pd.Timestamp(NOON)]
    put(desk, PREDICTIONS, rows_of(PREDICTIONS, model_id=[model_id], open_time=at))


def test_the_last_model_of_a_month_takes_what_stood_beside_it(desk):
    assert delete_models(desk, [stored(desk, TWO)]) == [TWO]
    left = {"models": [ONE], "out_of_sample": 0, "backtest_metrics": 0, "searched": True}
    assert traces(desk) == left
    delete_models(desk, [stored(desk, ONE)])
    assert traces(desk) == left | {"models": [], "searched": False}


def test_an_earlier_one_leaves_what_is_the_last_ones(desk):
    delete_models(desk, [stored(desk, ONE)])
    whole = {"models": [TWO], "out_of_sample": 1, "backtest_metrics": 1, "searched": True}
    assert traces(desk) == whole


def test_who_when_and_why_is_kept_in_the_table_and_in_the_event_log(desk):
    delete_models(desk, [stored(desk, TWO)])
    steps = desk.lake.snapshot(MODEL_DELETIONS).read(BTC, ["all"]).sort_values("number")
    assert steps["step"].tolist() == ["asked", "deleted"]
    assert set(steps["by"]) == {"ada"}
    assert set(steps["reason"]) == {"made of a wrong setting"}
    asked = dg.AssetRecordsFilter(dg.AssetKey("models"))
    [record] = desk.instance.fetch_observations(asked, limit=5).records
    told = record.asset_observation
    assert told.description == f"model {TWO} deleted by ada: made of a wrong setting"
    assert told.partition == f"{BTC.key}|{MARCH.key}"


def test_a_model_that_a_signal_refers_to_stays_and_so_do_all_asked_for_with_it(desk):
    signalled(desk, TWO)
    before = traces(desk)
    with pytest.raises(InvalidInput, match=r"these refer to it: predictions \(1 rows\)"):
        delete_models(desk, [stored(desk, ONE), stored(desk, TWO)])
    assert traces(desk) == before


def test_a_signal_that_comes_while_its_model_goes_brings_the_model_back(desk, monkeypatch):
    without = model_deletion._without

    def signalled_meanwhile(*args):
        left = without(*args)
        signalled(desk, TWO)
        return left

    monkeypatch.setattr(model_deletion, "_without", signalled_meanwhile)
    before = traces(desk)
    with pytest.raises(InvalidInput, match="refer to it: predictions"):
        delete_models(desk, [stored(desk, TWO)])
    assert traces(desk) == before
    assert unfinished_deletions(desk.lake, BTC) == []


def test_a_run_at_work_with_models_of_the_market_is_named_with_the_way_out(desk):
    run = desk.instance.create_run_for_job(_job(), tags={"dagster/partition": BTC.key})
    desk.instance.handle_run_event(run.run_id, _started(run))
    with pytest.raises(InvalidInput, match=f'"traderai runs cancel {run.run_id[:8]}"'):
        delete_models(desk, [stored(desk, TWO)])


def _job():
    @dg.op
    def nothing():
        return None

    @dg.job
    def choose_champion():
        nothing()

    return choose_champion


def _started(run):
    return dg.DagsterEvent("PIPELINE_START", run.job_name)


def test_those_beyond_the_newest_go_that_nothing_refers_to(desk):
    store_models(desk, THREE, served=MARCH.shift(1))
    signalled(desk, ONE)
    among = strategies_of(desk.settings)
    assert [m.model_id for m in beyond_last(desk.settings, desk.lake, among, 1)] == [TWO]
    assert beyond_last(desk.settings, desk.lake, among, 2) == []
    with pytest.raises(InvalidInput, match="would keep no model"):
        beyond_last(desk.settings, desk.lake, among, 0)


def test_a_note_is_kept_and_shown(desk):
    note_model(desk_at(Path(desk.settings.home), desk.instance, reason="odd"), stored(desk, TWO))
    card = model_card(desk.settings, desk.lake, desk.instance, stored(desk, TWO))
    assert card["notes"] == [{"at": "2026-03-20 12:00", "by": "ada", "text": "odd"}]
    assert card["rows_referring"] == 0


@pytest.mark.processes
@pytest.mark.parametrize("points", [6, pytest.param(30, marks=pytest.mark.torture)])
def test_killed_at_any_point_nothing_dangles_after_it_was_typed_again(desk, tmp_path, points):
    signalled(desk, ONE)
    whole = Path(shutil.copytree(desk.settings.home, tmp_path / "whole", ignore=_others(tmp_path)))
    calls = _delete_in_a_process(_copy(whole, "counted"), None)
    assert calls > points
    half_gone = 0
    for point in range(points):
        home = _copy(whole, f"killed{point}")
        _delete_in_a_process(home, 1 + point * (calls - 1) // (points - 1))
        again = desk_at(home, desk.instance)
        half_gone += len(unfinished_deletions(again.lake, BTC))
        finish_all_deletions(again)
        if TWO in traces(again)["models"]:  # It died before it had noted that the model goes
            delete_models(again, [stored(again, TWO)])
        gone = {"models": [ONE], "out_of_sample": 0, "backtest_metrics": 0, "searched": True}
        assert traces(again) == gone, point
        assert unfinished_deletions(again.lake, BTC) == []
        assert set(references(again.settings, again.lake, BTC)) == {ONE}
    assert half_gone > 0


def _others(folder: Path):
    return lambda path, names: [] if Path(path) != folder else {*names} & {"whole"}


def _copy(whole: Path, name: str) -> Path:
    return Path(shutil.copytree(whole, whole.parent / name))


def _delete_in_a_process(home: Path, dies_at: int | None) -> int:
    """Delete the second model in a process that dies at a call; return how many calls it made."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.registry.test_model_deletion", "deltalake"])
    calls = context.Value("i", 0)
    child = context.Process(target=_delete, args=(home, dies_at, calls))
    child.start()
    child.join(120)
    assert child.exitcode == (0 if dies_at is None else _KILLED)
    return int(calls.value)


def _delete(home: Path, dies_at: int | None, calls) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        desk = desk_at(home, instance)
        model = stored(desk, TWO)
        made = 0

        def count(frame, event, _):
            nonlocal made
            ours = any(one in frame.f_code.co_filename for one in _OURS)
            if ours and event in ("call", "return"):
                made += 1
                if made == dies_at:
                    os._exit(_KILLED)

        sys.setprofile(count)
        try:
            delete_models(desk, [model])
        finally:
            sys.setprofile(None)
        calls.value = made
