"""Every row of an answer is a candle, is passed over for a good reason, or is in quarantine."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traderai_assets.domain.arrays import milliseconds
from traderai_assets.domain.candles.frames import candles_frame
from traderai_assets.domain.candles.judging import judge_rows

START = datetime(2024, 1, 1, tzinfo=UTC)
BAR = timedelta(minutes=5)
BAR_MS, START_MS = 300_000, 1_704_067_200_000
NOW = START + 20 * BAR + timedelta(minutes=1)  # Bar 20 is open


def row(bar, *, opened=10.0, high=12.0, low=9.0, close=11.0, volume=3.0):
    return [START_MS + bar * BAR_MS, opened, high, low, close, volume]


def judged(rows, *, bars=10, now=NOW, **more):
    return judge_rows(
        rows, market_bar=BAR, start=START, end=START + bars * BAR, closed_before=now, **more
    )


def reasons(rows, **more):
    return judged(rows, **more).quarantined["reason"].tolist()


def bars_of(judgement):
    return ((judgement.candles["open_time"] - START) // BAR).tolist()


def test_sound_rows_become_candles_in_order_of_time():
    judgement = judged([row(2), row(0), row(1, volume=0.0)])
    assert bars_of(judgement) == [0, 1, 2]
    assert judgement.candles.iloc[1].tolist()[1:] == [10.0, 12.0, 9.0, 11.0, 0.0]
    assert judgement.quarantined.empty


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (None, "not_a_row"),
        ("[1, 2, 3, 4, 5, 6]", "not_a_row"),
        ({"open": 1}, "not_a_row"),
        ([], "wrong_length"),
        (row(1)[:5], "wrong_length"),
        ([*row(1), 7], "wrong_length"),
        (row(1, close=None), "missing_value"),
        ([None, 1, 1, 1, 1, 1], "missing_value"),
        (row(1, close="11.0"), "not_a_number"),
        (row(1, close=True), "not_a_number"),
        (row(1, close=[11.0]), "not_a_number"),
        (row(1, close=float("nan")), "not_finite"),
        (row(1, high=float("inf")), "not_finite"),
        (row(1, high=10**400), "not_finite"),
        (row(1.5), "off_grid_time"),
        ([START_MS + 0.5, 1, 1, 1, 1, 1], "off_grid_time"),
        ([-BAR_MS, 1, 1, 1, 1, 1], "off_grid_time"),
        ([1e300, 1, 1, 1, 1, 1], "off_grid_time"),
        (row(22), "future_time"),
        (row(10**6), "future_time"),
        (row(1, low=0.0), "price_not_positive"),
        (row(1, opened=-10.0), "price_not_positive"),
        (row(1, volume=-0.1), "negative_volume"),
        (row(1, high=8.0), "high_below_low"),
        (row(1, high=10.5), "high_below_body"),
        (row(1, low=10.5), "low_above_body"),
    ],
)
def test_a_bad_row_is_quarantined_by_kind_and_spoils_no_other(bad, reason):
    judgement = judged([row(0), bad, row(2)])
    assert bars_of(judgement) == [0, 2]
    assert judgement.quarantined["reason"].tolist() == [reason]


def test_a_row_with_several_faults_is_named_by_the_first():
    assert reasons([row(1, low=-1.0, volume=-1.0)]) == ["price_not_positive"]
    assert reasons([[START_MS + 1, None, 1, 1, 1, 1]]) == ["missing_value"]


def test_the_time_is_kept_where_the_row_names_one():
    ledger = judged([row(1, close=None), ["soon", 1, 1, 1, 1, 1]]).quarantined
    assert ledger["open_time"].isna().tolist() == [False, True]
    assert ledger["open_time"].iloc[0] == START + BAR


def test_the_open_candle_is_neither_stored_nor_blamed():
    for content in (row(20), row(20, high=None), row(20, low=-1.0)):
        judgement = judged([row(19), content], bars=30)
        assert bars_of(judgement) == [19]
        assert judgement.quarantined.empty


def test_a_bar_is_closed_at_the_moment_it_ends_and_not_before():
    end = START + 5 * BAR
    assert bars_of(judged([row(4)], now=end)) == [4]
    assert bars_of(judged([row(4)], now=end - timedelta(milliseconds=1))) == []


def test_candles_outside_the_window_are_passed_over_good_or_bad():
    judgement = judged([row(-1), row(10), row(11, close=None), row(3)])
    assert bars_of(judgement) == [3]
    assert judgement.quarantined.empty


def test_what_opened_while_the_exchange_was_answering_is_not_from_the_future():
    before, after = START + 5 * BAR - timedelta(seconds=1), START + 5 * BAR + timedelta(seconds=1)
    assert reasons([row(5)], now=before) == []  # Within what clocks of one exchange may differ
    assert reasons([row(6)], now=before, latest=after) == ["future_time"]
    assert reasons([row(6)], now=before, latest=after + BAR) == []


def test_an_exact_repetition_is_dropped():
    judgement = judged([row(1), row(1), row(1)])
    assert bars_of(judgement) == [1]
    assert judgement.quarantined.empty


def test_of_two_rows_that_contradict_each_other_neither_is_stored():
    judgement = judged([row(0), row(1), row(1, close=10.5), row(1)])
    assert bars_of(judgement) == [0]
    assert judgement.quarantined["reason"].tolist() == ["conflicting_duplicate"] * 2


def test_a_sound_row_beside_a_bad_one_of_the_same_bar_is_stored():
    judgement = judged([row(1), row(1, high=1.0)])
    assert bars_of(judgement) == [1]
    assert judgement.quarantined["reason"].tolist() == ["high_below_low"]


def test_the_ledger_holds_what_the_exchange_wrote():
    ledger = judged([row(1, close=None)], raw=[[START_MS + BAR_MS, "1", "?"]]).quarantined
    assert ledger["raw"].tolist() == ['[1704067500000, "1", "?"]']


def test_the_first_and_last_bar_named_are_told_in_the_window_or_not():
    judgement = judged([row(-3), row(15, close=None), row(1.5), row(400)])
    assert (judgement.bars_named, judgement.oldest) == (2, START - 3 * BAR)
    assert judgement.newest == START + 15 * BAR
    nothing = judged([None, row(400)])
    assert (nothing.bars_named, nothing.oldest, nothing.newest) == (0, None, None)


def test_minus_zero_and_zero_are_one_volume():
    judgement = judged([row(1, volume=-0.0), row(1, volume=0.0)])
    assert bars_of(judgement) == [1]
    assert str(judgement.candles["volume"].iloc[0]) == "0.0"


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=8) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=12,
)
nearly = st.builds(
    lambda bar, changes: [changes.get(place, value) for place, value in enumerate(row(bar))],
    st.integers(-3, 25),
    st.dictionaries(st.integers(0, 5), anything, max_size=2),
)


@pytest.mark.slow
@settings(max_examples=120, deadline=None)
@given(st.lists(anything | nearly, max_size=12), st.randoms())
def test_nothing_is_raised_nothing_bad_accepted_and_the_order_does_not_matter(rows, dice):
    judgement = judged(rows, bars=30)
    shuffled = list(rows)
    dice.shuffle(shuffled)
    again = judged(shuffled, bars=30)
    assert judgement.candles.equals(again.candles)
    assert judgement.quarantined.equals(again.quarantined)

    candles = judgement.candles
    assert candles.dtypes.equals(candles_frame_dtypes())
    assert candles["open_time"].is_monotonic_increasing
    assert candles["open_time"].is_unique
    for candle in candles.itertuples(index=False):
        assert START <= candle.open_time <= NOW - BAR
        assert 0 < candle.low <= min(candle.open, candle.close)
        assert max(candle.open, candle.close) <= candle.high < float("inf")
        assert 0 <= candle.volume < float("inf")
        written = [milliseconds(candle.open_time.to_pydatetime()), *candle[1:]]
        assert any(isinstance(given, list) and given == written for given in rows)


def candles_frame_dtypes():
    return candles_frame(np.empty((0, 6))).dtypes
