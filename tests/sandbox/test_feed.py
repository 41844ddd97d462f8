"""Bars and how they are gathered into longer ones."""

import numpy as np

from traderai_assets.sandbox.feed import Bars, aggregate, concatenate

MINUTE = 60_000


def bars(minutes, opens, volumes=None):
    opens = np.array(opens, dtype=float)
    return Bars(
        np.array(minutes, dtype=np.int64) * MINUTE,
        opens,
        opens + 2,
        opens - 1,
        opens + 1,
        np.ones(len(opens)) if volumes is None else np.array(volumes),
    )


def test_a_longer_bar_takes_first_open_extremes_last_close_and_the_sum_of_volume():
    gathered = aggregate(bars([5, 6, 7, 8, 9], [10, 14, 9, 11, 12]), 5 * MINUTE)
    assert gathered.open_time.tolist() == [5 * MINUTE]
    assert [column.tolist() for column in gathered.values()] == [[10], [16], [8], [13], [5]]


def test_a_bucket_without_bars_stays_absent_and_a_partial_one_is_kept():
    gathered = aggregate(bars([0, 1, 12], [10, 11, 12]), 5 * MINUTE)
    assert gathered.open_time.tolist() == [0, 10 * MINUTE]
    assert gathered.volume.tolist() == [2, 1]


def test_a_sum_of_volumes_shows_no_more_than_eight_decimals():
    assert aggregate(bars([0, 1], [1, 1], [0.1, 0.2]), 5 * MINUTE).volume.tolist() == [0.3]


def test_nothing_gathers_to_nothing():
    assert len(aggregate(concatenate([]), 5 * MINUTE)) == 0


def test_a_span_includes_both_its_ends():
    assert bars([1, 2, 3, 5], [1, 1, 1, 1]).between(2 * MINUTE, 5 * MINUTE).open_time.tolist() == [
        2 * MINUTE,
        3 * MINUTE,
        5 * MINUTE,
    ]
