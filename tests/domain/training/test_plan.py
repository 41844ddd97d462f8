"""A plan beyond its limits is refused whole, naming the limit."""

import json
from datetime import timedelta

import pytest

from traderai_assets.domain.backtest.costs import Costs
from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.domain.training.plan import TrainingPlan
from traderai_assets.domain.training.search_plan import SearchPlan

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
        ("costs", Costs(0.05, 0.01)),
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


def test_a_learner_nobody_registered_is_refused_with_the_nearest_and_those_there_are():
    says = r"'catboost' is not registered; did you mean 'xgboost'\? There are lightgbm, xgboost"
    with pytest.raises(InvalidSettings, match=says):
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


def test_the_defaults_are_those_of_the_platform():
    plan = TrainingPlan()
    assert (plan.rounds, plan.early_stopping_rounds, plan.report_every) == (300, 20, 50)
    assert plan.learners == ("lightgbm", "xgboost")


def test_every_setting_is_told_as_json():
    plan = TrainingPlan(embargo=timedelta(hours=1), parameters={"xgboost": {"max_depth": 3}})
    told = json.loads(json.dumps(plan.settings()))
    assert set(told) == set(TrainingPlan.__dataclass_fields__)
    assert told["embargo"] == 3600
    assert told["parameters"] == {"xgboost": {"max_depth": 3}}
    assert TrainingPlan.from_settings(told) == plan


def test_a_plan_of_other_code_is_refused_by_the_setting_not_known():
    told = TrainingPlan().settings() | {"leverage": 3}
    with pytest.raises(InvalidSettings, match="plan settings leverage are not known here"):
        TrainingPlan.from_settings(told)


@pytest.mark.parametrize(
    ("setting", "value", "says"),
    [
        ("learner_trials", 10**9, "learner_trials = 1000000000 is not a whole number from 1"),
        ("policy_trials", 0, "policy_trials"),
        ("policy_trials", NAN, "policy_trials = nan"),
        ("sampler", "genetic", "'genetic' is not known; expected one of tpe"),
        ("sampler_seconds", NAN, "sampler_seconds = nan"),
        ("combinatorial_groups", 2, "combinatorial_groups = 2"),
        ("horizons", tuple(range(1, 27)), "26 ways to label; at most 25"),
    ],
)
def test_a_search_beyond_its_limits_is_refused_by_name(setting, value, says):
    with pytest.raises(InvalidSettings, match=says):
        SearchPlan(**{setting: value})


def test_labels_to_try_are_every_horizon_with_every_multiple_those_asked_for_first():
    plan = TrainingPlan(
        horizon_bars=12, multiple=2.0, search=SearchPlan(horizons=(6, 12), multiples=(1.0, 2.0))
    )
    assert plan.labellings == ((12, 2.0), (6, 1.0), (6, 2.0), (12, 1.0))


def test_labels_to_try_have_the_limits_of_labels():
    with pytest.raises(InvalidSettings, match="horizon_bars = 100000"):
        TrainingPlan(search=SearchPlan(horizons=(100_000,)))
    with pytest.raises(InvalidSettings, match="multiple = nan"):
        TrainingPlan(search=SearchPlan(multiples=(NAN,)))
