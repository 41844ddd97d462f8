from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from traderai_assets.domain.candles.frames import candles_frame
from traderai_assets.domain.candles.gaps import find_gaps
from traderai_assets.domain.candles.judging import judge_rows
from traderai_assets.domain.errors import InvalidRows
from traderai_assets.schemas.candles import CANDLE_GAPS, CANDLE_QUARANTINE, CANDLES
from traderai_assets.schemas.rows import validated_rows

START = datetime(2024, 1, 1, tzinfo=UTC)
START_MS = 1_704_067_200_000
BAR = timedelta(minutes=5)


def candles(**changes):
    values = {"time": START_MS, "open": 10, "high": 12, "low": 9, "close": 11, "volume": 0}
    first = list({**values, **changes}.values())
    second = [first[0] + 300_000, 10, 10, 10, 10, 0]
    return candles_frame(np.array([first, second], dtype=float))


def test_candles_of_the_judge_fit_the_table():
    assert validated_rows(CANDLES, candles()).equals(candles())


@pytest.mark.parametrize(
    "wrong",
    [
        {"open": 0},
        {"low": -1},
        {"high": np.inf},
        {"close": np.nan},
        {"volume": -1},
        {"volume": np.inf},
        {"high": 10.5},
        {"low": 10.5},
    ],
)
def test_what_the_judge_would_refuse_is_refused_by_the_table_as_well(wrong):
    with pytest.raises(InvalidRows, match="table candles"):
        validated_rows(CANDLES, candles(**wrong))


def test_a_bar_stands_once_and_no_column_is_added():
    twice = candles()
    twice["open_time"] = twice["open_time"].iloc[0]
    with pytest.raises(InvalidRows):
        validated_rows(CANDLES, twice)
    with pytest.raises(InvalidRows, match="undeclared"):
        validated_rows(CANDLES, candles().assign(trades=1))


def test_gaps_fit_their_table_also_when_there_are_none():
    for frame, count in [(candles(), 1), (candles().iloc[:0], 1)]:
        gaps = find_gaps(frame, start=START, end=START + 5 * BAR, bar=BAR)
        assert len(validated_rows(CANDLE_GAPS, gaps)) == count
    none = find_gaps(candles(), start=START, end=START, bar=BAR)
    assert validated_rows(CANDLE_GAPS, none).empty


def test_a_gap_of_an_unknown_kind_or_without_length_is_refused():
    gaps = find_gaps(candles(), start=START, end=START + 5 * BAR, bar=BAR)
    for wrong in (gaps.assign(kind="weekend"), gaps.assign(end=gaps["start"])):
        with pytest.raises(InvalidRows, match="table candle_gaps"):
            validated_rows(CANDLE_GAPS, wrong)


def test_every_kind_of_bad_row_fits_the_quarantine():
    rows = [None, [START_MS, None, 1, 1, 1, 1], "x" * 9_000, [START_MS, 0, 1, 1, 1, 1], [[[]]]]
    judgement = judge_rows(
        rows, market_bar=BAR, start=START, end=START + BAR, closed_before=START + 2 * BAR
    )
    assert len(validated_rows(CANDLE_QUARANTINE, judgement.quarantined)) == len(rows)
