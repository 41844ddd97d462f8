import itertools
import time

import pytest

from traderai_assets.domain.search.study import run_search

pytest.importorskip("torch")

# The first ten trials are drawn at random; each one after is a fit
RANDOM_TRIALS = 10


def test_the_same_trials_lead_to_the_same_next_one(search):
    settings = {"sampler": "gp", "n_trials": RANDOM_TRIALS + 3}
    ledger = search(**settings)
    assert search(**settings) == ledger
    assert {trial.sampler for trial in ledger.trials[1:]} == {"gp"}


def test_a_process_beyond_its_time_is_given_up_and_the_ledger_says_who_went_on(search):
    told = []

    def report(progress):
        told.append((time.monotonic(), progress))

    trials = search(sampler="gp", n_trials=40, sampler_seconds=2.5, report=report).trials
    names = [trial.sampler for trial in trials]
    fitted = names.count("gp")
    assert 0 < fitted < 39
    assert names == ["default"] + ["gp"] * fitted + ["tpe"] * (39 - fitted)
    gaps = [later[0] - earlier[0] for earlier, later in itertools.pairwise(told)]
    assert max(gaps) < 2.0


def test_what_an_earlier_process_spent_counts(space, evaluate):
    from optuna.storages import InMemoryStorage

    storage = InMemoryStorage()
    settings = {
        "name": "study",
        "space": space,
        "evaluate": evaluate,
        "seed": 7,
        "sampler": "gp",
    }
    run_search(storage, n_trials=RANDOM_TRIALS + 2, sampler_seconds=60.0, **settings)
    ledger = run_search(storage, n_trials=RANDOM_TRIALS + 4, sampler_seconds=0.001, **settings)
    assert [trial.sampler for trial in ledger.trials[-2:]] == ["tpe", "tpe"]
