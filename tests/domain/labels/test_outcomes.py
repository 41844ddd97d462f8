"""Triple-barrier outcomes, candle by candle, with prices worked by hand."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from traderai_assets.domain.labels.outcomes import label_bars, side_returns

BAR = timedelta(minutes=5)
START = pd.Timestamp("2026-03-01", tz="UTC")
# Before the bar under test: enough dead bars for the width to be known, and to be the least one
WARM = 80
WIDTH = 0.01
FLAT = (100.0, 100.0, 100.0, 100.0)


def candles(*bars, absent=()):
    """Dead bars at 100, then `bars` of (open, high, low, close), those numbered `absent` left out.

    The bar under test is the last dead one; bar 0 of `bars` is its entry bar.
    """
    prices = np.array([FLAT] * WARM + list(bars))
    frame = pd.DataFrame(prices, columns=["open", "high", "low", "close"])
    frame.insert(0, "open_time", START + BAR * np.arange(len(frame)))
    frame["open_time"] = frame["open_time"].astype("datetime64[ms, UTC]")
    frame["volume"] = 1.0
    return frame.drop(index=[WARM + number for number in absent]).reset_index(drop=True)


def labelled(frame, horizon=3):
    return label_bars(frame, bar=BAR, horizon_bars=horizon, multiple=1e-9, minimum_width=WIDTH)


def outcome(*bars, absent=(), horizon=3):
    """The label of the bar under test, or None."""
    labels = labelled(candles(*bars, absent=absent), horizon)
    row = labels[labels["open_time"] == START + BAR * (WARM - 1)]
    return None if row.empty else row.iloc[0]


def closes_after(bars):
    """Close time of bar number `bars` of those after the bar under test."""
    return START + BAR * (WARM + bars + 1)


def test_the_upper_barrier_first_is_a_label_up():
    found = outcome(FLAT, (100, 101.5, 100, 101))
    assert (found["label"], found["barrier"]) == (1, "upper")
    assert found["gross_return"] == pytest.approx(0.01)
    assert found["width"] == 0.01
    assert found["label_end"] == closes_after(1)


def test_the_lower_barrier_first_is_a_label_down_whatever_follows():
    found = outcome((100, 100, 98.5, 99), (99, 200, 99, 200))
    assert (found["label"], found["barrier"]) == (-1, "lower")
    assert found["gross_return"] == pytest.approx(-0.01)
    assert found["label_end"] == closes_after(0)


def test_a_touch_to_the_tick_counts():
    assert outcome((100, 101, 100, 100))["barrier"] == "upper"
    assert outcome((100, 100, 99, 100))["barrier"] == "lower"


def test_barriers_stand_around_the_next_open_not_around_the_close_before():
    # Entry at 102: the barriers are 103.02 and 100.98
    found = outcome((102, 103, 101, 102), (102, 103.1, 102, 103))
    assert found["label_end"] == closes_after(1)
    assert found["barrier"] == "upper"


def test_a_bar_that_reaches_both_barriers_is_lost_on_either_side():
    found = outcome((100, 102, 98, 101))
    assert (found["label"], found["barrier"]) == (0, "both")
    side = np.array([1, -1, 0], dtype=np.int8)
    label, gross = np.zeros(3, np.int8), np.full(3, found["gross_return"])
    assert side_returns(side, label, gross) == pytest.approx([-0.01, -0.01, 0.0])


def test_a_bar_that_opens_beyond_a_barrier_is_filled_at_its_open():
    up = outcome(FLAT, (105, 106, 90, 95))
    assert (up["barrier"], up["gross_return"]) == ("upper", pytest.approx(0.05))
    down = outcome(FLAT, (93, 150, 93, 140))
    assert (down["barrier"], down["gross_return"]) == ("lower", pytest.approx(-0.07))


def test_at_the_deadline_the_sign_of_the_return_decides():
    for close, label in ((100.4, 1), (99.6, -1), (100.0, 0)):
        found = outcome(FLAT, FLAT, (100, 100.5, 99.5, close))
        assert (found["label"], found["barrier"]) == (label, "time")
        assert found["gross_return"] == pytest.approx(close / 100 - 1)
        assert found["label_end"] == closes_after(2)


def test_a_barrier_touched_after_the_deadline_is_too_late():
    found = outcome(FLAT, FLAT, FLAT, (100, 200, 100, 200))
    assert (found["label"], found["barrier"]) == (0, "time")


def test_a_bar_whose_outcome_is_open_has_no_row():
    assert outcome(FLAT, FLAT) is None
    assert outcome() is None


def test_a_bar_without_a_next_bar_cannot_be_entered():
    assert outcome(FLAT, (100, 200, 100, 200), FLAT, absent=[0]) is None


def test_absent_bars_count_as_time_and_touch_nothing():
    # The middle bar is absent: the deadline stays three bars after entry
    found = outcome(FLAT, (100, 200, 50, 100), (100, 100, 100, 100.2), FLAT, absent=[1])
    assert found["barrier"] == "time"
    assert found["label_end"] == closes_after(2)


def test_a_gap_over_a_barrier_inside_the_window_is_filled_after_the_gap():
    found = outcome(FLAT, FLAT, (97, 97, 97, 97), absent=[1])
    assert (found["barrier"], found["gross_return"]) == ("lower", pytest.approx(-0.03))
    assert found["label_end"] == closes_after(2)


def test_where_the_last_bar_of_the_window_is_absent_the_first_one_after_it_closes():
    found = outcome(FLAT, FLAT, FLAT, FLAT, (105, 106, 104, 106), absent=[2, 3])
    assert (found["barrier"], found["label"]) == ("time", 1)
    assert found["gross_return"] == pytest.approx(0.05)
    assert found["label_end"] == closes_after(4)


def test_a_suspension_longer_than_the_horizon_leaves_no_label():
    bars = [FLAT] * 7
    assert outcome(*bars, absent=[2, 3, 4]) is not None
    assert outcome(*bars, absent=[2, 3, 4, 5]) is None


def test_a_market_too_young_for_a_width_has_no_label():
    labels = labelled(candles(*[FLAT] * 10))
    assert labels["open_time"].iloc[0] == START + BAR * 72


def test_a_winning_short_earns_what_a_long_loses():
    side, label = np.array([1, -1], np.int8), np.array([-1, -1], np.int8)
    assert side_returns(side, label, np.array([-0.01, -0.01])) == pytest.approx([-0.01, 0.01])


def test_no_label_depends_on_a_candle_that_closes_after_it_ended(wander):
    whole = wander("2026-03-01", 900, bar=BAR, seed=5, absent_share=0.05)
    settings = {"bar": BAR, "horizon_bars": 12, "multiple": 1.0, "minimum_width": 0.001}
    labels = label_bars(whole, **settings)
    for cut in (300, 301, 350, 500, 777):
        known = whole.iloc[:cut]
        until = known["open_time"].iloc[-1] + BAR
        expected = labels[labels["label_end"] <= until].reset_index(drop=True)
        found = label_bars(known, **settings)
        pd.testing.assert_frame_equal(found, expected, check_exact=True)


def test_label_ends_stay_within_their_bound(wander):
    candles_with_holes = wander("2026-03-01", 2000, bar=BAR, seed=6, absent_share=0.3)
    labels = label_bars(
        candles_with_holes, bar=BAR, horizon_bars=6, multiple=1.0, minimum_width=0.001
    )
    life = labels["label_end"] - labels["open_time"]
    assert life.min() >= 2 * BAR
    assert life.max() <= BAR * (1 + 2 * 6)
    whole = wander("2026-03-01", 2000, bar=BAR, seed=6)
    labels = label_bars(whole, bar=BAR, horizon_bars=6, multiple=1.0, minimum_width=0.001)
    life = labels["label_end"] - labels["open_time"]
    assert life.max() == BAR * (1 + 6)


def test_no_candles_have_no_labels_but_all_columns():
    labels = labelled(candles().iloc[:0])
    assert list(labels.columns) == [
        "open_time", "label_end", "label", "gross_return", "barrier", "width",
    ]  # fmt: skip
    assert labels["label_end"].dtype == labels["open_time"].dtype == "datetime64[ms, UTC]"
    assert labels["label"].dtype == "int8"
