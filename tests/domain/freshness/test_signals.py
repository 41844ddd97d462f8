"""Which markets' open signals must be judged again."""

from datetime import UTC, datetime, timedelta

from traderai_assets.domain.freshness.signals import OpenSignals, expiring_signals
from traderai_assets.domain.months import Month

BAR = timedelta(minutes=5)
DECIDED = datetime(2026, 3, 31, 22, tzinfo=UTC)
OPEN = OpenSignals(count=3, first_decided_at=DECIDED, first_valid_until=DECIDED + 48 * BAR)


def judged(moment):
    return OpenSignals(3, DECIDED, DECIDED + 48 * BAR, judged_until=moment)


def test_signals_are_judged_again_once_a_bar_has_closed():
    assert expiring_signals({"a": OPEN}, {"a": DECIDED}) == []
    (verdict,) = expiring_signals({"a": OPEN}, {"a": DECIDED + BAR})
    assert verdict.market == "a"
    assert verdict.months == (Month(2026, 3),)
    assert "3 open signals; bars have closed since 2026-03-31 22:00 UTC" in verdict.reason


def test_signals_judged_by_the_last_bar_are_left_alone():
    last = DECIDED + 5 * BAR
    assert expiring_signals({"a": judged(last)}, {"a": last}) == []
    assert expiring_signals({"a": judged(last)}, {"a": last - BAR}) == []


def test_without_a_stored_bar_nothing_ends():
    assert expiring_signals({"a": OPEN}, {}) == []


def test_outcomes_of_both_months_are_asked_for_across_the_end_of_one():
    midnight = Month(2026, 4).start
    (until_midnight,) = expiring_signals({"a": OPEN}, {"a": midnight})
    (past_midnight,) = expiring_signals({"a": OPEN}, {"a": midnight + BAR})
    (from_midnight,) = expiring_signals({"a": judged(midnight)}, {"a": midnight + BAR})
    assert until_midnight.months == (Month(2026, 3),)
    assert past_midnight.months == (Month(2026, 3), Month(2026, 4))
    assert from_midnight.months == (Month(2026, 4),)


def test_a_signal_past_its_validity_is_named():
    (verdict,) = expiring_signals({"a": OPEN}, {"a": DECIDED + 48 * BAR})
    assert "the oldest past its validity" in verdict.reason
