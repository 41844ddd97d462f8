"""Segments: where learning may not pass, and that an ordinary market's candles pass untouched."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from tests.domain.candles.scaled import BAR, PRICES, market, mixed_bar, redenominated, wick
from traderai_assets.domain.candles.segments import (
    Crossings,
    Decision,
    bars_since_cut,
    chained,
    mark_segments,
    segment_starts,
    undecided_steps,
    venue_scale,
)


def at(candles: pd.DataFrame, row: int):
    return candles["open_time"].iloc[row].to_pydatetime()


def test_an_ordinary_markets_candles_are_handed_on_as_they_are():
    candles = market()
    assert mark_segments(candles) is candles
    assert list(segment_starts(candles)) == []
    opens, closes = chained(candles)
    assert closes.tobytes() == candles["close"].to_numpy().tobytes()
    assert opens.tobytes() == candles["open"].to_numpy().tobytes()


def test_a_suspected_step_begins_a_segment_and_a_suspected_bar_stands_alone():
    assert list(segment_starts(mark_segments(redenominated(market(), 700, 100.0)))) == [700]
    assert list(segment_starts(mark_segments(mixed_bar(market(), 700, 100.0)))) == [700, 701]
    assert list(segment_starts(mark_segments(wick(market(), 700, 100.0)))) == [700, 701]


def test_a_segment_begins_behind_a_gap_that_learning_may_not_cross():
    candles = market().drop(index=range(500, 520)).reset_index(drop=True)
    start = at(candles, 499) + BAR
    marked = mark_segments(candles, Crossings(barred=[(start, start + 20 * BAR)]))
    assert list(segment_starts(marked)) == [500]
    since = bars_since_cut(marked)
    assert since[500:].tolist() == list(range(len(candles) - 500))
    assert since[:500].min() > 10**9


def test_a_gap_before_the_first_row_is_known_to_have_been_there():
    candles = market(100)
    before = (at(candles, 0) - timedelta(days=1), at(candles, 0))
    assert bars_since_cut(mark_segments(candles, Crossings(barred=[before])))[0] == 0


def test_a_confirmed_move_is_passed_and_a_revoked_one_is_not():
    candles = redenominated(market(), 700, 100.0)
    real = Crossings(decisions=[Decision(at(candles, 700), None)])
    assert mark_segments(candles, real) is candles
    assert undecided_steps(candles, real).empty
    assert len(undecided_steps(candles)) == 1


def test_a_written_ratio_makes_one_market_of_both_sides():
    candles = redenominated(market(), 700, 100.0)
    written = Crossings(decisions=[Decision(at(candles, 700), 100.0)])
    marked = mark_segments(candles, written)
    assert list(segment_starts(marked)) == []
    for name in PRICES:
        np.testing.assert_allclose(marked[name], market()[name], rtol=1e-12)
        np.testing.assert_allclose(marked[name] * venue_scale(marked), candles[name], rtol=1e-12)
    np.testing.assert_allclose(marked["volume"], market()["volume"], rtol=1e-12)
    earlier, now = marked[PRICES][:700], candles[PRICES][:700]
    assert earlier.to_numpy().tobytes() == now.to_numpy().tobytes()


def test_a_wrong_ratio_unlocks_nothing():
    candles = redenominated(market(), 700, 100.0)
    wrong = Crossings(decisions=[Decision(at(candles, 700), 10.0)])
    assert list(segment_starts(mark_segments(candles, wrong))) == [700]
    assert len(undecided_steps(candles, wrong)) == 1


def test_a_bar_in_two_units_is_left_out_once_its_ratio_is_written():
    candles = mixed_bar(market(), 700, 100.0)
    marked = mark_segments(candles, Crossings(decisions=[Decision(at(candles, 700), 100.0)]))
    assert list(segment_starts(marked)) == []
    assert len(marked) == len(candles) - 1
    np.testing.assert_allclose(marked["close"], market()["close"].drop(index=700), rtol=1e-12)


def test_a_ratio_may_be_written_where_nothing_is_suspected():
    candles = redenominated(market(), 700, 1.2)
    assert mark_segments(candles) is candles
    marked = mark_segments(candles, Crossings(decisions=[Decision(at(candles, 700), 1.2)]))
    np.testing.assert_allclose(marked["close"], market()["close"], rtol=1e-12)


@pytest.mark.parametrize("cut", [650, 700, 701, 710, 900])
def test_no_row_changes_with_a_row_after_it(cut: int):
    candles = redenominated(market(), 700, 100.0, until=712)
    decided = Crossings(decisions=[Decision(at(candles, 712), 0.01)])
    whole = mark_segments(candles, decided)[:cut]
    part = mark_segments(candles[:cut], decided)
    for name in PRICES:
        assert part[name].to_numpy().tobytes() == whole[name].to_numpy().tobytes()
    assert list(segment_starts(part)) == list(segment_starts(whole))


def test_who_held_all_the_time_neither_won_nor_lost_at_a_cut():
    candles = mark_segments(redenominated(market(), 700, 100.0))
    opens, closes = chained(candles)
    assert closes[-1] / opens[0] == pytest.approx(
        market()["close"].iloc[-1] / market()["open"].iloc[0], rel=0.01
    )
