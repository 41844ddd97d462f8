"""Where a look-back may be shorter: it begins where the market is known to, and nowhere else."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traderai_assets.domain.freshness.blocking_gaps import BlockingGap
from traderai_assets.domain.freshness.judging import judge
from traderai_assets.domain.freshness.look_back_facts import (
    Expanding,
    Extent,
    LookBackFacts,
    MonthCoverage,
)
from traderai_assets.domain.freshness.training_data import Refusal
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month, months_between
from traderai_assets.domain.spans.look_back import LookBack

BTC = Market("binance", "BTC/USDT", "1h")
DAY = timedelta(days=1)
MAY, JUNE = Month(2024, 5), Month(2024, 6)
# June's model, asked for on June 12: it learns up to June 1, of 100 days from February 22 on
NOW = datetime(2024, 6, 12, 5, tzinfo=UTC)
WHOLE, BLANK = MonthCoverage(300, 300, 0), MonthCoverage(300, 0, 0)
UNLISTED = MonthCoverage(300, 0, 300)
FEBRUARY, MARCH, APRIL = (Month(2024, number) for number in (2, 3, 4))
START = datetime(2024, 2, 22, tzinfo=UTC)


def unlisted(month, until=None):
    if until is None:
        return replace(UNLISTED, unlisted_until=month.end)
    return MonthCoverage(300, 100, 200, unlisted_until=until)


def found(months=(), *, from_days=30, history_days=120, warm_up=None, market=BTC):
    """What the gate says where these months are not whole."""
    covered = dict.fromkeys(months_between(START, JUNE.start), WHOLE) | dict(months)
    return judge(
        LookBackFacts(
            market,
            JUNE,
            100,
            Extent(NOW, NOW),
            covered,
            warm_up or {},
            Expanding(from_days, history_days) if from_days else None,
        )
    )


def test_a_whole_look_back_is_as_long_as_it_may_be():
    assert found() == LookBack(START, JUNE.start)


def test_a_young_market_is_learned_from_its_first_candle_on():
    listed = datetime(2024, 4, 10, 7, tzinfo=UTC)
    young = {month: unlisted(month) for month in (FEBRUARY, MARCH)} | {
        APRIL: unlisted(APRIL, listed)
    }
    assert found(young) == LookBack(listed, JUNE.start)
    assert found(young, from_days=51) == LookBack(listed, JUNE.start)
    refusal = found(young, from_days=52)
    assert isinstance(refusal, Refusal)
    assert refusal.commands == []
    assert refusal.sentence == (
        "a model of binance.BTC-USDT.1h for 2024-06 learns from 2024-04-10 07:00 to 2024-06-01 "
        "00:00 UTC, but its first candle opens at 2024-04-10 07:00 UTC: 51.7 days are there of the "
        "training.expanding_from_days = 52 that one is made of, from 2024-06-01 07:00 UTC on"
    )


def test_without_the_setting_nothing_is_shortened():
    months = {FEBRUARY: BLANK, MARCH: BLANK}
    assert found({month: unlisted(month) for month in months}, from_days=0) == LookBack(
        START, JUNE.start
    )
    assert found(months, from_days=0).missing == {FEBRUARY: 300, MARCH: 300}


@pytest.mark.parametrize(
    "earlier",
    [
        BLANK,  # Not fetched yet, and inside the history that is to be kept
        MonthCoverage(300, 0, 299),  # Fetched but for a bar
        MonthCoverage(300, 20, 280),  # Candles from before what was taken for the first
    ],
)
def test_a_first_candle_is_known_to_be_the_first_only_if_all_before_was_asked_for(earlier):
    listed = datetime(2024, 4, 10, 7, tzinfo=UTC)
    months = {FEBRUARY: unlisted(FEBRUARY), MARCH: earlier, APRIL: unlisted(APRIL, listed)}
    answer = found(months)
    if earlier.missing_bars:
        assert list(answer.missing) == [MARCH]
    else:
        assert answer == LookBack(START, JUNE.start)


def test_a_history_begins_with_the_first_month_that_the_settings_keep():
    # Ninety days before June 12 are March 14
    assert found({FEBRUARY: BLANK}, history_days=90) == LookBack(MARCH.start, JUNE.start)


def test_a_month_of_the_history_that_is_not_fetched_yet_is_asked_for():
    refusal = found({FEBRUARY: BLANK, MARCH: BLANK}, history_days=90)
    assert refusal.missing == {MARCH: 300}
    assert "--since 2024-03-01" in refusal.commands[0]
    refusal = found({FEBRUARY: BLANK, APRIL: BLANK}, history_days=90)
    assert refusal.missing == {APRIL: 300}


def test_what_was_asked_for_and_is_not_believed_yet_is_no_beginning_of_a_history():
    gap = BlockingGap(START, FEBRUARY.end, "unheard", barred=False, times_asked=2)
    doubted = replace(BLANK, blocking_gaps=(gap,))
    assert found({FEBRUARY: doubted}, history_days=90).missing == {FEBRUARY: 300}


def test_older_months_than_the_settings_keep_are_learned_from_where_they_are_stored():
    assert found(history_days=30) == LookBack(START, JUNE.start)


@pytest.mark.parametrize("kind", ["unreachable", "silence"])
def test_behind_what_no_model_learns_across_one_begins(kind):
    end = datetime(2024, 4, 20, 3, tzinfo=UTC)
    gap = BlockingGap(MARCH.start, end, kind, barred=True)
    months = {
        MARCH: MonthCoverage(300, 0, 300, blocking_gaps=(gap,)),
        APRIL: MonthCoverage(300, 100, 200, blocking_gaps=(gap,)),
    }
    assert found(months) == LookBack(end, JUNE.start)
    assert found(months | {FEBRUARY: BLANK}) == LookBack(end, JUNE.start)
    refusal = found(months, from_days=42)
    assert refusal.found.startswith("no model learns across 2024-03-01 00:00 to 2024-04-20 03:00")
    assert refusal.found.endswith(
        "41.9 days are there of the training.expanding_from_days = 42 that one is made of, from "
        "2024-06-01 03:00 UTC on"
    )
    assert found(months, from_days=0).found.endswith("from 2024-07-29 03:00 UTC on")


def test_a_silence_up_to_the_end_of_a_look_back_leaves_nothing_and_says_when_there_is_enough():
    gap = BlockingGap(MAY.start, JUNE.end, "silence", barred=True)
    refusal = found({MAY: MonthCoverage(300, 0, 300, blocking_gaps=(gap,))})
    assert "0.0 days are there" in refusal.found
    assert "from 2024-07-31 00:00 UTC on" in refusal.found


def test_features_and_labels_are_asked_for_in_the_months_that_are_learned_from_alone():
    months = {
        FEBRUARY: replace(unlisted(FEBRUARY), other_candles=(FEBRUARY,)),
        MARCH: replace(unlisted(MARCH), other_candles=(MARCH,)),
    }
    assert found(months) == LookBack(APRIL.start, JUNE.start)
    assert found(months | {APRIL: replace(WHOLE, other_candles=(APRIL,))}).unmade == (APRIL,)


def test_of_long_bars_a_look_back_that_begins_with_its_history_has_nothing_to_warm_up_on():
    days = Market("binance", "BTC/USDT", "1d")
    january = FEBRUARY.shift(-1)
    assert found(warm_up={january: BLANK}, market=days, history_days=90) == LookBack(
        START, JUNE.start
    )
    assert found(warm_up={january: BLANK}, market=days, history_days=160).missing == {january: 300}
    young = {FEBRUARY: unlisted(FEBRUARY)}
    assert found(young, warm_up={january: BLANK}, market=days, history_days=160) == LookBack(
        MARCH.start, JUNE.start
    )


@given(st.integers(0, 90), st.integers(2, 100), st.integers(0, 200))
def test_the_setting_never_moves_the_window_it_allows(listed_after, from_days, history_days):
    """A month trained again, under another least or with a history kept for longer, is the same."""
    listed = START + listed_after * DAY
    months = {}
    for month in months_between(START, JUNE.start):
        if month.end <= listed:
            months[month] = unlisted(month)
        elif month.start < listed:
            months[month] = unlisted(month, listed)
    answer = found(months, from_days=from_days, history_days=history_days)
    if JUNE.start - max(listed, START) >= from_days * DAY:
        assert answer == LookBack(max(listed, START), JUNE.start)
    else:
        assert isinstance(answer, Refusal)
