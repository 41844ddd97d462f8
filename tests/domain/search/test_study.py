import math

import pytest
from optuna.storages import InMemoryStorage

from traderai_assets.domain.errors import (
    DegenerateData,
    InvalidSettings,
    NotEnoughData,
)
from traderai_assets.domain.search.progress import EVALUATING, SAMPLING
from traderai_assets.domain.search.pruning import MedianRule
from traderai_assets.domain.search.space import Choices, Space
from traderai_assets.domain.search.trial import Outcome


def test_a_trial_that_must_not_be_made_is_recorded_and_the_search_goes_on(search, evaluate):
    def picky(parameters, report_fold):
        if parameters["horizon"] == 96:
            raise NotEnoughData("96 bars leave no row")
        return evaluate(parameters, report_fold)

    storage = InMemoryStorage()
    ledger = search(storage, evaluate=picky, n_trials=20)
    failed = [trial for trial in ledger.trials if trial.state == "failed"]
    assert {trial.parameters["horizon"] for trial in failed} == {96}
    assert {trial.reason for trial in failed} == {"NotEnoughData: 96 bars leave no row"}
    assert ledger.best.parameters["horizon"] != 96
    assert search(storage, evaluate=None, n_trials=20) == ledger


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_value_that_is_no_number_fails_its_trial(search, value):
    at_the_end = search(evaluate=lambda _parameters, _report: Outcome(value), n_trials=1)
    assert "the trial came to" in at_the_end.trials[0].reason

    def at_a_fold(_parameters, report_fold):
        report_fold(0, 1.0)
        report_fold(1, value)

    trial = search(evaluate=at_a_fold, n_trials=1).trials[0]
    assert (trial.state, trial.fold_values) == ("failed", (1.0,))
    assert "fold 1 came to" in trial.reason


def test_a_search_in_which_all_failed_has_no_best(search):
    ledger = search(evaluate=lambda _parameters, _report: Outcome(math.nan))
    with pytest.raises(DegenerateData, match="none of 8 trials"):
        _ = ledger.best


def test_a_fault_of_another_kind_ends_the_search(search):
    with pytest.raises(ZeroDivisionError):
        search(evaluate=lambda _parameters, _report: 1 / 0)


def test_folds_are_reported_in_their_order(search):
    with pytest.raises(ValueError, match="fold 1 was reported where fold 0 was expected"):
        search(evaluate=lambda _parameters, report_fold: report_fold(1, 0.5))


def test_another_plan_under_the_same_name_is_refused(search):
    storage = InMemoryStorage()
    search(storage)
    for change in ({"seed": 8}, {"sampler": "random"}, {"pruning": MedianRule()}):
        with pytest.raises(InvalidSettings, match="study study has searched by another plan"):
            search(storage, evaluate=None, **change)
    with pytest.raises(InvalidSettings, match="needs a name that differs"):
        search(storage, evaluate=None, space=Space((Choices("horizon", (12, 48)),)))


def test_progress_tells_what_is_tried_how_far_it_is_and_the_best_so_far(search):
    told = []
    values = iter([1.0, 3.0, 2.0])

    def evaluate(_parameters, report_fold):
        value = next(values)
        report_fold(0, value)
        return Outcome(value)

    search(evaluate=evaluate, n_trials=3, report=told.append)
    assert [(it.phase, it.ordinal, it.folds_done, it.best, it.sampler) for it in told] == [
        (SAMPLING, 0, 0, None, ""),
        (EVALUATING, 0, 0, None, "default"),
        (EVALUATING, 0, 1, None, "default"),
        (SAMPLING, 1, 0, 1.0, ""),
        (EVALUATING, 1, 0, 1.0, "tpe"),
        (EVALUATING, 1, 1, 1.0, "tpe"),
        (SAMPLING, 2, 0, 3.0, ""),
        (EVALUATING, 2, 0, 3.0, "tpe"),
        (EVALUATING, 2, 1, 3.0, "tpe"),
    ]
    assert {it.n_trials for it in told} == {3}
