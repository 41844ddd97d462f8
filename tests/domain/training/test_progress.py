"""What a training says of how far it is."""

from collections import Counter

import pytest


@pytest.fixture(scope="module")
def heard(planted, train, small_plan):
    told = []
    train(
        planted(),
        plan=small_plan(report_every=10, search={"combinatorial_groups": 4}),
        report=told.append,
    )
    return told


def test_progress_never_falls_and_ends_at_hundred(heard):
    told = [progress.progress_pct for progress in heard]
    assert told == sorted(told)
    assert told[-1] == 100.0
    assert max(told[:-1]) <= 99.0
    assert {progress.total_folds for progress in heard} == {2}


def test_every_phase_is_told_in_its_order(heard):
    phases = list(dict.fromkeys(progress.phase for progress in heard))
    phases.remove("sampling")
    assert phases == ["search", "walk_forward", "policy", "final_fit", "combinatorial", "finished"]


def test_trials_count_from_one_and_know_the_best_so_far(heard):
    searching = [progress for progress in heard if progress.phase == "search"]
    assert {progress.trial for progress in searching} == {1, 2}
    assert {progress.total_trials for progress in searching} == {2}
    assert searching[0].best is None
    assert searching[-1].best > 0


def test_the_percentage_goes_with_fits(heard):
    # 2 trials of 3 folds, the other learner on 3 folds of either, 2 that serve and 6 splits are 20
    # fits, of which the search is 6
    last_of_search = [progress for progress in heard if progress.phase == "search"][-1]
    assert last_of_search.progress_pct == 30.0
    assert Counter(progress.phase for progress in heard)["combinatorial"] >= 6


def test_progress_is_heard_every_so_many_rounds(heard):
    first = [p.round for p in heard if p.trial == 1 and p.phase == "search" and p.round]
    assert 10 in first


def test_what_the_listener_raises_ends_the_training(planted, train):
    class Cancelled(Exception):
        pass

    def cancel(_):
        raise Cancelled

    with pytest.raises(Cancelled):
        train(planted(), report=cancel)
