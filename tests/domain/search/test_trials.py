import json

import pytest

from traderai_assets.domain.errors import DegenerateData
from traderai_assets.domain.search.trials import COMPLETE, FAILED, PRUNED, TrialRecord, Trials

LEDGER = Trials(
    (
        TrialRecord(0, COMPLETE, {"rate": 0.1}, (0.5, 1.0), 1.0),
        TrialRecord(1, PRUNED, {"rate": 0.2}, (9.0,), None, "tpe", "below the median"),
        TrialRecord(2, FAILED, {"rate": 0.3}, (), None, "tpe", "DegenerateData: one class"),
        TrialRecord(3, COMPLETE, {"rate": 0.4}, (2.0, 2.0), 2.0, "tpe", "", {"bars": 100}),
        TrialRecord(4, COMPLETE, {"rate": 0.5}, (2.0, 2.0), 2.0, "tpe"),
    )
)


def test_the_best_is_the_earliest_of_the_highest():
    assert LEDGER.best.ordinal == 3
    assert [trial.ordinal for trial in LEDGER.complete] == [0, 3, 4]


def test_values_below_zero_have_a_best_too():
    trials = tuple(TrialRecord(n, COMPLETE, {}, (), value) for n, value in enumerate((-2.0, -1.0)))
    assert Trials(trials).best.value == -1.0


def test_every_trial_is_read_back_as_it_was():
    assert Trials.from_json(json.loads(json.dumps(LEDGER.to_json()))) == LEDGER


def test_a_search_of_failures_names_the_first_of_them():
    with pytest.raises(DegenerateData, match=r"none of 1 trials is complete.*one class"):
        _ = Trials((LEDGER.trials[2],)).best
