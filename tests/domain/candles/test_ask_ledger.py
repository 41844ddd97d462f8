"""The ledger of asks: an ask counts when it is due, and what has come is forgotten."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from traderai_assets.domain.candles.ask_ledger import Answer, no_asks, note_asks
from traderai_assets.schemas.candles import CANDLE_ASKS, CANDLE_GAPS
from traderai_assets.schemas.rows import validated_rows

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MINUTE = timedelta(minutes=1)
START = datetime(2024, 4, 1, tzinfo=UTC)
NOW = datetime(2024, 6, 1, tzinfo=UTC)
NONE = CANDLE_GAPS.empty()


def absent(*places, bars=24):
    found = np.zeros(bars, dtype=bool)
    found[list(places)] = True
    return found


def whole(bars=24, **named):
    return Answer(START, START + bars * HOUR, **named)


def noted(asks, holes, answers, now=NOW, **beside):
    found = note_asks(asks, NONE, holes, answers, start=START, bar=HOUR, now=now, **beside)
    return validated_rows(CANDLE_ASKS, found)


def at(hours):
    return START + hours * HOUR


@pytest.mark.parametrize(
    ("holes", "named", "came_back"),
    [
        ((5, 6), {"named_from": at(0), "named_to": at(24)}, "around"),
        ((0, 1), {"named_from": at(2), "named_to": at(24)}, "begins_later"),
        ((22, 23), {"named_from": at(0), "named_to": at(21)}, "ends_before"),
        ((22, 23), {"named_from": at(0), "named_to": at(24)}, "around"),
        (range(24), {}, "nothing"),
        (range(24), {"named_from": at(30), "named_to": at(40)}, "begins_later"),
    ],
)
def test_what_came_back_is_told_by_the_bars_that_were_named_instead(holes, named, came_back):
    [line] = noted(no_asks(), absent(*holes), [whole(**named)]).to_dict("records")
    assert (line["start"], line["times_asked"]) == (at(min(holes)), 1)
    assert (line["first_seen"], line["last_asked"], line["came_back"]) == (NOW, NOW, came_back)


def test_a_candle_of_the_month_before_stands_beside_a_gap_if_it_is_not_far_away():
    later = whole(named_from=at(2), named_to=at(24))
    for before, came_back in ((at(-3), "around"), (at(-13), "begins_later")):
        [line] = noted(no_asks(), absent(0, 1), [later], before=before)["came_back"]
        assert line == came_back


def test_bars_before_the_first_that_is_served_are_out_of_reach():
    answer = whole(named_from=at(20), named_to=at(40), served_from=at(20))
    lines = noted(no_asks(), absent(*range(20)), [answer])
    assert lines[["start", "end", "came_back"]].to_numpy().tolist() == [
        [at(0), at(20), "out_of_reach"]
    ]


def test_an_ask_counts_when_it_is_due_and_leaves_no_trace_before():
    first = noted(no_asks(), absent(*range(24)), [whole()])
    hasty = noted(first, absent(*range(24)), [whole()], NOW + 9 * MINUTE)
    assert hasty.equals(first)
    [line] = noted(first, absent(*range(24)), [whole()], NOW + 10 * MINUTE).to_dict("records")
    assert (line["times_asked"], line["first_seen"]) == (2, NOW)
    assert line["last_asked"] == NOW + 10 * MINUTE


def test_bars_that_have_come_leave_the_ledger_and_bars_not_asked_for_stay_as_they_were():
    first = noted(no_asks(), absent(*range(24)), [whole()])
    half = Answer(at(0), at(12))
    lines = noted(first, absent(*range(10), *range(12, 24)), [half], NOW + HOUR)
    told = lines[["start", "end", "times_asked"]].to_numpy().tolist()
    assert told == [[at(0), at(10), 2], [at(12), at(24), 1]]


def test_an_ask_by_a_clock_that_was_a_year_ahead_holds_up_nothing():
    first = noted(no_asks(), absent(3), [whole()], NOW + 365 * DAY)
    [line] = noted(first, absent(3), [whole()], NOW).to_dict("records")
    assert (line["times_asked"], line["last_asked"]) == (2, NOW)


def test_trade_that_was_seen_around_a_hole_once_is_remembered_when_the_venue_falls_silent():
    around = noted(no_asks(), absent(5), [whole(named_from=at(0), named_to=at(23))])
    [line] = noted(around, absent(5), [whole()], NOW + DAY).to_dict("records")
    assert (line["times_asked"], line["came_back"]) == (2, "around")


def test_what_was_not_asked_for_is_not_in_the_ledger():
    assert noted(no_asks(), absent(5), []).empty
    assert pd.DataFrame(no_asks()).empty
