"""Nothing a fold decides depends on what was not known when its test begins."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

DECIDED = ["probability", "width", "side", "target", "stop", "size", "horizon_bars"]


@pytest.fixture(scope="module", params=[0.0, 0.25], ids=["every_bar", "events"])
def plan(small_plan, request):
    return small_plan(
        n_folds=3,
        event_threshold=request.param,
        search={"sampler": "random", "learner_trials": 4, "policy_trials": 6},
    )


@pytest.fixture(scope="module")
def middle_fold(planted, train, plan):
    known = train(planted(), plan=plan).out_of_sample
    return known[known["fold"] == 2]


def changed(market, since, until):
    """Turn around every label not known at `since`, and the features and candles after `until`."""
    features, labels, candles = (frame.copy() for frame in market)
    unknown = labels["label_end"] >= since
    labels.loc[unknown, "label"] = -labels.loc[unknown, "label"]
    labels.loc[unknown, "gross_return"] *= -0.5
    features.loc[features["open_time"] > until, "lean"] = 7.0
    later = candles["open_time"] > until
    random = np.random.default_rng(5)
    for column in ("open", "high", "low", "close"):
        candles.loc[later, column] = 100.0 + random.random(int(later.sum()))
    return features, labels, candles


def test_parameters_thresholds_and_decisions_of_a_fold_come_from_before_its_test(
    planted, train, plan, middle_fold
):
    """Learner, labels, calibration and policy of the middle fold are chosen by what lies before it.

    A sampler that learns from later folds would propose other trials after the change, so they are
    drawn at random: what is proved is the choice among them.
    """
    since, until = middle_fold["open_time"].min(), middle_fold["open_time"].max()
    other = train(changed(planted(), since, until), plan=plan).out_of_sample
    pd.testing.assert_frame_equal(
        other[other["fold"] == 2][DECIDED], middle_fold[DECIDED], check_exact=True
    )


def test_the_proof_would_notice_a_threshold_fitted_on_the_test(
    planted, train, plan, middle_fold, monkeypatch
):
    """The planted leak: a fold's policy chosen by the tests of all folds.

    Of so many policies that hardly the same comes twice by luck.
    """
    from traderai_assets.domain.training import policy_search

    plan = replace(plan, search=replace(plan.search, policy_trials=30))

    monkeypatch.setattr(
        policy_search,
        "best_until",
        # The last digits of what was earned in the end: any change at all changes places
        lambda ledger, _folds: max(
            ledger.trials, key=lambda trial: repr(trial.fold_values[-1])[::-1]
        ),
    )
    since, until = middle_fold["open_time"].min(), middle_fold["open_time"].max()
    leaked = [
        train(market, plan=plan).out_of_sample
        for market in (planted(), changed(planted(), since, until))
    ]
    first, other = (known[known["fold"] == 2][DECIDED] for known in leaked)
    assert not first.equals(other)
