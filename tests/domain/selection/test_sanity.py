"""Sanity: what two weeks of test can show against a model is that something is broken."""

import pytest

from traderai_assets.domain.selection.sanity import model_fault

WELL = {"bars": 100, "max_drawdown": 0.5}
SLOPES = {"lightgbm": 0.0, "xgboost": 0.3}


def test_nothing_is_said_against_a_model_at_the_very_limits():
    assert model_fault(WELL, SLOPES) == ""


@pytest.mark.parametrize(
    ("evidence", "slopes", "fault"),
    [
        ({"bars": 99}, SLOPES, "it was tested on 99 bars, at least 100 are asked for"),
        ({"max_drawdown": 0.501}, SLOPES, "it lost 50.1% from a peak over its tests"),
        ({}, {"lightgbm": 0.0, "xgboost": 0.0}, "every learner's calibration is 0 (lightgbm, xg"),
    ],
)
def test_each_fault_is_named_with_its_number(evidence, slopes, fault):
    assert fault in model_fault(WELL | evidence, slopes)


def test_all_faults_are_told_and_a_record_too_short_to_have_a_drawdown_has_none():
    told = model_fault({"bars": 1}, {"lightgbm": 0.0})
    assert told.count(";") == 1
    assert "tested on 1 bars" in told
