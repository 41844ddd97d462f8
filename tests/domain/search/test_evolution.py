import pytest

from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.domain.search.evolution import propose
from traderai_assets.domain.search.space import Choices, Space
from traderai_assets.domain.search.trials import COMPLETE, FAILED, PRUNED, TrialRecord

pytest.importorskip("cmaes")


def generation(space, state=COMPLETE, size=7, order=1.0):
    """One generation of three numeric dimensions, better towards more leaves."""
    points = [{**space.defaults, "leaves": 10 + 5 * place} for place in range(size)]
    return [
        TrialRecord(place, state, point, (), order * place, "cmaes")
        for place, point in enumerate(points)
    ]


def test_a_generation_that_is_not_whole_changes_nothing(space):
    records = generation(space)
    assert propose(space, records[:6], seed=3) == propose(space, [], seed=3)
    assert propose(space, records, seed=3) != propose(space, [], seed=3)


def test_only_the_order_of_the_values_counts(space):
    steep = propose(space, generation(space, order=1000.0), seed=3)
    assert steep == propose(space, generation(space), seed=3)


def test_the_next_generation_is_drawn_where_the_last_was_better(space):
    def mean_leaves(records):
        drawn = [propose(space, records, seed)["leaves"] for seed in range(200)]
        return sum(drawn) / len(drawn)

    start = mean_leaves([])
    assert mean_leaves(generation(space)) > start + 2.0


def test_failed_trials_and_other_samplers_do_not_count(space):
    nothing = propose(space, [], seed=3)
    assert propose(space, generation(space, state=FAILED), seed=3) == nothing
    random = [TrialRecord(9, COMPLETE, space.defaults, (), 1.0, "random")] * 7
    assert propose(space, random, seed=3) == nothing


def test_a_pruned_trial_stands_behind_every_complete_one(space):
    records = generation(space)
    best = records[-1]
    promising = TrialRecord(6, PRUNED, best.parameters, (1e9,), None, "cmaes")
    worst = TrialRecord(6, COMPLETE, best.parameters, (), -1e9, "cmaes")
    assert propose(space, [*records[:-1], promising], seed=3) == propose(
        space, [*records[:-1], worst], seed=3
    )


def test_choices_alone_are_refused_before_any_work(search):
    with pytest.raises(InvalidSettings, match="needs a dimension of numbers"):
        search(space=Space((Choices("horizon", (12, 48)),)), sampler="cmaes", evaluate=None)
