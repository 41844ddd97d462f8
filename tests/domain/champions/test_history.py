"""The history of champions: only ever added to, and rolled back by adding."""

import json
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from traderai_assets.domain.champions.choice import Decision
from traderai_assets.domain.champions.history import (
    current_champion,
    empty_history,
    roll_back,
    with_decision,
)
from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.months import Month

DAY_ONE = datetime(2026, 3, 1, tzinfo=UTC)


def decided(history, challenger, *, promote, day):
    return with_decision(
        history,
        Decision(promote, "because", {"mean": 0.1}),
        challenger_id=challenger,
        served_month=Month(2026, day),
        changed_at=DAY_ONE + timedelta(days=day),
    )


def champion_periods(*models):
    history = empty_history()
    for day, model in enumerate(models, start=1):
        history = decided(history, model, promote=True, day=day)
    return history


def rolled_back(history, *, day=20, to=None):
    at = DAY_ONE + timedelta(days=day)
    return roll_back(history, changed_at=at, reason="a person said so", to=to)


def test_a_market_without_history_has_no_champion():
    assert current_champion(empty_history()) is None


def test_a_promotion_names_who_went_before():
    last = champion_periods("a", "b").iloc[-1]
    assert (last["number"], last["action"]) == (2, "promoted")
    assert (last["model_id"], last["previous_model_id"], last["challenger_id"]) == ("b", "a", "b")
    assert last["served_month"] == "2026-02"
    assert json.loads(last["evidence"]) == {"mean": 0.1}


def test_a_challenge_that_failed_is_remembered_and_changes_nothing():
    history = decided(champion_periods("a"), "b", promote=False, day=2)
    last = history.iloc[-1]
    assert current_champion(history) == "a"
    assert (last["action"], last["model_id"], last["challenger_id"]) == ("kept", "a", "b")
    assert last["served_month"] == "2026-01"


def test_where_nobody_reigns_a_refusal_leaves_nobody():
    history = decided(empty_history(), "a", promote=False, day=1)
    assert current_champion(history) is None
    assert history["model_id"].isna().all()
    assert current_champion(decided(history, "b", promote=True, day=2)) == "b"


def test_a_run_that_happens_twice_decides_once():
    history = champion_periods("a")
    assert decided(history, "a", promote=False, day=1) is history
    judged = decided(history, "b", promote=False, day=2)
    assert decided(judged, "b", promote=False, day=2) is judged
    assert len(decided(judged, "b", promote=False, day=3)) == 3


def test_rolling_back_goes_one_champion_back_each_time_and_never_forward():
    history = champion_periods("a", "b", "c")
    once = rolled_back(history)
    twice = rolled_back(once)
    assert current_champion(once) == "b"
    assert current_champion(twice) == "a"
    assert twice["previous_model_id"].iloc[-1] == "b"
    assert twice["served_month"].iloc[-1] == "2026-01"
    assert once[:3].equals(history)


def test_one_may_roll_back_to_any_earlier_champion():
    assert current_champion(rolled_back(champion_periods("a", "b", "c"), to="a")) == "a"


@pytest.mark.parametrize(
    ("models", "to"), [((), None), (("a",), None), (("a", "b"), "b"), (("a", "b"), "never")]
)
def test_there_must_be_someone_to_roll_back_to(models, to):
    with pytest.raises(InvalidInput, match="no earlier champion"):
        rolled_back(champion_periods(*models), to=to)


def test_after_rolling_back_a_new_model_can_take_over():
    history = decided(rolled_back(champion_periods("a", "b"), day=3), "c", promote=True, day=4)
    assert current_champion(history) == "c"
    assert current_champion(rolled_back(history)) == "a"


def test_history_is_not_rewritten():
    with pytest.raises(InvalidInput, match="only ever added to"):
        rolled_back(champion_periods("a", "b"), day=1)


def test_the_order_of_the_rows_does_not_matter():
    history = champion_periods("a", "b", "c")
    assert current_champion(history.sample(frac=1, random_state=1)) == "c"


def test_the_frame_keeps_its_types():
    pd.testing.assert_series_equal(empty_history().dtypes, champion_periods("a", "b").dtypes)
    refused = decided(empty_history(), "a", promote=False, day=1)
    pd.testing.assert_series_equal(empty_history().dtypes, refused.dtypes)
