import json
from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from traderai_assets.domain.candles.frames import candles_frame, no_candles
from traderai_assets.domain.candles.judging import judge_rows
from traderai_assets.domain.candles.merging import merge_candles, second_look

START = datetime(2024, 1, 1, tzinfo=UTC)
BAR = timedelta(minutes=5)
BAR_MS, START_MS = 300_000, 1_704_067_200_000


def frame(closes):
    """Candles by bar number and close."""
    rows = [[START_MS + bar * BAR_MS, 10, 20, 5, close, 1] for bar, close in sorted(closes.items())]
    return candles_frame(np.array(rows, dtype=float).reshape(-1, 6))


def closes(candles):
    bars = ((candles["open_time"] - START) // BAR).tolist()
    return dict(zip(bars, candles["close"], strict=True))


def test_the_fetched_value_wins_and_the_old_one_is_kept():
    merge = merge_candles(frame({0: 11, 1: 12, 2: 13}), frame({1: 14, 2: 13, 3: 15}))
    assert closes(merge.candles) == {0: 11, 1: 14, 2: 13, 3: 15}
    assert merge.revisions["reason"].tolist() == ["superseded"]
    assert merge.revisions["open_time"].tolist() == [START + BAR]
    assert json.loads(merge.revisions["raw"].iloc[0]) == [START_MS + BAR_MS, 10, 20, 5, 12, 1]


def test_a_bar_that_is_no_longer_served_is_kept():
    merge = merge_candles(frame({0: 11, 1: 12}), frame({1: 12}))
    assert closes(merge.candles) == {0: 11, 1: 12}
    assert merge.revisions.empty


def test_nothing_and_nothing_is_an_empty_frame_of_the_right_types():
    merge = merge_candles(no_candles(), no_candles())
    assert merge.candles.equals(no_candles())
    assert merge.candles.dtypes.equals(no_candles().dtypes)


bars = st.dictionaries(st.integers(0, 30), st.integers(6, 19), max_size=20)


@settings(deadline=None, max_examples=40)
@given(bars, bars)
def test_merging_twice_is_merging_once(stored, fetched):
    once = merge_candles(frame(stored), frame(fetched))
    twice = merge_candles(once.candles, frame(fetched))
    assert twice.candles.equals(once.candles)
    assert twice.revisions.empty
    assert closes(once.candles) == {**stored, **fetched}
    changed = [bar for bar in stored if bar in fetched and stored[bar] != fetched[bar]]
    assert len(once.revisions) == len(changed)


@settings(deadline=None, max_examples=40)
@given(bars, st.lists(st.tuples(st.integers(0, 30), st.integers(0, 12)), max_size=8))
def test_the_same_values_give_the_same_candles_in_any_pieces_and_order(truth, pieces):
    whole, merged = frame(truth), no_candles()
    for start, length in pieces:
        piece = frame({bar: truth[bar] for bar in truth if start <= bar < start + length})
        merge = merge_candles(merged, piece)
        merged = merge.candles
        assert merge.revisions.empty
    merge = merge_candles(merged, whole)
    assert merge.candles.equals(whole)
    assert merge.revisions.empty


def judged(rows):
    return judge_rows(
        rows, market_bar=BAR, start=START, end=START + 9 * BAR, closed_before=START + 20 * BAR
    )


def row(bar, close=11):
    return [START_MS + bar * BAR_MS, 10, 20, 5, close, 1]


def test_a_bad_row_that_came_well_the_second_time_leaves_no_line():
    looks = second_look(judged([row(0), row(1, None), row(2, -1)]), judged([row(1), row(2, -1)]))
    assert closes(looks.candles) == {0: 11, 1: 11}
    assert looks.quarantined["reason"].tolist() == ["price_not_positive"]


def test_a_bad_row_beside_a_sound_one_keeps_its_line():
    looks = second_look(judged([row(0), row(0, None)]), judged([row(0), row(3)]))
    assert looks.quarantined["reason"].tolist() == ["missing_value"]


def test_the_oldest_row_is_known_only_if_both_looks_saw_one():
    seen, unseen = judged([row(5)]), judged([])
    assert second_look(seen, judged([row(4)])).oldest == START + 4 * BAR
    assert second_look(seen, unseen).oldest is None
    assert second_look(unseen, seen).newest == START + 5 * BAR
    assert second_look(unseen, unseen).newest is None
