"""Two kinds of drift must agree before a model is trained anew."""

import numpy as np
import pandas as pd
import pytest

from traderai_assets.domain.drift.alarm import drift_alarm, drift_table
from traderai_assets.domain.drift.performance import performance_drift

START, END = (pd.Timestamp(f"2026-03-0{day}", tz="UTC") for day in (1, 2))


def kind(name, *statuses):
    features = [f"{name}_{number}" for number in range(len(statuses))]
    psi = np.linspace(0.9, 0.1, len(statuses)) if name != "performance" else np.nan
    return pd.DataFrame(
        {"feature": features, "kind": name, "psi": psi, "rows": 500, "status": statuses}
    )


def table(*parts, end=END):
    return drift_table(list(parts), model_id="m1", window_start=START, window_end=end)


DRIFTED_FEATURES = kind("feature", "drifted", *["stable"] * 9)


def test_one_kind_alone_asks_for_no_model():
    alone = ("prediction", "multivariate", "estimated", "calibration")
    for part in (kind("feature", *["drifted"] * 9), *(kind(one, "drifted") for one in alone)):
        assert drift_alarm(table(part)) is None


def test_kinds_that_look_at_the_same_are_one_witness():
    assert drift_alarm(table(DRIFTED_FEATURES, kind("multivariate", "drifted"))) is None
    assert drift_alarm(table(kind("prediction", "drifted"), kind("estimated", "drifted"))) is None


def test_what_is_earned_below_the_promise_asks_for_a_judgement_alone():
    alarm = drift_alarm(table(kind("performance", "drifted", "stable")))
    assert alarm is not None
    assert (alarm.kinds, alarm.asks) == (("performance",), ("judge",))
    both = drift_alarm(table(kind("performance", "drifted"), kind("calibration", "drifted")))
    assert both is not None
    assert both.asks == ("retrain", "judge")


def test_broken_features_ask_for_repair_and_keep_a_model_from_being_trained_on_them():
    broken = kind("feature", "missing", "infinite", "drifted", "stable")
    alarm = drift_alarm(table(broken, kind("prediction", "drifted")))
    assert alarm is not None
    assert alarm.asks == ("repair",)
    assert alarm.broken == ("feature_0", "feature_1")
    assert "missing or infinite: feature_0, feature_1" in alarm.reason


def test_the_cause_is_the_model_and_its_kinds_whatever_the_window():
    parts = DRIFTED_FEATURES, kind("prediction", "drifted")
    now, later = table(*parts), table(*parts, end=END + pd.Timedelta(hours=6))
    causes = {alarm.cause for alarm in (drift_alarm(now), drift_alarm(later)) if alarm}
    assert causes == {"m1:feature+prediction"}


def test_two_kinds_that_agree_raise_it_and_say_why():
    alarm = drift_alarm(table(DRIFTED_FEATURES, kind("prediction", "drifted")))
    assert alarm is not None
    assert alarm.model_id == "m1"
    assert alarm.kinds == ("feature", "prediction")
    assert alarm.drifted == ("feature_0", "prediction_0")
    assert alarm.asks == ("retrain",)
    assert alarm.reason == (
        "retrain is asked for by model m1 until 2026-03-02 00:00 UTC; "
        "feature and prediction drift: feature_0, prediction_0"
    )


def test_a_few_features_of_many_are_no_witness():
    few = kind("feature", "drifted", *["stable"] * 10)
    assert drift_alarm(table(few, kind("prediction", "drifted"))) is None
    assert drift_alarm(table(DRIFTED_FEATURES, kind("prediction", "drifted")))


def test_what_could_not_be_judged_has_no_voice():
    unjudged = kind("feature", "drifted", *["insufficient"] * 30)
    assert drift_alarm(table(unjudged, kind("prediction", "drifted")))
    assert (
        drift_alarm(table(kind("feature", "insufficient"), kind("prediction", "drifted"))) is None
    )


def test_only_the_latest_window_counts():
    old = table(DRIFTED_FEATURES, kind("prediction", "drifted"))
    later = END + pd.Timedelta(hours=6)
    new = table(DRIFTED_FEATURES, kind("prediction", "stable"), end=later)
    assert drift_alarm(pd.concat([old, new])) is None


def test_nothing_measured_raises_nothing():
    assert drift_alarm(table(DRIFTED_FEATURES)[:0]) is None


def test_the_table_names_model_and_window_in_every_row_whatever_its_parts():
    found = table(DRIFTED_FEATURES, performance_drift(None, np.array([])))
    assert (found["model_id"] == "m1").all()
    assert str(found["window_end"].dtype) == "datetime64[ms, UTC]"
    assert found["window_start"].tolist() == [START] * 13
    for column in ("psi", "ks", "expected", "realised_upper"):
        assert found[column].dtype == np.float64


@pytest.mark.parametrize("share", [0.05, 0.5])
def test_how_many_features_make_a_witness_can_be_set(share):
    found = table(DRIFTED_FEATURES, kind("prediction", "drifted"))
    assert (drift_alarm(found, min_feature_share=share) is not None) == (share == 0.05)
