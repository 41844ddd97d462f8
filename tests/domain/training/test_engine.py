"""The engine on markets whose rule is known."""

import json

import numpy as np
import pandas as pd
import pytest

from traderai_assets.domain.backtest.costs import Costs
from traderai_assets.domain.labels.outcomes import label_bars

INPUTS = {"features/2026-01": "aa" * 16, "labels/2026-01": "bb" * 16}
BAR = pd.Timedelta(minutes=5)


@pytest.fixture(scope="module")
def model(planted, train):
    return train(planted())


def test_a_planted_rule_is_found_out_of_sample(model):
    assert model.card["metrics"]["auc"] > 0.75
    # A coin is 0.693 nats
    assert model.card["metrics"]["log_loss"] < 0.62
    for learner in model.card["importances"].values():
        for shares in learner.values():
            assert max(shares, key=shares.get) == "lean"
            assert sum(shares.values()) == pytest.approx(1.0)


def test_the_same_inputs_give_the_same_bytes(planted, model, train):
    again = train(planted())
    assert again.lightgbm == model.lightgbm != b""
    assert again.xgboost == model.xgboost != b""
    assert again.model_id == model.model_id
    pd.testing.assert_frame_equal(again.out_of_sample, model.out_of_sample, check_exact=True)


@pytest.mark.parametrize(
    "change", [{"seed": 2}, {"rounds": 41}, {"lookback_days": 29}, {"costs": Costs(0.001, 0.0)}]
)
def test_another_plan_is_another_model(planted, model, change, train, small_plan):
    plan = small_plan(**change)
    assert train(planted(), plan=plan).model_id != model.model_id


def test_other_inputs_are_another_model(planted, model, train):
    assert train(planted(), inputs={"features/2026-01": "cc" * 16}).model_id != model.model_id


def test_each_fold_of_the_card_names_its_slices_in_order(model):
    for fold in model.card["folds"]:
        slices = fold["slices"]
        assert list(slices) == ["train", "test"]
        assert slices["train"]["until"] < slices["test"]["from"]
        assert set(fold["learners"]) == {"lightgbm", "xgboost"}


def test_the_model_that_serves_is_fitted_on_every_row_whose_label_is_known(planted, model):
    labels = planted().labels
    assert model.card["fitted_on"]["rows"] == len(labels)
    newest = labels["open_time"].iloc[-1]
    assert pd.Timestamp(model.card["fitted_on"]["until"]) == labels["label_end"].max()
    # The newest row of the candles whose label is known ended within its horizon
    assert planted().candles["open_time"].iloc[-1] - newest <= 2 * 6 * BAR


def test_rounds_are_those_that_were_best_on_tests_before(model):
    first, second = model.card["folds"]
    for name in ("lightgbm", "xgboost"):
        assert second["learners"][name]["rounds"] <= 40
        assert model.card["rounds"][name] == 40  # No fewer than 50, no more than the plan's
        assert first["learners"][name]["best_rounds"] <= 40


def test_where_there_is_no_rule_none_is_found(planted, train):
    models = [train(planted(strength=0.0, seed=seed)) for seed in range(4)]
    aucs = [model.card["metrics"]["mean_fold_auc"] for model in models]
    assert np.mean(aucs) == pytest.approx(0.5, abs=0.04)
    assert not any(model.card["selection"]["promotable"] for model in models)


def test_probabilities_mean_what_they_say(planted, train):
    model = train(planted(6000, strength=0.3))
    told = model.out_of_sample[model.out_of_sample["label"] != 0]
    for least, most in ((0.0, 0.35), (0.35, 0.65), (0.65, 1.0)):
        part = told[told["probability"].between(least, most)]
        assert len(part) > 50
        # Labels of six bars overlap: 50 rows are worth about a dozen
        assert (part["label"] > 0).mean() == pytest.approx(part["probability"].mean(), abs=0.15)


def test_rows_may_come_in_any_order(planted, train, model):
    features, labels, candles = planted()
    shuffled = features.sample(frac=1, random_state=1), labels.sample(frac=1, random_state=2)
    assert train((*shuffled, candles)).model_id == model.model_id


