import pytest

from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.domain.search.pruning import MedianRule, Pruned
from traderai_assets.domain.search.trial import Outcome
from traderai_assets.domain.search.trials import COMPLETE, PRUNED, TrialRecord

# At the second fold: 1, 2, 3, 4, 5, median 3
EARLIER = [TrialRecord(n, COMPLETE, {}, (9.0, n + 1.0, 0.0), 0.0) for n in range(5)]
RULE = MedianRule(startup_trials=5, warm_up_folds=2, n_folds=3)


def test_a_trial_below_the_median_of_the_same_fold_is_ended():
    assert RULE.ends([9.0, 2.9], EARLIER)
    assert not RULE.ends([0.0, 3.0], EARLIER)


def test_a_lucky_first_fold_does_not_carry_a_trial():
    assert RULE.ends([100.0, 2.9], EARLIER)


def test_the_first_folds_and_the_last_one_end_nothing():
    assert not RULE.ends([-9.0], EARLIER)
    assert not RULE.ends([-9.0, 9.0, -9.0], EARLIER)


def test_only_complete_trials_are_compared_with_and_enough_of_them():
    ended_early = TrialRecord(5, PRUNED, {}, (9.0, 9.0), None)
    assert not RULE.ends([9.0, -1.0], [*EARLIER[:4], ended_early])
    assert RULE.ends([9.0, 2.9], [*EARLIER, ended_early])
    assert not RULE.ends([9.0, 3.1], [*EARLIER, ended_early])


def test_a_pruned_trial_has_no_value_and_keeps_its_folds(search):
    heights = iter([5.0] * 5 + [1.0] * 3)

    def evaluate(_parameters, report_fold):
        height = next(heights)
        for fold in range(3):
            report_fold(fold, height)
        return Outcome(height)

    ledger = search(evaluate=evaluate, pruning=RULE)
    assert [trial.state for trial in ledger.trials] == ["complete"] * 5 + ["pruned"] * 3
    assert ledger.trials[5].fold_values == (1.0, 1.0)
    assert ledger.trials[5].value is None
    assert ledger.trials[5].reason == "below the median after fold 1"


def test_an_evaluation_may_end_itself(search):
    def evaluate(_parameters, report_fold):
        report_fold(0, 1.0)
        raise Pruned("no bar was traded")

    trial = search(evaluate=evaluate, n_trials=1).trials[0]
    assert (trial.state, trial.reason) == ("pruned", "no bar was traded")


@pytest.mark.parametrize(
    "setting", [{"startup_trials": 0}, {"warm_up_folds": 0}, {"n_folds": 10**6}]
)
def test_a_rule_beyond_its_limits_is_refused(setting):
    with pytest.raises(InvalidSettings, match=next(iter(setting))):
        MedianRule(**setting)
