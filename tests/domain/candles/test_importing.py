"""A file against what is stored: what is new, what differs, and what nobody has asked for."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from traderai_assets.domain.candles.ask_ledger import Answer, no_asks, note_asks
from traderai_assets.domain.candles.frames import candles_frame, no_candles
from traderai_assets.domain.candles.gap_confirmation import confirmed_gaps
from traderai_assets.domain.candles.gaps import absent_bars, find_gaps
from traderai_assets.domain.candles.importing import compare, unheard_unless_asked

BAR = timedelta(hours=1)
START = datetime(2026, 3, 1, tzinfo=UTC)
FIRST_MS = int(START.timestamp() * 1000)


def candles(*places, close=100.0):
    rows = [[FIRST_MS + place * 3_600_000, 100.0, 101.0, 99.0, close, 5.0] for place in places]
    return candles_frame(np.array(rows).reshape(-1, 6))


def test_what_a_file_holds_is_new_the_same_or_other():
    told = pd.concat([candles(0, 1), candles(2, close=99.5), candles(3)], ignore_index=True)
    compared = compare(candles(0, 2, 5), told)
    assert compared.new["open_time"].tolist() == candles(1, 3)["open_time"].tolist()
    assert compared.same == 1
    assert compared.others["close"].tolist() == [99.5]
    assert compared.differences.to_dict("records") == [
        {
            "open_time": START + 2 * BAR,
            "column": "close",
            "stored": 100.0,
            "in_file": 99.5,
        }
    ]


def test_against_nothing_stored_all_is_new():
    compared = compare(no_candles(), candles(0, 1))
    assert (len(compared.new), compared.same, len(compared.others)) == (2, 0, 0)


def gaps_of(stored, asks, n_bars, failed=None):
    end = START + n_bars * BAR
    absent = absent_bars(stored, start=START, end=end, bar=BAR)
    gaps = find_gaps(stored, start=START, end=end, bar=BAR, failed=failed)
    confirmed = confirmed_gaps(gaps, asks, absent, start=START, bar=BAR)
    found = unheard_unless_asked(confirmed, asks, absent, start=START, bar=BAR)
    assert list(found.columns) == list(gaps.columns)
    assert found.dtypes.tolist() == gaps.dtypes.tolist()
    return [
        ((row.start - START) // BAR, (row.end - START) // BAR, row.absent_bars, row.kind)
        for row in found.itertuples()
    ]


def test_an_absence_that_nobody_asked_for_is_unheard():
    assert gaps_of(candles(0, 1, 5), no_asks(), 6) == [(2, 5, 3, "unheard")]


def test_an_absence_that_was_asked_for_keeps_what_came_of_it():
    stored = candles(*range(40), 43, *range(44, 80))
    absent = absent_bars(stored, start=START, end=START + 80 * BAR, bar=BAR)
    answer = Answer(START + 40 * BAR, START + 42 * BAR, START, START + 79 * BAR)
    asks = note_asks(
        no_asks(), _no_gaps(), absent, [answer], start=START, bar=BAR, now=START + 90 * BAR
    )
    # Two of three absent bars were asked for, and rows came on both sides of them
    assert gaps_of(stored, asks, 80) == [(40, 42, 2, "outage"), (42, 43, 1, "unheard")]


def test_a_bar_whose_row_could_not_be_used_stays_a_failure():
    failed = pd.Series([pd.Timestamp(START + 3 * BAR)])
    assert gaps_of(candles(0, 1, 2, 4), no_asks(), 6, failed) == [
        (3, 4, 1, "fetch_failure"),
        (5, 6, 1, "unheard"),
    ]


def test_nothing_absent_is_no_gap():
    assert gaps_of(candles(*range(6)), no_asks(), 6) == []


def _no_gaps():
    return find_gaps(candles(0), start=START, end=START + BAR, bar=BAR)