def test_bars_without_a_direction_are_predicted_though_never_learned_from(planted, train):
    features, labels, candles = planted()
    labels = labels.assign(label=labels["label"].mask(np.arange(len(labels)) % 40 == 0, 0))
    labels["label"] = labels["label"].astype(np.int8)
    said = train((features, labels, candles)).out_of_sample
    tested = labels["open_time"].isin(said["open_time"])
    # Two tests of a fifth of the rows each; the fifth before them judges nothing
    assert len(said) == tested.sum() == pytest.approx(2 * len(labels) / 5, abs=1)
    assert (said["label"] == 0).sum() == (labels["label"][tested] == 0).sum() > 0


def test_a_payable_rule_is_promotable_and_says_by_what(model):
    selection = model.card["selection"]
    assert selection["promotable"], selection["reasons"]
    assert selection["evidence"]["n_trials"] == 5
    assert selection["evidence"]["deflated_sharpe"] > 0.95


def test_every_trial_is_in_the_card(model):
    search = model.card["search"]
    assert [trial["ordinal"] for trial in search["learner_trials"]] == [0, 1]
    assert [trial["ordinal"] for trial in search["policy_trials"]] == [0, 1, 2]
    assert search["policy_trials"][0]["parameters"]["target"] == 1.0


def test_the_card_tells_all_and_is_json(planted, model):
    features, labels, _ = planted()
    card = json.loads(json.dumps(model.card, allow_nan=False))
    assert card["rows"] == len(labels)
    assert card["trained_from"] == features["open_time"].iloc[0].isoformat(timespec="milliseconds")
    assert pd.Timestamp(card["trained_until"]) == labels["label_end"].max()
    assert card["features"] == list(features.columns[1:])
    assert card["idle_features"] == ["idle"]
    assert card["inputs"] == INPUTS
    assert card["plan"]["horizon_bars"] == card["chosen"]["horizon_bars"] == 6
    assert card["library_versions"].keys() >= {"lightgbm", "xgboost", "numpy", "optuna", "numba"}
    assert set(card["calibration"]) == {"lightgbm", "xgboost"}
    assert card["chosen"]["round_trip_cost"] == pytest.approx(0.0012)
    assert set(card["chosen"]["policy"]) == {"margin", "target", "stop", "full_size_edge"}
    assert len(card["folds"]) == 2
    reference = card["reference"]["features"]["noise_1"]
    assert sum(reference["counts"]) + reference["missing"] == len(labels)


def test_combinatorial_paths_are_told_and_decide_nothing(planted, train, small_plan, model):
    plan = small_plan(search={"combinatorial_groups": 4})
    other = train(planted(), plan=plan)
    # C(3, 1) paths of C(4, 2) splits
    assert len(other.card["combinatorial"]["forecast_sharpes"]) == 3
    assert min(other.card["combinatorial"]["forecast_sharpes"]) > 0
    assert other.boosters == model.boosters


def test_labels_are_searched_and_the_chosen_ones_are_those_that_decide(planted, train, small_plan):
    plan = small_plan(search={"learner_trials": 6, "horizons": (6, 12), "multiples": (1.0, 2.0)})
    card = train(planted(), plan=plan).card
    tried = {
        (trial["parameters"]["horizon_bars"], trial["parameters"]["multiple"])
        for trial in card["search"]["learner_trials"]
    }
    assert len(tried) > 1
    assert (card["chosen"]["horizon_bars"], card["chosen"]["multiple"]) in tried
    assert (6, 1.0) in tried


def test_the_labels_of_the_plan_are_those_of_the_table(planted):
    """What the search labels itself is what the labels table holds, bar by bar."""
    features, labels, candles = planted()
    own = label_bars(candles, bar=BAR, horizon_bars=6, multiple=1.0).drop(columns="barrier")
    own = own[own["open_time"] >= features["open_time"].iloc[0]]
    pd.testing.assert_frame_equal(own.reset_index(drop=True), labels.reset_index(drop=True))
