"""A plan beyond its limits is refused whole, naming the limit."""

import json
from datetime import timedelta

import pytest

from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.domain.training.plan import TrainingPlan

NAN = float("nan")


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("rounds", 10**9),
        ("rounds", 0),
        ("rounds", NAN),
        ("rounds", "300"),
        ("rounds", True),
        ("early_stopping_rounds", 0),
        ("report_every", 0),
        ("n_folds", 10**6),
        ("n_folds", 0),
        ("minimum_rows", 0),
        ("seed", -1),
        ("seed", 2**31),
        ("lookback_days", 0),
        ("lookback_days", 10**9),
        ("round_trip_cost", NAN),
        ("round_trip_cost", -0.001),
        ("round_trip_cost", 0.2),
        ("horizon_bars", 10**9),
        ("multiple", NAN),
        ("minimum_width", 0.0),
        ("embargo", timedelta(days=31)),
        ("embargo", -timedelta(seconds=1)),
        ("learners", ()),
        ("learners", ("lightgbm", "lightgbm")),
    ],
)
def test_a_setting_beyond_its_limit_is_refused_by_name(setting, value):
    with pytest.raises(InvalidSettings, match=setting):
        TrainingPlan(**{setting: value})


def test_a_learner_nobody_registered_is_refused_with_those_there_are():
    with pytest.raises(InvalidSettings, match=r"'catboost' is not registered.*lightgbm, xgboost"):
        TrainingPlan(learners=("catboost",))


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ({"lightgbm": {"num_leaves": 10**6}}, "num_leaves = 1000000 is not from 2 to 255"),
        ({"lightgbm": {"learning_rate": NAN}}, "learning_rate = nan"),
        ({"lightgbm": {"machines": 1.0}}, "'machines' may not be set"),
        ({"xgboost": {"max_depth": 13}}, "max_depth = 13 is not from 1 to 12"),
        ({"catboost": {}}, "'catboost' is not registered"),
    ],
)
def test_learner_parameters_have_an_allow_list_with_limits(parameters, says):
    with pytest.raises(InvalidSettings, match=says):
        TrainingPlan(parameters=parameters)


def test_the_defaults_are_those_of_the_house():
    plan = TrainingPlan()
    assert (plan.rounds, plan.early_stopping_rounds, plan.report_every) == (300, 20, 50)
    assert plan.learners == ("lightgbm", "xgboost")


def test_every_setting_is_told_as_json():
    plan = TrainingPlan(embargo=timedelta(hours=1), parameters={"xgboost": {"max_depth": 3}})
    told = json.loads(json.dumps(plan.settings()))
    assert set(told) == set(TrainingPlan.__dataclass_fields__)
    assert told["embargo"] == 3600
    assert told["parameters"] == {"xgboost": {"max_depth": 3}}
