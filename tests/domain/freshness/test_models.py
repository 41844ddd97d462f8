"""Which markets train, which wait for their history, and which are let be."""

from datetime import UTC, datetime, timedelta

from traderai_assets.domain.freshness.models import (
    MissingHistory,
    MonthCoverage,
    closed_bars,
    look_back_missing,
    stale_models,
)
from traderai_assets.domain.months import Month
from traderai_assets.domain.training.window import LookBack

BAR = timedelta(minutes=5)
FEBRUARY, MARCH, APRIL = (Month(2026, number) for number in (2, 3, 4))
NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
LOOK_BACK = LookBack(datetime(2026, 2, 18, 12, tzinfo=UTC), NOW)
WEEK = timedelta(days=7)


def verdicts(trained_until, ready, now=NOW):
    found = stale_models(trained_until, now, max_age=WEEK, look_back_days=30, ready=ready)
    return {verdict.market: verdict for verdict in found}


def test_a_month_has_as_many_closed_bars_as_fit_until_then():
    assert closed_bars(FEBRUARY, NOW, BAR) == 28 * 288
    assert closed_bars(MARCH, NOW, BAR) == 19 * 288 + 144
    assert closed_bars(APRIL, NOW, BAR) == 0


def test_a_look_back_is_complete_when_every_bar_is_stored_or_known_as_a_gap():
    coverage = {FEBRUARY: MonthCoverage(3_000, 2_990, 10), MARCH: MonthCoverage(5_616, 5_616, 0)}
    assert look_back_missing(coverage, LOOK_BACK, BAR) is None


def test_a_bar_nobody_can_account_for_names_its_month():
    coverage = {FEBRUARY: MonthCoverage(3_000, 2_990, 9), MARCH: MonthCoverage(5_616, 5_616, 0)}
    missing = look_back_missing(coverage, LOOK_BACK, BAR)
    assert missing == MissingHistory((FEBRUARY,), 1)
    assert missing.reason.endswith("neither stored nor known gaps, in 2026-02")


def test_a_month_without_coverage_lacks_all_its_bars_of_the_look_back():
    missing = look_back_missing({MARCH: MonthCoverage(5_616, 5_616, 0)}, LOOK_BACK, BAR)
    assert missing == MissingHistory((FEBRUARY,), 10 * 288 + 144)


def test_surplus_rows_of_one_month_do_not_make_up_for_another():
    coverage = {FEBRUARY: MonthCoverage(10, 30, 0), MARCH: MonthCoverage(10, 5, 0)}
    assert look_back_missing(coverage, LOOK_BACK, BAR) == MissingHistory((MARCH,), 5)


def test_a_model_young_enough_is_let_be_even_if_history_is_missing():
    missing = MissingHistory((MARCH,), 3)
    found = verdicts({"a": NOW - WEEK, "b": NOW - timedelta(days=1)}, {"a": None, "b": missing})
    assert [found["a"].action, found["b"].action] == ["fresh", "fresh"]
    assert found["b"].reason == "the model of b knows all up to 2026-03-19 12:00 UTC"


def test_a_missing_or_old_model_is_trained_for_the_month_after_the_current_one():
    old = NOW - WEEK - timedelta(minutes=5)
    found = verdicts({"a": None, "b": old}, {"a": None, "b": None})
    for verdict in found.values():
        assert (verdict.action, verdict.served_month) == ("train", APRIL)
    assert found["a"].reason == "a has no model, and its look-back is complete"
    assert "7 days, 0:05:00 old, beyond 7 days" in found["b"].reason


def test_training_waits_for_its_history_and_says_for_what():
    missing = MissingHistory((FEBRUARY, MARCH), 17)
    found = verdicts({"a": None, "b": None}, {"a": missing})
    assert [verdict.action for verdict in found.values()] == ["wait", "wait"]
    assert "17 bars of the look-back" in found["a"].reason
    assert "2026-02, 2026-03" in found["a"].reason
    assert found["b"].reason == "b has no model, and no candles"


def test_a_clock_set_back_makes_no_model_stale():
    assert verdicts({"a": NOW + WEEK}, {"a": None})["a"].action == "fresh"
