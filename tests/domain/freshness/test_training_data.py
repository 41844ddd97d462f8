"""What a look-back lacks, month by month, and what to type to mend it."""

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traderai_assets.domain.freshness.blocking_gaps import BlockingGap
from traderai_assets.domain.freshness.look_back_facts import (
    Extent,
    LookBackFacts,
    MonthCoverage,
    Span,
    warm_up_spans,
)
from traderai_assets.domain.freshness.training_data import (
    agree_until,
    backfill_commands,
    look_back_refusal,
)
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month, months_between
from traderai_assets.domain.spans.look_back import LookBack

BTC = Market("binance", "BTC/USDT", "5m")
FEBRUARY, MARCH, APRIL = (Month(2026, number) for number in (2, 3, 4))
NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
LOOK_BACK = LookBack(datetime(2026, 2, 18, 12, tzinfo=UTC), NOW)
WHOLE = MonthCoverage(5_616, 5_616, 0)
HOUR = timedelta(hours=1)


def refusal(**coverage):
    named = {FEBRUARY: coverage.get("february", WHOLE), MARCH: coverage.get("march", WHOLE)}
    facts = LookBackFacts(BTC, APRIL, 30, Extent(NOW, NOW), named)
    return look_back_refusal(facts, Span(LOOK_BACK))


def test_a_look_back_is_complete_when_every_bar_is_stored_or_known_as_a_gap():
    assert refusal(february=MonthCoverage(3_000, 2_990, 10)) is None


def test_a_bar_nobody_can_account_for_names_its_month_the_look_back_and_the_command():
    found = refusal(february=MonthCoverage(3_000, 2_990, 9))
    assert found.missing == {FEBRUARY: 1}
    assert found.sentence == (
        "a model of binance.BTC-USDT.5m for 2026-04 learns from 2026-02-18 12:00 to 2026-03-20 "
        "12:00 UTC, but 1 bars of the look-back are neither stored nor known gaps, in 2026-02; "
        'fetch and make them with "traderai backfill binance.BTC-USDT.5m --since 2026-02-01 '
        '--until 2026-02-28"'
    )


def test_surplus_rows_of_one_month_do_not_make_up_for_another():
    found = refusal(february=MonthCoverage(10, 30, 0), march=MonthCoverage(10, 5, 0))
    assert found.missing == {MARCH: 5}


def test_features_of_other_candles_are_named_beside_the_bars_that_are_missing():
    found = refusal(
        february=MonthCoverage(10, 10, 0, other_candles=(FEBRUARY,)),
        march=MonthCoverage(10, 5, 0, other_candles=(FEBRUARY, MARCH)),
    )
    assert found.found == (
        "5 bars of the look-back are neither stored nor known gaps, in 2026-03, and features and "
        "labels are not made of the candles as they are stored, in 2026-02, 2026-03"
    )
    assert found.commands == ["traderai backfill binance.BTC-USDT.5m --since 2026-02-01"]


def test_candles_before_the_look_back_that_its_features_warm_up_on_are_asked_for_too():
    january = FEBRUARY.shift(-1)
    months = {FEBRUARY: MonthCoverage(10, 10, 0, other_candles=(january,)), MARCH: WHOLE}
    warm_up = {january: MonthCoverage(31, 1, 0)}
    facts = LookBackFacts(BTC, APRIL, 30, Extent(NOW, NOW), months, warm_up)
    found = look_back_refusal(facts, Span(LOOK_BACK))
    assert found.missing == {january: 30}
    assert found.unmade == (FEBRUARY,)
    assert found.found.startswith(
        "30 bars before the look-back, on which its features warm up, are neither stored nor known "
        "gaps, in 2026-01, and features and labels"
    )
    told = "traderai backfill binance.BTC-USDT.5m --since 2026-01-01 --until 2026-02-28"
    assert found.commands == [told]


@pytest.mark.parametrize("timeframe", ["1m", "5m", "1h", "2h"])
def test_before_a_look_back_of_short_bars_nothing_is_asked_for(timeframe):
    assert warm_up_spans(LOOK_BACK, Market("binance", "BTC/USDT", timeframe)) == []


