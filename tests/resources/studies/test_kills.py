import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from traderai_assets.domain.search.trials import Trials

KILLING = Path(__file__).with_name("killing.py")
SAMPLERS = ["tpe", "random", "grid", *(["cmaes"] if find_spec("cmaes") else [])]


def kill(folder, kills):
    command = [sys.executable, str(KILLING), str(folder), str(kills), *SAMPLERS]
    done = subprocess.run(  # noqa: S603
        command, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def five_times(tmp_path_factory):
    return kill(tmp_path_factory.mktemp("five"), 5)


@pytest.fixture(scope="module")
def twenty_times(tmp_path_factory):
    return kill(tmp_path_factory.mktemp("twenty"), 20)


@pytest.mark.processes
@pytest.mark.parametrize("sampler", SAMPLERS)
def test_a_search_killed_five_times_ends_as_one_that_was_not(toy, five_times, sampler):
    outcome, whole = five_times[sampler], toy.toy_search(None, sampler)
    assert outcome["ledger"] == whole.to_json()
    assert Trials.from_json(outcome["ledger"]).best == whole.best


@pytest.mark.torture
@pytest.mark.parametrize("sampler", SAMPLERS)
def test_a_search_killed_twenty_times_ends_as_one_that_was_not(toy, twenty_times, sampler):
    outcome, whole = twenty_times[sampler], toy.toy_search(None, sampler)
    assert outcome["ledger"] == whole.to_json()
    assert Trials.from_json(outcome["ledger"]).best == whole.best


@pytest.mark.processes
def test_the_kills_met_searches_at_work(five_times):
    assert all(outcome["killed"] >= 2 for outcome in five_times.values())
    assert sum(outcome["interrupted"] for outcome in five_times.values()) >= 2
