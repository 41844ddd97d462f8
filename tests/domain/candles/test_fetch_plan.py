"""What a fetch asks for: what lacks, what is due, and of long absences a sample."""

from datetime import UTC, datetime, timedelta

import pandas as pd

from traderai_assets.domain.candles.fetch_plan import SAMPLE_BARS, Question, questions
from traderai_assets.domain.candles.gap_confirmation import asked_for
from traderai_assets.schemas.candles import CANDLE_ASKS, CANDLE_GAPS

HOUR = timedelta(hours=1)
START = datetime(2024, 4, 1, tzinfo=UTC)
NOW = datetime(2024, 6, 1, tzinfo=UTC)
BARS = 720


def at(bars):
    return START + bars * HOUR


def asked(*gaps, now=NOW, by_schedule=True):
    """Questions about a month in which these are absent: begin, end, class, times asked at NOW."""
    rows = [
        {"start": at(a), "end": at(b), "absent_bars": b - a, "flat_bars": 0, "kind": kind}
        for a, b, kind, _ in gaps
    ]
    asks = [
        {"start": at(a), "end": at(b), "first_seen": NOW, "last_asked": NOW, "times_asked": times}
        for a, b, _, times in gaps
        if times
    ]
    known = pd.DataFrame(rows).astype(CANDLE_GAPS.dtypes)
    ledger = (
        pd.DataFrame(asks).assign(came_back="nothing").astype(CANDLE_ASKS.dtypes)
        if asks
        else CANDLE_ASKS.empty()
    )
    absent = {bar for a, b, *_ in gaps for bar in range(a, b)}
    stored = pd.to_datetime([at(bar) for bar in range(BARS) if bar not in absent], utc=True)
    return questions(
        pd.DataFrame({"open_time": pd.Series(stored).astype("datetime64[ms, UTC]")}),
        asked_for(known, ledger),
        start=START,
        end=at(BARS),
        bar=HOUR,
        revise_from=at(BARS),
        now=now,
        by_schedule=by_schedule,
    )


def test_by_the_schedule_an_absence_is_asked_for_when_it_is_due_and_not_before():
    gap = (3, 5, "unheard", 1)
    assert asked(gap, now=NOW + timedelta(minutes=9)) == []
    assert asked(gap, now=NOW + timedelta(minutes=10)) == [Question(at(3), at(5), again=True)]


def test_a_person_is_answered_at_once_about_what_nobody_believes():
    doubted, believed = (3, 5, "unheard", 2), (8, 9, "outage", 2)
    assert asked(doubted, believed, by_schedule=False) == [Question(at(3), at(5), again=True)]


def test_a_row_that_could_not_be_used_waits_for_its_time_like_all_others():
    gap = (3, 4, "fetch_failure", 1)
    assert asked(gap) == []
    assert asked(gap, now=NOW + HOUR) == [Question(at(3), at(4), again=True)]


def test_a_gap_without_a_record_is_asked_for_at_once_and_whole():
    assert asked((0, BARS, "not_listed", 0)) == [Question(START, at(BARS))]


def test_a_long_absence_is_asked_for_by_a_sample_elsewhere_each_time():
    firsts = []
    for times in (1, 2, 3, 5, 6):
        [sample] = asked((0, BARS, "unheard", times), now=NOW + timedelta(days=40))
        assert sample.about == (START, at(BARS))
        assert sample.end - sample.start == SAMPLE_BARS * HOUR
        firsts.append((sample.start - START) // HOUR)
    assert firsts == [235, 117, 352, 293, 176]


def test_the_ask_after_which_an_absence_may_be_believed_is_for_all_of_it():
    now = NOW + timedelta(days=40)
    assert asked((0, BARS, "unheard", 4), now=now) == [Question(START, at(BARS), again=True)]


def test_many_holes_that_lie_near_one_another_are_asked_for_in_pages():
    holes = [(place, place + 1, "no_trade", 1) for place in range(0, 300, 10)]
    [question] = asked(*holes, now=NOW + HOUR)
    assert (question.start, question.end) == (START, at(291))