def test_ten_months_and_the_days_before_it_are_asked_for_before_a_look_back_of_days():
    spans = warm_up_spans(LOOK_BACK, Market("binance", "BTC/USDT", "1d"))
    assert [span.months for span in spans] == [[one] for one in (*FEBRUARY.before(10), FEBRUARY)]
    assert spans[-1] == LookBack(FEBRUARY.start, LOOK_BACK.start)
    early = LookBack(datetime(2017, 2, 1, tzinfo=UTC), datetime(2017, 3, 1, tzinfo=UTC))
    [only] = warm_up_spans(early, Market("binance", "BTC/USDT", "1d"))
    assert only.months == [Month(2017, 1)]


def test_bars_that_nobody_believes_in_are_told_with_the_time_they_are_asked_for_again():
    first, last = FEBRUARY.start, FEBRUARY.start + 9 * HOUR
    gap = BlockingGap(first, last, "unheard", barred=False, times_asked=2, next_ask=NOW + HOUR)
    found = refusal(february=MonthCoverage(3_000, 2_991, 0, blocking_gaps=(gap, gap)))
    assert found.found == (
        "9 bars of the look-back are neither stored nor known gaps, in 2026-02 (2026-02-01 00:00 "
        "to 2026-02-01 09:00 UTC was asked for 2 times, again at 2026-03-20 13:00 UTC (unheard, "
        "not believed yet), and 1 more)"
    )


def test_a_stretch_that_learning_may_not_cross_says_from_when_on_a_model_can_be_made():
    end = datetime(2026, 3, 2, tzinfo=UTC)
    barred = BlockingGap(FEBRUARY.start, end, "unreachable", barred=True)
    found = refusal(march=MonthCoverage(10, 0, 10, blocking_gaps=(barred,)))
    assert (found.missing, found.commands) == ({}, [])
    assert found.found == (
        "no model learns across 2026-02-01 00:00 to 2026-03-02 00:00 UTC (unreachable: older than "
        "the candles that the venue serves); one is made of the 30 days after it, from 2026-04-01 "
        "00:00 UTC on"
    )


def test_months_that_do_not_follow_one_another_are_fetched_apart():
    months = [Month(2025, 12), Month(2025, 8), Month(2026, 1), Month(2026, 3)]
    assert backfill_commands("btc", months, NOW) == [
        "traderai backfill btc --since 2025-08-01 --until 2025-08-31",
        "traderai backfill btc --since 2025-12-01 --until 2026-01-31",
        "traderai backfill btc --since 2026-03-01",
    ]


@given(st.sets(st.integers(0, 40), min_size=1))
def test_the_commands_ask_for_the_months_that_are_missing_and_no_other(places):
    months = {Month(2020, 1).shift(place) for place in places}
    asked = []
    for command in backfill_commands("btc", months, NOW):
        since, until = (
            datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC)
            for day in command.partition("--since ")[2].split(" --until ")
        )
        asked += months_between(since, until + timedelta(days=1))
    assert asked == sorted(months)


def candles(*closes):
    opened = pd.date_range("2026-03-01", periods=len(closes), freq="1h", tz="UTC").as_unit("ms")
    return pd.DataFrame({"open_time": opened, "close": [float(close) for close in closes]})


@pytest.mark.parametrize(
    ("made_of", "stored", "agreeing"),
    [
        ((1, 2, 3), (1, 2, 3, 4), 3),  # a bar has closed since
        ((1, 2, 3), (1, 9, 3, 4), 1),  # and one was revised
        ((1, 2, 3, 4), (1, 2), 2),
        ((1, 2), (9, 2), None),
        ((), (1, 2), None),
    ],
)
def test_two_versions_agree_up_to_the_first_candle_that_differs(made_of, stored, agreeing):
    found = agree_until(candles(*made_of), candles(*stored), HOUR)
    assert found == (None if agreeing is None else MARCH.start + agreeing * HOUR)


def test_a_hole_that_was_filled_later_is_where_they_cease_to_agree():
    stored = candles(1, 2, 3, 4)
    assert agree_until(stored.drop(index=1), stored, HOUR) == MARCH.start + HOUR
