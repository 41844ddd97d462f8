"""The event filter: worked by hand, per segment, and known at each bar's close."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traderai_assets.domain.labels import event_kernel
from traderai_assets.domain.labels.events import event_bars

HOUR = pd.Timedelta(hours=1)


def bars(*moves, **columns):
    """Candles whose closes move by these log returns, from 100 on."""
    opened = pd.date_range("2024-05-01", periods=len(moves) + 1, freq=HOUR, tz="UTC").as_unit("ms")
    closes = 100.0 * np.exp(np.concatenate([[0.0], np.cumsum(moves)]))
    return pd.DataFrame({"open_time": opened, "close": closes} | columns)


def events(candles, width=0.01, threshold=1.0):
    return np.flatnonzero(event_bars(candles, np.full(len(candles), width), threshold)).tolist()


def test_an_event_is_where_the_moves_since_the_last_one_come_to_the_width():
    # Up 1.2 % by bar 2; down 0.5 and 0.6 % by bar 4; bars 5 and 6 undo each other
    moved = bars(0.006, 0.006, -0.005, -0.006, 0.009, -0.009, 0.0101)
    assert events(moved) == [2, 4, 7]
    assert events(moved, width=0.02) == []
    assert events(moved, width=0.02, threshold=0.5) == [2, 4, 7]


def test_rises_and_falls_are_summed_apart_and_neither_goes_below_nothing():
    # Down 0.8, up 0.9: the rise since its own lowest point is 0.9, and 1.1 a bar later
    assert events(bars(-0.008, 0.009, 0.002)) == [3]
    assert events(bars(0.008, -0.009, -0.002)) == [3]


def test_both_sums_begin_anew_at_an_event():
    # The fall of 0.6 before the rise is forgotten with it: 0.5 more is no event
    assert events(bars(-0.006, 0.012, -0.005)) == [2]


def test_where_the_width_is_not_known_nothing_is_summed():
    moved = bars(0.008, 0.008, 0.008, 0.008)
    widths = np.array([np.nan, np.nan, np.nan, 0.01, 0.01])
    assert np.flatnonzero(event_bars(moved, widths, 1.0)).tolist() == [4]


def test_each_segment_begins_from_nothing_and_the_step_between_them_is_no_move():
    moved = bars(0.008, 0.5, 0.008, 0.008, segment=[0, 0, 1, 1, 1])
    assert events(moved) == [4]
    assert events(moved.drop(columns="segment")) == [2, 4]


def test_the_wider_the_threshold_the_fewer_the_events_and_all_bars_where_it_is_passed_by_each():
    random = np.random.default_rng(4)
    moved = bars(*random.normal(0, 0.004, 3_000))
    counts = [len(events(moved, threshold=wide)) for wide in (0.25, 0.5, 1.0, 2.0)]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > 3 * counts[2] > 0
    assert events(bars(*[0.02] * 9)) == list(range(1, 10))


@given(st.integers(0, 2**32 - 1), st.integers(2, 300), st.floats(0.1, 3.0), st.integers(1, 100))
def test_no_bar_that_is_added_changes_an_event_before_it(seed, rows, threshold, cut_every):
    random = np.random.default_rng(seed)
    moved = bars(*random.normal(0, 0.004, rows))
    moved["segment"] = np.arange(rows + 1) // cut_every
    widths = random.choice([np.nan, 0.004, 0.01], rows + 1)
    whole = event_bars(moved, widths, threshold)
    known = int(random.integers(1, rows + 1))
    first = event_bars(moved.iloc[:known], widths[:known], threshold)
    assert first.tolist() == whole[:known].tolist()


@pytest.mark.parametrize("seed", range(3))
def test_compiled_it_says_what_it_says_in_python(seed):
    random = np.random.default_rng(seed)
    moves, thresholds = random.normal(0, 1, 500), random.choice([np.nan, 1.0, 2.5], 500)
    compiled = event_kernel.walk_events(moves, thresholds)
    assert compiled.tolist() == event_kernel._walk(moves, thresholds).tolist()
    assert compiled.any()
