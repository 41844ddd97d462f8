"""A run is named by the first characters of its id, and never mistaken for another."""

import dagster as dg
import pytest

from traderai_assets.cli.runs.finding import find_run
from traderai_assets.domain.errors import InvalidInput

ONE = "1a2b3c4d-0000-4000-8000-000000000001"
TWIN = "1a2b3c4d-0000-4000-8000-000000000002"
OTHER = "1a2bffff-0000-4000-8000-000000000003"


@pytest.fixture
def three(run):
    for run_id in (ONE, TWIN, OTHER):
        run("train", dg.DagsterRunStatus.QUEUED, run_id=run_id)


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize("written", ["1a2bf", "1A2BFFFF", OTHER])
def test_a_prefix_that_begins_one_run_is_enough(instance, written):
    assert find_run(instance, written).run_id == OTHER


@pytest.mark.usefixtures("three")
def test_a_prefix_of_several_runs_names_the_candidates(traderai):
    code, out, err = traderai("runs", "cancel", "1a2b3c4d")
    assert (code, out) == (1, "")
    assert "1a2b3c4d begins 2 runs, write more of it: " in err
    assert f"{ONE} (train, QUEUED)" in err
    assert f"{TWIN} (train, QUEUED)" in err


def test_of_many_candidates_some_are_named_and_the_rest_counted(instance, run):
    for last in range(7):
        run("train", dg.DagsterRunStatus.QUEUED, run_id=f"{ONE[:-1]}{last}")
    with pytest.raises(InvalidInput, match=r"begins 7 runs.* and 2 more$"):
        find_run(instance, "1a2b")


@pytest.mark.parametrize("written", ["1a2", "", "train", "1a2b%", "1a2b3c4d-" * 5, "../1a2b"])
def test_what_is_no_id_is_refused_as_one(instance, written):
    with pytest.raises(InvalidInput, match="is no run id; expected its first 4 characters or more"):
        find_run(instance, written)


def test_a_run_that_is_not_there_is_refused_with_the_way_to_those_that_are(instance):
    with pytest.raises(InvalidInput, match='no run begins with ffff; "traderai runs list" names'):
        find_run(instance, "ffff")
