"""Which markets train, which wait for their history, and which are let be."""

from datetime import UTC, datetime, timedelta

from traderai_assets.domain.freshness.models import stale_models
from traderai_assets.domain.freshness.training_data import Refusal
from traderai_assets.domain.months import Month

FEBRUARY, MARCH, APRIL = (Month(2026, number) for number in (2, 3, 4))
NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
WEEK = timedelta(days=7)


def verdicts(trained_until, refusals, now=NOW):
    found = stale_models(
        trained_until,
        now,
        max_age=WEEK,
        expires_after=6 * WEEK,
        look_back_days=30,
        refusals=refusals,
    )
    return {verdict.market: verdict for verdict in found}


def refusal(market):
    missing = {FEBRUARY: 9, MARCH: 8}
    return Refusal(market, APRIL, "17 bars are missing", missing=missing, present=NOW)


def test_a_model_young_enough_is_let_be_even_if_history_is_missing():
    found = verdicts({"a": NOW - WEEK, "b": NOW - timedelta(days=1)}, {"b": refusal("b")})
    assert [found["a"].action, found["b"].action] == ["fresh", "fresh"]
    assert found["b"].reason == "the model of b knows all up to 2026-03-19 12:00 UTC"


def test_a_missing_or_old_model_is_trained_for_the_month_after_the_current_one():
    old = NOW - WEEK - timedelta(minutes=5)
    found = verdicts({"a": None, "b": old}, {})
    for verdict in found.values():
        assert (verdict.action, verdict.served_month) == ("train", APRIL)
    assert found["a"].reason == "a has no model, and its look-back is complete"
    assert "7 days, 0:05:00 old, beyond 7 days" in found["b"].reason


def test_of_a_model_that_says_nothing_any_more_it_is_told_since_when():
    found = verdicts({"a": NOW - 6 * WEEK, "b": NOW - 7 * WEEK}, {})
    assert [found["a"].action, found["b"].action] == ["train", "train"]
    assert "says nothing" not in found["a"].reason
    assert "49 days, 0:00:00 old" in found["b"].reason
    assert "says nothing since 2026-03-13 12:00 UTC" in found["b"].reason


def test_training_waits_for_its_history_and_says_for_what_and_how_to_get_it():
    found = verdicts({"a": None, "b": None}, {"a": refusal("a")})
    assert [verdict.action for verdict in found.values()] == ["wait", "train"]
    assert found["a"].reason == (
        "a has no model, but 17 bars are missing; fetch and make them with "
        '"traderai backfill a --since 2026-02-01"'
    )


def test_a_clock_set_back_makes_no_model_stale():
    assert verdicts({"a": NOW + WEEK}, {})["a"].action == "fresh"
