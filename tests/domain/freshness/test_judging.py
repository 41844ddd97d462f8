"""The gate judges facts alone: what was read of lake, event log and clock, in one value."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from traderai_assets.domain.freshness.judging import judge
from traderai_assets.domain.freshness.look_back_facts import (
    Extent,
    LookBackFacts,
    MonthCoverage,
    span,
)
from traderai_assets.domain.freshness.training_data import Refusal
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.domain.spans.look_back import LookBack

BTC = Market("binance", "BTC/USDT", "1h")
MAY, JUNE, JULY = (Month(2024, number) for number in (5, 6, 7))
FIVE = datetime(2024, 6, 12, 5, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WHOLE = MonthCoverage(300, 300, 0)
# July's model is asked for on June 12 at 05:00; a bar's features are still being made
GROWING = LookBackFacts(BTC, JULY, 30, Extent(FIVE, FIVE, FIVE - HOUR), {MAY: WHOLE, JUNE: WHOLE})


def with_extent(**changes) -> LookBackFacts:
    return replace(GROWING, extent=replace(GROWING.extent, **changes))


def test_a_model_of_the_month_to_come_learns_up_to_where_all_is_made():
    assert judge(GROWING) == LookBack(FIVE - HOUR - 30 * DAY, FIVE - HOUR)


def test_a_month_that_has_begun_is_learned_for_up_to_its_start():
    facts = replace(GROWING, served=JUNE, extent=Extent(FIVE, FIVE), months={MAY: WHOLE})
    assert judge(facts) == LookBack(datetime(2024, 5, 2, tzinfo=UTC), JUNE.start)


@pytest.mark.parametrize(
    ("made_until", "until", "growing"),
    [(FIVE - DAY, FIVE - DAY, JUNE), (FIVE - DAY - HOUR, FIVE, None)],
)
def test_what_was_made_more_than_a_day_ago_is_no_present(made_until, until, growing):
    found = span(Extent(FIVE, FIVE, made_until), BTC, JULY, 30)
    assert (found.window.until, found.growing) == (until, growing)


def test_candles_that_others_were_made_of_count_where_they_are_learned_with():
    april = MAY.shift(-1)  # Before the look-back: its candles may be any
    others = {MAY: replace(WHOLE, other_candles=(april,)), JUNE: WHOLE}
    assert isinstance(judge(replace(GROWING, months=others)), LookBack)
    grows = {MAY: WHOLE, JUNE: replace(WHOLE, other_candles=(JUNE,))}
    assert isinstance(judge(replace(GROWING, months=grows)), LookBack)
    changed = {MAY: WHOLE, JUNE: replace(WHOLE, other_candles=(MAY, JUNE))}
    assert judge(replace(GROWING, months=changed)).unmade == (JUNE,)


def test_a_month_that_was_left_behind_grows_no_more():
    behind = with_extent(made_until=FIVE - 2 * DAY)
    months = {MAY: WHOLE, JUNE: replace(WHOLE, other_candles=(JUNE,))}
    assert judge(replace(behind, months=months)).unmade == (JUNE,)


def test_of_a_market_that_ended_inside_the_look_back_no_model_learns():
    ended = {MAY: replace(WHOLE, ended_at=FIVE - 20 * DAY), JUNE: replace(WHOLE, ended_at=FIVE)}
    found = judge(replace(GROWING, months=ended))
    assert found == Refusal(
        BTC.key,
        JULY,
        f"{BTC.key} has ended at 2024-05-23 05:00 UTC, so no model learns of it",
    )


def test_without_a_clock_nobody_knows_whether_candles_reach_the_present():
    found = judge(replace(with_extent(present=None, no_clock="no answer"), months={}))
    assert found.found == (
        f"whether candles of {BTC.key} reach the present cannot be told: no answer"
    )


def test_a_model_that_is_not_due_says_which_one_is():
    found = judge(replace(GROWING, served=Month(2024, 9), months={}))
    assert found.found.endswith("train the model of 2024-07 instead")


def test_where_nothing_is_stored_that_is_said_and_what_fetches_it():
    empty = MonthCoverage(300, 0, 0, other_candles=(MAY, JUNE))
    facts = replace(GROWING, extent=Extent(None, FIVE), months={MAY: empty, JUNE: empty})
    found = judge(facts)
    assert found.found == f"no candles of {BTC.key} are stored"
    assert found.commands == [f"traderai backfill {BTC.key} --since 2024-05-01"]
