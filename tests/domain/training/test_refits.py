"""A refit takes the choice of an earlier search, and never where that search has seen its test."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from optuna.storages import InMemoryStorage

from tests.domain.training.conftest import BAR, Market, planted_market, small_plan, train
from traderai_assets.domain.training.engine import planned_fits
from traderai_assets.domain.training.fitting import Fitter
from traderai_assets.domain.training.search_order import SearchOrder, SearchRows, SearchStart

ROWS, FOLDS = 3000, 3
# With this seed the search finds better than what it tries first
PLAN = small_plan(n_folds=FOLDS, seed=2, search={"sampler": "random", "learner_trials": 4})
DECIDED = ["fold", "open_time", "probability", "width", "side", "size"]


def known_at(market, until):
    """What of a market is known at `until`."""
    features, labels, candles = market
    return Market(
        features[features["open_time"] < until],
        labels[labels["label_end"] <= until],
        candles[candles["open_time"] + BAR <= until],
    )


def rows_of(market, until, study="earlier"):
    known = known_at(market, until)
    return SearchRows(
        month="2026-01",
        look_back="a/b",
        until=until.to_pydatetime(),
        features=known.features,
        labels=known.labels,
        candles=known.candles,
        study=study,
    )


def refitted(market, until, **options):
    order = SearchOrder("2026-02", "c/d", earlier=rows_of(market, until))
    return train(market, plan=PLAN, order=order, **options)


def at(market, share):
    return market.features["open_time"].iloc[int(share * ROWS)]


@pytest.fixture(scope="module")
def market():
    return planted_market(ROWS)


@pytest.fixture(scope="module")
def early(market):
    """A refit all of whose tests begin after the search look-back ends."""
    return refitted(market, at(market, 0.35))


def searched_alone(market, until):
    """The card of a model whose own look-back is the searched one."""
    return train(known_at(market, until), plan=PLAN).card["search"]["learner_trials"]


def best_of(trials):
    return max(trials, key=lambda one: -np.inf if one["value"] is None else one["value"])


def parameters_of(model):
    return [fold["parameters"] for fold in model.card["folds"]]


def test_every_fold_and_what_serves_take_the_choice_of_the_search_on_the_earlier_rows(
    market, early
):
    trials = searched_alone(market, at(market, 0.35))
    assert early.card["search"]["learner_trials"] == trials
    best = best_of(trials)["parameters"]
    assert best != trials[0]["parameters"]
    assert parameters_of(early) == [best] * FOLDS
    chosen = early.card["chosen"]["parameters"]["lightgbm"]
    assert chosen["learning_rate"] == best["learning_rate"]
    assert early.card["search"]["searched"] == {
        "month": "2026-01",
        "look_back": "a/b",
        "refit": True,
        "because": "",
    }


def test_every_trial_of_the_search_counts_against_a_refit(early):
    assert early.card["selection"]["evidence"]["n_trials"] == 4 + 3


def test_a_test_that_the_search_has_seen_is_decided_by_what_is_tried_first(market):
    tests = train(market, plan=PLAN).out_of_sample.groupby("fold")["open_time"].min()
    until = tests[2] + pd.Timedelta(hours=3)  # In the middle of the second test that is judged
    late = refitted(market, until)
    trials = late.card["search"]["learner_trials"]
    first, best = trials[0]["parameters"], best_of(trials)["parameters"]
    assert first != best
    assert parameters_of(late) == [first, first, best]
    assert late.card["chosen"]["parameters"]["lightgbm"]["learning_rate"] == best["learning_rate"]
    # It begins where the search ends: it is not seen
    assert parameters_of(refitted(market, tests[2]))[1] != first


def changed(market, since):
    """The market with everything after `since` turned around."""
    features, labels, candles = (frame.copy() for frame in market)
    later = candles["open_time"] > since
    random = np.random.default_rng(5)
    for column in ("open", "high", "low", "close"):
        candles.loc[later, column] = 100.0 + random.random(int(later.sum()))
    unknown = labels["label_end"] > since
    labels.loc[unknown, ["label", "gross_return"]] *= -1
    labels["label"] = labels["label"].astype(np.int8)
    features.loc[features["open_time"] > since, "lean"] = 7.0
    return Market(features, labels, candles)


def test_nothing_after_the_search_look_back_changes_the_choice(market, early):
    until = at(market, 0.35)
    other = refitted(changed(market, until), until)
    assert other.card["search"] == early.card["search"] | {
        "policy_trials": other.card["search"]["policy_trials"]
    }
    assert parameters_of(other) == parameters_of(early)
    assert other.model_id != early.model_id


@pytest.mark.parametrize("share", [0.35, 0.95])
def test_nothing_after_a_test_begins_decides_in_it(market, share):
    """Also where the search has seen later tests, and other rows would make it choose otherwise."""
    until = at(market, share)
    told = refitted(market, until).out_of_sample
    middle = told[told["fold"] == 2]
    last = middle["open_time"].max()
    other = refitted(changed(market, last), until).out_of_sample
    pd.testing.assert_frame_equal(
        other.loc[other["fold"] == 2, DECIDED], middle[DECIDED], check_exact=True
    )


class CountingFitter(Fitter):
    """Counts the fits of all of its kind."""

    made = 0

    def fit(self, task, report):
        """Count it."""
        type(self).made += 1
        return super().fit(task, report)


@pytest.mark.parametrize(("share", "seen"), [(0.35, 0), (0.75, 3)])
def test_refits_of_one_search_share_its_study_and_make_the_fits_that_were_planned(
    market, share, seen
):
    storage, made, ids = InMemoryStorage(), [], []
    for _ in range(2):
        CountingFitter.made = 0
        model = refitted(market, at(market, share), storage=storage, fits=CountingFitter)
        made.append(CountingFitter.made)
        ids.append(model.model_id)
    pruned = sum(
        FOLDS + 1 - len(trial["fold_values"]) for trial in model.card["search"]["learner_trials"]
    )
    searched = 4 * (FOLDS + 1)
    assert made == [planned_fits(PLAN, seen) - pruned, planned_fits(PLAN, seen) - searched]
    assert ids[0] == ids[1]


def test_progress_of_a_refit_counts_both_look_backs_and_reaches_its_end(market):
    heard = []
    storage = InMemoryStorage()
    for _ in range(2):  # The second finds the search done
        heard.clear()
        refitted(market, at(market, 0.35), storage=storage, report=heard.append)
        told = [progress.progress_pct for progress in heard]
        assert told == sorted(told)
        assert told[-2:] == [99.0, 100.0]
    phases = list(dict.fromkeys(progress.phase for progress in heard))
    assert phases == [
        "walk_forward",
        "sampling",
        "policy",
        "final_fit",
        "combinatorial",
        "finished",
    ]


def test_an_earlier_look_back_that_cannot_be_searched_costs_no_model(market):
    own = train(market, plan=PLAN)
    few = rows_of(market, at(market, 0.02))
    told = SearchOrder("2026-02", "c/d", earlier=few)
    model = train(market, plan=PLAN, order=told)
    searched = model.card["search"].pop("searched")
    where = searched["month"], searched["look_back"]
    assert (where, searched["refit"]) == (("2026-02", "c/d"), False)
    assert searched["because"].startswith("the look-back of 2026-01 cannot be searched: ")
    assert model.boosters == own.boosters
    assert model.card["search"].items() <= own.card["search"].items()


def test_a_start_is_one_of_the_trials_and_may_be_chosen(market):
    free = train(market, plan=PLAN).card["search"]["learner_trials"]
    start = SearchStart(best_of(free)["parameters"], "2025-10", "ab" * 16)
    begun = train(market, plan=PLAN, order=SearchOrder(start=start)).card["search"]
    assert begun["started_from"] == start.to_json()
    tried = begun["learner_trials"]
    assert [one["sampler"] for one in tried] == ["default", "earlier", "random", "random"]
    assert tried[1]["parameters"] == start.parameters
    assert best_of(tried)["value"] >= best_of(free)["value"]
    assert free[0] == tried[0]


def test_a_plan_without_a_search_is_what_it_was(market):
    plan = small_plan(search={"learner_trials": 1})
    monthly = dataclasses.replace(plan, search=dataclasses.replace(plan.search, every_months=1))
    one, other = train(market, plan=plan), train(market, plan=monthly)
    assert one.boosters == other.boosters
    differing = [name for name in one.card if one.card[name] != other.card[name]]
    assert differing == ["plan"]
