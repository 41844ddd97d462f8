"""What several settings ask for together: whole, or refused before any work."""

import json
from dataclasses import fields
from datetime import UTC, datetime

import pytest

from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.domain.limits import MAX_MARKETS
from traderai_assets.domain.markets import Market
from traderai_assets.domain.training.plan import TrainingPlan
from traderai_assets.partitions import history_months, months
from traderai_assets.plan import check_market, reach, require_room, training_plan
from traderai_assets.settings import Settings, load_settings
from traderai_assets.settings_names import sections_of

NOW = datetime(2026, 3, 10, tzinfo=UTC)


def loaded(tmp_path, now=NOW, **settings):
    return load_settings(tmp_path / "absent.toml", now=now, **settings)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        (
            {"history_days": 3660},
            r"history_days = 3660 reaches back before 2017-01.*at most 3355 fit today",
        ),
        ({"history_days": 10}, r"history_days = 10 is less than training.lookback_days = 30"),
        (
            {"search": {"combinatorial_groups": 1}},
            "combinatorial_groups = 1 is not .* from 3 to 12",
        ),
        ({"search": {"combinatorial_groups": 2}}, "combinatorial_groups = 2"),
        (
            {"timeframe": "1h", "training": {"horizon_bars": 500}},
            r"timeframe = '1h': lookback_days = 30, 720 bars .*horizon of 500 bars.*= \d+ would do",
        ),
        (
            {"timeframe": "1h", "search": {"horizon_bars": (300,)}},
            "timeframe = '1h': .* horizon of 300 bars",
        ),
        (
            {"training": {"lookback_days": 2, "folds": 8}},
            r"lookback_days = 2, 576 bars.*folds = 8.*horizon of 12 bars: fold 0 of 8 has 37 rows "
            r"to test on.*; lookback_days = 3 would do",
        ),
        (
            {"timeframe": "1h", "training": {"folds": 10}, "search": {"horizon_bars": ()}},
            r"fold 0 of 10 .*; lookback_days = \d+ would do",
        ),
        (
            {"markets": ("binance.BTC-USDT.1h",), "training": {"horizon_bars": 400}},
            "'1h': .* horizon of 400 bars",
        ),
        (
            {"search": {"horizon_bars": tuple(range(1, 14)), "barrier_multiples": (0.5, 1.0)}},
            "26 ways to label; at most 25",
        ),
        ({"costs": {"fee_rate": 0.05, "slippage_rate": 0.05}}, "costs = .* round trip"),
        (
            {"exchange": {"deadline_seconds": 5}},
            "request_timeout_seconds = 10 is more than exchange.deadline_seconds = 5",
        ),
        (
            {
                "timeframe": "1m",
                "training": {"horizon_bars": 2},
                "search": {"horizon_bars": ()},
                "sensors": {"grace_seconds": 120},
            },
            "sensors.grace_seconds = 120 is not less than the 120 s that a signal lives",
        ),
    ],
)
def test_settings_that_are_impossible_together_are_refused_when_they_load(tmp_path, settings, says):
    with pytest.raises(InvalidSettings, match=says):
        loaded(tmp_path, **settings)


@pytest.mark.parametrize("months", [5, 7, 10])
def test_a_cadence_that_does_not_divide_the_year_is_refused(tmp_path, months):
    with pytest.raises(InvalidSettings, match=f"every_months = {months} does not divide the year"):
        loaded(tmp_path, search={"every_months": months})


def test_a_refit_reads_further_back_only_where_something_is_searched(tmp_path):
    assert reach(loaded(tmp_path)).refits == 0
    assert reach(loaded(tmp_path, search={"learner_trials": 2})).refits == 2
    assert reach(loaded(tmp_path, search={"learner_trials": 2, "every_months": 1})).refits == 0


def test_a_look_back_that_may_be_shorter_needs_a_history_of_its_shortest(tmp_path):
    training = {"lookback_days": 365, "expanding_from_days": 60}
    assert loaded(tmp_path, training=training, history_days=60).history_days == 60
    says = "history_days = 59 is less than training.expanding_from_days = 60.*at least 60 days"
    with pytest.raises(InvalidSettings, match=says):
        loaded(tmp_path, training=training, history_days=59)
    with pytest.raises(InvalidSettings, match=r"expanding_from_days.* from 2 to 365"):
        loaded(tmp_path, training=training | {"expanding_from_days": 366})
    # Of days the warm-up is part of what must be there, and no history before it is asked for
    training = {"lookback_days": 730, "folds": 2, "horizon_bars": 2, "minimum_rows": 25}
    days = {"timeframe": "1d", "search": {"horizon_bars": ()}, "history_days": 500}
    assert loaded(tmp_path, training=training | {"expanding_from_days": 450}, **days)
    with pytest.raises(InvalidSettings, match=r"expanding_from_days = 4\d\d would do"):
        loaded(tmp_path, training=training | {"expanding_from_days": 400}, **days)


def test_each_clash_is_told_not_only_the_first(tmp_path):
    with pytest.raises(InvalidSettings) as refused:
        loaded(
            tmp_path,
            history_days=1,
            exchange={"deadline_seconds": 1},
            markets=("binance:BTC/USDT", "binance.ETH-USDT.1h"),
            training={"horizon_bars": 400},
        )
    told = str(refused.value).splitlines()[1:]
    assert [line.split()[0] for line in told] == [
        "timeframe",
        "history_days",
        "exchange.request_timeout_seconds",
    ]


