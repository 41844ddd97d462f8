"""Fitting tasks: in order, only when asked for, with shared bins as without, on thinned rows."""

import itertools

import numpy as np
import pytest

from traderai_assets.domain.models.learner import FitSettings
from traderai_assets.domain.models.learners import LEARNERS
from traderai_assets.domain.models.parameters import LEARNER_SPACE
from traderai_assets.domain.models.sample import RowWeights
from traderai_assets.domain.training.fit_arrays import ALL_ROWS, FitArrays, LabelArrays, thinned
from traderai_assets.domain.training.fitting import FitTask, Fitter
from traderai_assets.domain.training.labelling import Labelling

LABELLING = Labelling(6, 1.0)
# Training rows, and where the test ends
CUTS = {ALL_ROWS: (0, 600, 600), 0: (0, 400, 600), 1: (0, 100, 200), 2: (0, 300, 400)}


def arrays(rows=600):
    random = np.random.default_rng(3)
    features = random.normal(size=(rows, 5))
    label = np.where(features[:, 0] + random.normal(size=rows) > 0, 1, -1)
    opened = np.arange(rows) * 300_000
    slices = {
        number: (np.arange(first, middle), np.arange(middle, end))
        for number, (first, middle, end) in CUTS.items()
    }
    return FitArrays(
        names=tuple("abcde"),
        features=features,
        labels={LABELLING: LabelArrays(opened, opened + 1_800_000, label, slices)},
        settings=FitSettings(rounds=30, early_stopping_rounds=10, report_every=5, seed=3),
        weights=RowWeights(uniqueness=True, half_life_ms=3_600_000.0),
        most_rows=200,
    )


def task(learner="lightgbm", fold=1, rounds=10):
    parameters = LEARNERS[learner].translate(LEARNER_SPACE.defaults | {"rows_per_leaf": 10})
    return FitTask(learner, LABELLING, fold, parameters, rounds)


TASKS = [task(learner, fold) for learner in ("lightgbm", "xgboost") for fold in (1, 2, 0)]


def silent(_rounds):
    """Nobody listens."""


def bytes_of(fits):
    return [(fit.model.to_bytes(), fit.best_rounds) for fit in fits]


def test_fits_come_in_the_order_of_their_tasks_and_do_not_know_of_each_other():
    together = bytes_of(Fitter(arrays()).fit_all(TASKS * 2, silent))
    alone = [bytes_of([Fitter(arrays()).fit(one, silent)])[0] for one in TASKS]
    assert together == alone * 2  # The second time with bins of the first
    assert len(set(alone)) == len(TASKS)


def test_nothing_is_fitted_before_it_is_asked_for(monkeypatch):
    begun = []
    monkeypatch.setattr(Fitter, "fit", lambda _, one, _report: begun.append(one))
    fitting = Fitter(arrays()).fit_all(TASKS, silent)
    assert begun == []
    next(fitting)
    fitting.close()
    assert begun == TASKS[:1]


@pytest.mark.parametrize("learner", ["lightgbm", "xgboost"])
def test_where_nothing_is_held_out_a_fit_is_as_long_as_asked(learner):
    fit = Fitter(arrays()).fit(task(learner, ALL_ROWS, rounds=7), silent)
    assert (fit.model.rounds, fit.best_rounds) == (7, 7)


def test_a_fit_learns_from_thinned_rows_and_is_tested_on_all():
    train, held_out = arrays().samples(LABELLING, 0)
    assert len(train.target) == 200
    assert held_out is not None
    assert len(held_out.target) == 200
    assert len(arrays().samples(LABELLING, 1)[0].target) == 100


def test_thinned_rows_are_equally_far_apart_and_hold_the_newest():
    for rows, most in itertools.product((1, 2, 99, 100, 101, 199, 201, 1_000), (1, 7, 100)):
        kept = thinned(np.arange(50, 50 + rows), most)
        assert len(kept) <= most
        assert kept[-1] == 49 + rows
        assert len(set(np.diff(kept))) <= 1
        assert len(kept) >= min(rows, most) / 2  # No more is dropped than whole steps ask for
        assert rows > most or len(kept) == rows
