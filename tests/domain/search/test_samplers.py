import math

import pytest
from optuna.storages import InMemoryStorage

from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.domain.search import samplers
from traderai_assets.domain.search.history import History
from traderai_assets.domain.search.samplers import build_sampler, grid_points, trial_seed
from traderai_assets.domain.search.space import Choices, Dimension, Space
from traderai_assets.domain.search.trial import Outcome
from traderai_assets.domain.search.trials import COMPLETE, FAILED, TrialRecord


@pytest.fixture(params=["tpe", "random", "grid", "cmaes"])
def sampler(request):
    if request.param == "cmaes":
        pytest.importorskip("cmaes")
    return request.param


def test_the_first_trial_is_always_the_defaults(search, space, sampler):
    first = search(sampler=sampler, n_trials=2).trials[0]
    assert first.parameters == space.defaults
    assert first.sampler == "default"


def test_what_an_earlier_search_chose_is_tried_after_the_defaults(search, space, sampler):
    start = {"horizon": 12, "margin": 1.0, "leaves": 30, "rate": 0.01}
    free, begun = (search(sampler=sampler, n_trials=6, start=one) for one in (None, start))
    if sampler == "grid":  # Its points stand before the search
        assert begun == free
        return
    assert (begun.trials[1].sampler, begun.trials[1].parameters) == ("earlier", start)
    assert list(begun.trials[1].parameters) == list(space.defaults)
    assert len(begun) == len(free) == 6
    assert begun.best.value == 0.0 > free.best.value


def test_a_start_outside_the_space_is_refused(search, space):
    for start in ({"rate": 0.1}, space.defaults | {"leaves": 65}):
        with pytest.raises(InvalidSettings):
            search(start=start)


def test_a_study_goes_on_with_the_start_it_had_and_no_other(search, space):
    storage, start = InMemoryStorage(), space.defaults | {"leaves": 30}
    ledger = search(storage, start=start)
    assert search(storage, start=start, evaluate=None) == ledger
    with pytest.raises(InvalidSettings, match="searched by another plan"):
        search(storage)


def test_every_trial_lies_in_the_space_and_names_its_sampler(search, space, sampler):
    for trial in search(sampler=sampler, n_trials=30).trials[1:]:
        space.check(trial.parameters)
        assert list(trial.parameters) == list(space.defaults)
        assert trial.sampler == sampler


def test_the_same_seed_tries_the_same_and_another_seed_others(search, sampler):
    # A grid that is cut short is a random choice of its points
    ledger = search(sampler=sampler, n_trials=12)
    assert search(sampler=sampler, n_trials=12) == ledger
    assert search(sampler=sampler, n_trials=12, seed=8) != ledger


def test_a_longer_search_begins_as_a_shorter_one(search):
    for sampler in ("tpe", "random"):
        longer = search(sampler=sampler, n_trials=15)
        assert search(sampler=sampler, n_trials=9).trials == longer.trials[:9]


def test_learning_beats_chance_on_a_bowl(search):
    def mean_best(sampler):
        bests = [search(sampler=sampler, n_trials=30, seed=seed).best for seed in range(6)]
        return sum(best.value for best in bests) / len(bests)

    assert mean_best("tpe") > mean_best("random") + 0.1


def test_a_failed_trial_teaches_nothing(space):
    records = [
        TrialRecord(ordinal, COMPLETE, space.defaults | {"margin": ordinal / 10}, (), ordinal)
        for ordinal in range(12)
    ]
    failed = TrialRecord(12, FAILED, space.defaults | {"margin": 1.9}, (), None)
    asked = []
    for known in (records, [*records, failed]):
        history = History(space)
        for record in known:
            history.add(record)
        asked.append(history.ask(build_sampler("tpe", 3)))
    assert asked[0] == asked[1]


def test_a_grid_that_is_used_up_ends_the_search(search):
    space = Space((Choices("horizon", (12, 48, 96), default=48),))
    tried = []

    def evaluate(parameters, _report_fold):
        tried.append(parameters["horizon"])
        return Outcome(0.0)

    ledger = search(space=space, evaluate=evaluate, sampler="grid", n_trials=50)
    assert tried == [48, 12, 96]
    assert len(ledger) == 3


def test_the_finest_grid_that_can_be_tried_is_taken():
    space = Space([Dimension(name, 0.0, 1.0, default=0.3) for name in "ab"])
    assert len(grid_points(space, 30, seed=7)) == 25
    corners = grid_points(space, 3, seed=7)  # Not even two points in each can be tried
    assert sorted(tuple(point.values()) for point in corners) == [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_a_long_search_of_one_dimension_has_its_grid_at_once():
    space = Space((Dimension("margin", 0.0, 1.0, default=0.0),))
    assert len(grid_points(space, 10_000, seed=7)) == 9_999


def test_a_grid_too_large_to_list_is_refused_before_any_work(search):
    space = Space([Dimension(f"d{number}", 0.0, 1.0, default=0.0) for number in range(20)])
    with pytest.raises(InvalidSettings, match="1048576 points"):
        search(space=space, sampler="grid")


def test_trials_have_seeds_of_their_own():
    seeds = [trial_seed(seed, ordinal) for seed in range(20) for ordinal in range(50)]
    assert len(set(seeds)) == len(seeds)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"sampler": "annealing"}, "sampler = 'annealing'"),
        ({"n_trials": 10**9}, "n_trials = 1000000000"),
        ({"n_trials": 0}, "n_trials = 0"),
        ({"n_trials": math.nan}, "n_trials = nan"),
        ({"seed": -1}, "seed = -1"),
        ({"sampler_seconds": math.nan}, "sampler_seconds = nan"),
        ({"sampler_seconds": 1e9}, "sampler_seconds"),
        ({"name": ""}, "name"),
    ],
)
def test_what_cannot_be_searched_is_refused_before_any_work(search, changes, named):
    with pytest.raises(InvalidSettings, match=named):
        search(evaluate=None, **changes)


@pytest.mark.parametrize(("sampler", "cure"), [("gp", r"traderai\[gp\]"), ("cmaes", "cmaes")])
def test_a_sampler_without_its_library_is_refused_before_any_work(
    monkeypatch, search, sampler, cure
):
    monkeypatch.setattr(samplers, "find_spec", lambda _module: None)
    with pytest.raises(InvalidSettings, match=f"pip install .*{cure}"):
        search(evaluate=None, sampler=sampler)
