import json

import pytest
from optuna.storages import InMemoryStorage

from traderai_assets.domain.errors import WriteConflict
from traderai_assets.domain.search.pruning import MedianRule
from traderai_assets.domain.search.trial import Outcome


class Killed(BaseException):
    """Stands for a kill: nothing of ours catches it."""


def killed_at(evaluate, call):
    """Evaluate, but for a kill after the first fold of the call so numbered, from 0."""
    calls = iter(range(10**6))

    def dying(parameters, report_fold):
        dies = next(calls) == call

        def at_fold(fold, value):
            report_fold(fold, value)
            if dies:
                raise Killed

        return evaluate(parameters, at_fold)

    return dying


@pytest.fixture(params=["tpe", "random", "grid", "cmaes"])
def sampler(request):
    if request.param == "cmaes":
        pytest.importorskip("cmaes")
    return request.param


@pytest.mark.parametrize("ordinal", [0, 1, 7, 13])
def test_a_search_killed_in_a_trial_goes_on_to_the_same_ledger(search, evaluate, sampler, ordinal):
    settings = {"sampler": sampler, "n_trials": 14, "pruning": MedianRule(n_folds=4)}
    whole = search(**settings)
    storage = InMemoryStorage()
    with pytest.raises(Killed):
        search(storage, evaluate=killed_at(evaluate, ordinal), **settings)
    resumed = search(storage, **settings)
    assert resumed == whole
    assert json.dumps(resumed.to_json()) == json.dumps(whole.to_json())


def test_a_trial_that_ended_is_never_evaluated_again(search, evaluate):
    storage, tried = InMemoryStorage(), []

    def counted(parameters, report_fold):
        tried.append(parameters)
        return evaluate(parameters, report_fold)

    with pytest.raises(Killed):
        search(storage, evaluate=killed_at(counted, 5))
    ledger = search(storage, evaluate=counted)
    assert len(tried) == 8 + 1  # Only the one that was killed twice
    assert search(storage, evaluate=None) == ledger


def test_an_interrupted_attempt_is_told_as_failed_and_tried_with_the_same_parameters(
    search, evaluate
):
    storage = InMemoryStorage()
    with pytest.raises(Killed):
        search(storage, evaluate=killed_at(evaluate, 3))
    ledger = search(storage)
    trials = storage.get_all_trials(storage.get_study_id_from_name("study"))
    assert [trial.user_attrs["ordinal"] for trial in trials] == [0, 1, 2, 3, 3, 4, 5, 6, 7]
    assert trials[3].state.name == "FAIL"
    assert trials[3].user_attrs["interrupted"] is True
    assert trials[3].params == trials[4].params
    assert [trial.state for trial in ledger.trials] == ["complete"] * 8


def test_a_search_goes_on_beyond_its_first_number_of_trials(search):
    storage = InMemoryStorage()
    search(storage, n_trials=5)
    assert search(storage, n_trials=12) == search(n_trials=12)


def test_the_later_of_two_searches_of_one_study_counts_and_the_earlier_stops(search, evaluate):
    storage, later = InMemoryStorage(), []

    def overtaken(parameters, report_fold):
        report_fold(0, 0.0)
        if not later:
            later.append(search(storage))
        return evaluate(parameters, lambda fold, value: fold and report_fold(fold, value))

    with pytest.raises(WriteConflict, match="study study was taken over by another process"):
        search(storage, evaluate=overtaken)
    assert later == [search()]
    assert search(storage, evaluate=None) == later[0]


def test_the_earlier_stops_at_its_next_fold_and_does_not_end_its_trial(search):
    storage, folds = InMemoryStorage(), []

    def overtaken(_parameters, report_fold):
        search(storage, n_trials=1)
        for fold in range(4):
            folds.append(fold)
            report_fold(fold, 0.0)

    with pytest.raises(WriteConflict):
        search(storage, evaluate=overtaken)
    assert folds == [0]


def test_an_attempt_that_ends_twice_counts_once(search):
    storage, later = InMemoryStorage(), []

    def overtaken_without_a_fold(_parameters, _report_fold):
        if not later:
            later.append(search(storage))
        return Outcome(99.0)

    with pytest.raises(WriteConflict):
        search(storage, evaluate=overtaken_without_a_fold)
    assert search(storage, evaluate=None) == later[0]


def test_a_study_that_was_removed_stops_its_search(search, evaluate):
    storage = InMemoryStorage()

    def removed(parameters, report_fold):
        storage.delete_study(storage.get_study_id_from_name("study"))
        return evaluate(parameters, report_fold)

    with pytest.raises(WriteConflict, match="or removed"):
        search(storage, evaluate=removed)
