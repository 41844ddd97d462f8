from datetime import UTC, datetime, timedelta

import pandas as pd

from traderai_assets.domain.candles.coverage import spans_to_fetch

BAR = timedelta(minutes=5)
START = datetime(2026, 1, 1, tzinfo=UTC)


def at(bars):
    return START + bars * BAR


def times(moments):
    return pd.Series(pd.to_datetime(moments, utc=True)).astype("datetime64[ms, UTC]")


def spans(stored, gaps=(), end=12, revise_from=12):
    candles = pd.DataFrame({"open_time": times([at(n) for n in stored])})
    known = pd.DataFrame(
        {
            "start": times([at(a) for a, _, _ in gaps]),
            "end": times([at(b) for _, b, _ in gaps]),
            "kind": [kind for _, _, kind in gaps],
        }
    )
    found = spans_to_fetch(
        candles, known, start=START, end=at(end), bar=BAR, revise_from=at(revise_from)
    )
    return [((a - START) // BAR, (b - START) // BAR) for a, b in found]


def test_nothing_stored_means_everything():
    assert spans([]) == [(0, 12)]


def test_a_fetch_that_was_killed_goes_on_where_the_candles_end():
    assert spans(range(7)) == [(7, 12)]


def test_a_hole_nobody_knows_is_asked_for_and_a_known_gap_is_not():
    stored = [n for n in range(12) if n not in (3, 4, 8)]
    assert spans(stored, [(3, 5, "outage")]) == [(8, 9)]


def test_a_failed_fetch_is_asked_for_again():
    stored = [n for n in range(12) if n not in (3, 4)]
    assert spans(stored, [(3, 5, "fetch_failure")]) == [(3, 5)]


def test_the_tail_is_asked_for_again_because_it_may_have_been_revised():
    assert spans(range(12), revise_from=10) == [(10, 12)]


def test_a_month_that_has_not_begun_wants_nothing():
    assert spans([], end=-3) == []