def test_a_history_too_short_for_the_warm_up_of_long_bars_names_the_days_that_would_do(tmp_path):
    training = {"lookback_days": 365, "folds": 2, "horizon_bars": 2, "minimum_rows": 30}
    asked = {"timeframe": "1d", "training": training}
    few = {"horizon_bars": (), "combinatorial_groups": 0}
    says = "history_days = 540 is too short for .* = 365 of timeframe = '1d'.*history_days = 706 "
    with pytest.raises(InvalidSettings, match=says):
        loaded(tmp_path, **asked, search=few)
    settings = loaded(tmp_path, **asked, search=few, history_days=706)
    assert training_plan(settings).lookback_days == 365
    settings = settings.model_copy(update={"history_days": 705})
    with pytest.raises(InvalidSettings, match=r"BTC-USDT.1d cannot be kept .*history_days = 706"):
        check_market(settings, Market("binance", "BTC/USDT", "1d"))


@pytest.mark.parametrize("days", [1, 731])
def test_a_look_back_of_less_than_two_days_or_more_than_two_years_is_refused(tmp_path, days):
    with pytest.raises(InvalidSettings, match=r"training.lookback_days"):
        loaded(tmp_path, training={"lookback_days": days})


def test_a_timeframe_longer_than_a_day_is_refused_with_those_that_are_served(tmp_path):
    with pytest.raises(InvalidSettings, match=r"timeframe '3d' is not served.*1m, .*12h, 1d"):
        loaded(tmp_path, timeframe="3d")


@pytest.mark.parametrize("timeframe", ["1m", "3m", "5m", "15m", "30m", "1h"])
def test_the_defaults_can_be_carried_out_in_every_timeframe_up_to_an_hour(tmp_path, timeframe):
    assert training_plan(loaded(tmp_path, timeframe=timeframe)).lookback_days == 30


def test_a_history_may_reach_as_far_back_as_there_are_months_and_no_further(tmp_path):
    assert loaded(tmp_path, history_days=3355).history_days == 3355
    with pytest.raises(InvalidSettings, match="at most 3355"):
        loaded(tmp_path, history_days=3356)
    first = history_months(NOW, 3355)[0].key
    assert first == months.get_first_partition_key() == "2017-01"


def test_an_exchange_whose_clock_is_behind_ours_is_asked_for_no_month_that_cannot_be_kept():
    assert history_months(datetime(2018, 1, 1, tzinfo=UTC), 3355)[0].key == "2017-01"


def test_a_market_that_is_added_later_meets_the_same_check(tmp_path):
    settings = loaded(tmp_path, training={"horizon_bars": 400})
    check_market(settings, Market("binance", "BTC/USDT", "5m"))
    with pytest.raises(
        InvalidSettings, match=r"binance.BTC-USDT.1h cannot be kept .*horizon of 400 bars"
    ):
        check_market(settings, Market("binance", "BTC/USDT", "1h"))


def test_one_market_more_than_may_be_kept_is_refused():
    require_room(MAX_MARKETS - 1)
    with pytest.raises(InvalidSettings, match="at most 500 may be"):
        require_room(MAX_MARKETS)


# One other value of each setting that a training goes by
CHANGED: dict[str, dict[str, object]] = {
    "training": {
        "lookback_days": 20,
        "expanding_from_days": 25,
        "folds": 4,
        "minimum_rows": 40,
        "most_rows": 9_000,
        "event_threshold": 0.5,
        "uniqueness": True,
        "half_life_days": 20.0,
        "confidence": 0.95,
        "outlier_rate": 0.05,
        "expire_days": 90.0,
        "horizon_bars": 6,
        "barrier_multiple": 2.0,
        "learners": ("xgboost",),
        "seed": 8,
    },
    "search": {
        "sampler": "random",
        "learner_trials": 3,
        "policy_trials": 4,
        "every_months": 6,
        "horizon_bars": (18,),
        "barrier_multiples": (1.5,),
        "sampler_seconds": 5.0,
        "combinatorial_groups": 4,
    },
    "costs": {"fee_rate": 0.001, "slippage_rate": 0.002, "funding_rate": 0.0001},
}
# When and with what a model is made, not what it is
NO_PART_OF_A_PLAN = {"max_model_age_days"}
# What nobody has asked to set: a plan's own
NO_SETTING = {
    "minimum_width",
    "rounds",
    "early_stopping_rounds",
    "report_every",
    "embargo",
    "parameters",
}


def told(plan):
    return json.dumps(plan.settings(), sort_keys=True)


def test_a_plan_without_settings_is_the_one_that_the_default_settings_ask_for(tmp_path):
    assert told(TrainingPlan()) == told(training_plan(loaded(tmp_path)))


def test_every_setting_of_a_training_reaches_its_plan_and_no_part_of_a_plan_is_forgotten(tmp_path):
    plain, reached = training_plan(loaded(tmp_path)), set()
    for section, changes in CHANGED.items():
        assert changes.keys() == set(sections_of(Settings)[section].model_fields) - (
            NO_PART_OF_A_PLAN
        )
        for name, value in changes.items():
            settings = loaded(tmp_path, **{section: {name: value}})
            plan = training_plan(settings)
            assert told(plan) != told(plain), f"{section}.{name}"
            reached |= {
                field.name
                for field in fields(TrainingPlan)
                if getattr(plan, field.name) != getattr(plain, field.name)
            }
    assert {field.name for field in fields(TrainingPlan)} - reached == NO_SETTING
