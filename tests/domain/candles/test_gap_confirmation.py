"""When silence may be believed: asked for minutes, an hour, a day and days later, not before."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from traderai_assets.domain.candles.ask_ledger import CLOCK_DOUBT
from traderai_assets.domain.candles.gap_confirmation import (
    asked_for,
    confirmed_gaps,
    is_due,
    is_settled,
)
from traderai_assets.schemas.candles import CANDLE_ASKS, CANDLE_GAPS
from traderai_assets.schemas.rows import validated_rows

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
START = datetime(2024, 4, 1, tzinfo=UTC)
NOW = datetime(2024, 6, 1, tzinfo=UTC)
MONTH = 720


def at(hours):
    return START + hours * HOUR


def gap(begin, end, kind="outage", flat=0):
    bars = end - begin - flat
    return {
        "start": at(begin),
        "end": at(end),
        "absent_bars": bars,
        "flat_bars": flat,
        "kind": kind,
    }


def ask(begin, end, times, came_back="nothing"):
    asked = {"first_seen": NOW, "last_asked": NOW, "times_asked": times, "came_back": came_back}
    return {"start": at(begin), "end": at(end), **asked}


def frame(table, rows):
    return pd.DataFrame(rows).astype(table.dtypes) if rows else table.empty()


def kinds(gaps, asks, holes=None):
    """Begin, end and class of each gap that is told."""
    absent = np.zeros(MONTH, dtype=bool)
    for begin, end in holes or [
        ((g["start"] - START) // HOUR, (g["end"] - START) // HOUR) for g in gaps
    ]:
        absent[begin:end] = True
    found = confirmed_gaps(
        frame(CANDLE_GAPS, gaps), frame(CANDLE_ASKS, asks), absent, start=START, bar=HOUR
    )
    validated_rows(CANDLE_GAPS, found)
    times = [(found[name] - pd.Timestamp(START)) // HOUR for name in ("start", "end")]
    return list(zip(*times, found["kind"], strict=True))


@pytest.mark.parametrize(
    ("length", "came_back", "enough", "becomes"),
    [
        (1, "around", 1, "outage"),
        (12, "around", 1, "outage"),
        (13, "around", 4, "outage"),
        (49, "around", 4, "silence"),
        (1, "nothing", 5, "outage"),
        (13, "begins_later", 5, "outage"),
        (MONTH - 100, "ends_before", 5, "silence"),
    ],
)
def test_how_often_is_enough_depends_on_length_and_on_what_came_back(
    length, came_back, enough, becomes
):
    for times in range(1, 8):
        kind = becomes if times >= enough else "unheard"
        found = kinds([gap(100, 100 + length)], [ask(100, 100 + length, times, came_back)])
        assert found == [(100, 100 + length, kind)], times


def test_many_short_holes_are_believed_once_they_were_asked_for_again():
    gaps = [gap(place, place + 1, "no_trade") for place in range(0, 130, 10)]
    for times, kind in ((1, "unheard"), (2, "no_trade")):
        asks = [ask(place, place + 1, times, "around") for place in range(0, 130, 10)]
        assert {found for *_, found in kinds(gaps, asks)} == {kind}
    few = [ask(place, place + 1, 1, "around") for place in range(0, 120, 10)]
    assert {found for *_, found in kinds(gaps[:12], few)} == {"no_trade"}


def test_a_month_before_the_first_candle_is_not_listed_once_it_is_ripe():
    for times, kind in ((4, "unheard"), (5, "not_listed")):
        asks = [ask(0, MONTH, times, "begins_later")]
        assert kinds([gap(0, MONTH, "not_listed")], asks) == [(0, MONTH, kind)]


def test_what_is_out_of_reach_is_so_at_once_and_what_follows_it_is_doubted():
    asks = [ask(0, 100, 1, "out_of_reach"), ask(100, 120, 1, "ends_before")]
    found = kinds([gap(0, 120)], asks)
    assert found == [(0, 100, "unreachable"), (100, 120, "unheard")]


def test_a_row_that_could_not_be_used_stays_a_failure_however_often_it_was_asked_for():
    assert kinds([gap(5, 6, "fetch_failure")], [ask(5, 6, 9, "around")]) == [
        (5, 6, "fetch_failure")
    ]


def test_flat_bars_were_served_and_are_not_doubted():
    found = kinds([gap(0, 30, flat=10)], [ask(10, 30, 1)], holes=[(10, 30)])
    assert found == [(0, 10, "outage"), (10, 30, "unheard")]


def test_gaps_from_before_there_was_a_ledger_stand_as_they_are_and_are_due_at_once():
    gaps = frame(CANDLE_GAPS, [gap(0, MONTH, "not_listed")])
    assert kinds([gap(0, MONTH, "not_listed")], []) == [(0, MONTH, "not_listed")]
    told = asked_for(gaps, CANDLE_ASKS.empty())
    assert is_due(told, NOW, clock_doubt=CLOCK_DOUBT).tolist() == [True]
    assert is_settled(told).tolist() == [False]


def test_each_class_is_asked_for_again_by_its_own_schedule():
    waits = {}
    for kind, times in [("unheard", 1), ("unheard", 7), ("outage", 1), ("outage", 7)]:
        told = asked_for(
            frame(CANDLE_GAPS, [gap(0, 3, kind)]), frame(CANDLE_ASKS, [ask(0, 3, times)])
        )
        waits[kind, times] = told["next_ask"].iloc[0] - pd.Timestamp(NOW)
    assert waits["unheard", 1] == timedelta(minutes=10)
    assert waits["outage", 1] == HOUR
    assert waits["unheard", 7] == 7 * DAY
    assert pd.isna(waits["outage", 7])


def test_a_gap_of_which_parts_were_asked_for_at_different_times_is_due_with_the_first_of_them():
    asks = [ask(0, 3, 3, "around"), ask(3, 5, 1, "around")]
    told = asked_for(frame(CANDLE_GAPS, [gap(0, 5)]), frame(CANDLE_ASKS, asks))
    assert told["times_asked"].tolist() == [1]
    assert told["next_ask"].tolist() == [NOW + HOUR]
