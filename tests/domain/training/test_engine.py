"""The engine on markets whose rule is known."""

import json
import time

import numpy as np
import pandas as pd
import pytest

from traderai_assets.domain.errors import DegenerateData, NotEnoughData
from traderai_assets.domain.training.engine import train_model
from traderai_assets.domain.training.plan import TrainingPlan

PLAN = TrainingPlan(n_folds=2, rounds=40, minimum_rows=30)
INPUTS = {"features/2026-01": "aa" * 16, "labels/2026-01": "bb" * 16}


def train(market, *, plan=PLAN, report=lambda _: None, inputs=INPUTS):
    features, labels = market
    return train_model(features, labels, plan=plan, report=report, inputs=inputs)


@pytest.fixture(scope="module")
def model(planted):
    return train(planted())


def test_a_planted_rule_is_found_out_of_sample(model):
    assert model.card["metrics"]["auc"] > 0.75
    # A coin is 0.693 nats
    assert model.card["metrics"]["log_loss"] < 0.62
    for shares in model.card["importances"].values():
        assert max(shares, key=shares.get) == "lean"
        assert sum(shares.values()) == pytest.approx(1.0)


def test_probabilities_mean_what_they_say(model):
    told = model.out_of_sample[model.out_of_sample["label"] != 0]
    for least, most in ((0.0, 0.35), (0.35, 0.65), (0.65, 1.0)):
        part = told[told["probability"].between(least, most)]
        assert len(part) > 50
        assert (part["label"] > 0).mean() == pytest.approx(part["probability"].mean(), abs=0.1)


def test_where_there_is_no_rule_none_is_found(planted):
    aucs = [
        train(planted(strength=0.0, seed=seed)).card["metrics"]["mean_fold_auc"]
        for seed in range(4)
    ]
    assert np.mean(aucs) == pytest.approx(0.5, abs=0.03)


def test_the_same_inputs_give_the_same_bytes(planted, model):
    again = train(planted())
    assert again.lightgbm == model.lightgbm != b""
    assert again.xgboost == model.xgboost != b""
    assert again.model_id == model.model_id
    pd.testing.assert_frame_equal(again.out_of_sample, model.out_of_sample, check_exact=True)


def test_rows_may_come_in_any_order(planted, model):
    features, labels = planted()
    shuffled = features.sample(frac=1, random_state=1), labels.sample(frac=1, random_state=2)
    assert train(shuffled).model_id == model.model_id


@pytest.mark.parametrize(
    "change", [{"seed": 2}, {"rounds": 41}, {"lookback_days": 29}, {"round_trip_cost": 0.003}]
)
def test_another_plan_is_another_model(planted, model, change):
    plan = TrainingPlan(**({"n_folds": 2, "rounds": 40, "minimum_rows": 30} | change))
    assert train(planted(), plan=plan).model_id != model.model_id


def test_other_inputs_are_another_model(planted, model):
    assert train(planted(), inputs={"features/2026-01": "cc" * 16}).model_id != model.model_id


def test_no_prediction_depends_on_a_label_known_after_the_bar_it_is_for(planted, model):
    """Turn around every label not yet known where the first test slice begins, and what follows."""
    features, labels = planted()
    first = model.out_of_sample.query("fold == 1")
    end = first["open_time"].max()
    turned = labels.copy()
    unknown = turned["label_end"] >= first["open_time"].min()
    turned.loc[unknown, "label"] = -turned.loc[unknown, "label"]
    features = features.copy()
    later = features["open_time"] > end
    features.loc[later, "lean"] = 7.0
    other = train((features, turned)).out_of_sample.query("fold == 1")
    assert other["probability"].tolist() == first["probability"].tolist()


def test_bars_without_a_direction_are_predicted_though_never_learned_from(planted, model):
    _, labels = planted()
    tested = labels["open_time"].isin(model.out_of_sample["open_time"])
    assert len(model.out_of_sample) == tested.sum() == 750
    assert (model.out_of_sample["label"] == 0).sum() == (labels["label"][tested] == 0).sum() > 0


def test_the_card_tells_all_and_is_json(planted, model):
    features, labels = planted()
    card = json.loads(json.dumps(model.card, allow_nan=False))
    assert card["rows"] == 1500
    assert card["trained_from"] == features["open_time"].iloc[0].isoformat(timespec="milliseconds")
    assert pd.Timestamp(card["trained_until"]) == labels["label_end"].iloc[-1]
    assert card["features"] == list(features.columns[1:])
    assert card["idle_features"] == ["idle"]
    assert card["inputs"] == INPUTS
    assert card["plan"]["horizon_bars"] == 48
    assert card["library_versions"].keys() >= {"lightgbm", "xgboost", "numpy", "scipy", "pandas"}
    assert set(card["calibration"]) == {"lightgbm", "xgboost"}
    assert card["threshold"]["round_trip_cost"] == 0.002
    assert len(card["folds"]) == 2
    reference = card["reference"]["features"]["noise_1"]
    assert sum(reference["counts"]) + reference["missing"] == 1500
    assert sum(card["reference"]["probability"]["counts"]) == 750


def test_each_fold_of_the_card_names_its_slices_in_order(model):
    for fold in model.card["folds"]:
        slices = fold["slices"]
        assert list(slices) == ["train", "validation", "calibration", "test"]
        for earlier, later in (
            ("train", "validation"),
            ("validation", "calibration"),
            ("calibration", "test"),
        ):
            assert slices[earlier]["until"] < slices[later]["from"]
        assert set(fold["learners"]) == {"lightgbm", "xgboost"}
    assert "test" not in model.card["final_fold"]


def test_progress_never_falls_and_ends_at_hundred(planted):
    heard = []
    train(planted(), report=heard.append)
    told = [progress.progress_pct for progress in heard]
    assert told == sorted(told)
    assert told[-1] == 100.0
    assert max(told[:-1]) <= 99.0
    # 3 fits of 2 learners, each heard when done, and the end
    assert len(heard) >= 7
    assert {progress.phase for progress in heard} == {"walk_forward", "final_fit", "finished"}
    assert {progress.total_folds for progress in heard} == {2}


def test_progress_is_heard_every_so_many_rounds(planted):
    heard = []
    plan = TrainingPlan(
        n_folds=1, rounds=30, early_stopping_rounds=30, report_every=10, minimum_rows=30
    )
    train(planted(), plan=plan, report=heard.append)
    rounds = [
        progress.round
        for progress in heard
        if (progress.phase, progress.learner) == ("walk_forward", "lightgbm")
    ]
    assert rounds[:3] == [10, 20, 30]


def test_what_the_listener_raises_ends_the_training(planted):
    class Cancelled(Exception):
        pass

    def cancel(_):
        raise Cancelled

    with pytest.raises(Cancelled):
        train(planted(), report=cancel)


def constant(features, value):
    return features.assign(**dict.fromkeys(features.columns[1:], value))


@pytest.mark.parametrize(
    ("spoil", "error", "says"),
    [
        (lambda x, y: (x.iloc[:0], y), NotEnoughData, "no bar has both features"),
        (lambda x, y: (x, y.iloc[:0]), NotEnoughData, "no bar has both features"),
        # A tenth of the rows is the smallest slice: 10 * (30 + 1)
        (lambda x, y: (x.iloc[:100], y), NotEnoughData, "310 would do"),
        (lambda x, y: (x, y.assign(label=np.int8(1))), DegenerateData, "1500 labels up and 0 down"),
        (lambda x, y: (constant(x, 3.0), y), DegenerateData, "none of 6 features varies"),
        (lambda x, y: (constant(x, np.nan), y), DegenerateData, "none of 6 features varies"),
        (lambda x, y: (x[["open_time"]], y), DegenerateData, "none of 0 features varies"),
        (lambda x, y: (x.assign(lean=np.inf), y), DegenerateData, "lean hold infinite"),
        (lambda x, y: (pd.concat([x, x.iloc[:1]]), y), DegenerateData, "twice"),
    ],
)
def test_data_that_cannot_teach_is_refused_before_any_fit(planted, spoil, error, says):
    heard = []
    with pytest.raises(error, match=says):
        train(spoil(*planted()), report=heard.append)
    assert heard == []


def test_a_slice_with_one_direction_is_refused_by_name(planted):
    features, labels = planted()
    labels.loc[labels.index[-150:], "label"] = np.int8(1)
    with pytest.raises(DegenerateData, match=r"the final fit, to calibrate on, has \d+"):
        train((features, labels))


def test_a_test_slice_with_one_direction_has_no_auc_but_is_predicted(planted):
    features, labels = planted()
    plan = TrainingPlan(n_folds=8, rounds=5, minimum_rows=30)
    labels.loc[750:842, "label"] = np.int8(1)  # The 93 rows of the first of eight tests
    model = train((features, labels), plan=plan)
    first, second = (fold["metrics"] for fold in model.card["folds"][:2])
    assert (first["auc"], first["up_share"]) == (None, 1.0)
    assert second["auc"] > 0.5
    assert (model.out_of_sample["fold"] == 1).sum() == 93


@pytest.mark.torture
def test_a_month_of_five_minutes_trains_in_twelve_seconds(planted):
    features, labels = planted(8640, strength=0.2, life=12)
    noise = np.random.default_rng(1).normal(size=(8640, 71))
    wide = pd.concat([features, pd.DataFrame(noise).add_prefix("more_")], axis=1)
    plan = TrainingPlan(early_stopping_rounds=300)
    began = time.perf_counter()
    train((wide, labels), plan=plan)
    assert time.perf_counter() - began < 12
