import numpy as np
import pytest

from resources.lake.chunk_policy import OPEN_ROWS, rows_kept_and_cuts


def hours(rows, per_hour=12):
    return sorted({*range(per_hour, rows + 1, per_hour), rows})


def test_a_month_that_is_published_at_once_is_what_is_finished_and_its_last_hour():
    assert rows_kept_and_cuts([], hours(8005), closed=False) == (0, [8004, 8005])
    assert rows_kept_and_cuts([], hours(8004), closed=False) == (0, [7992, 8004])


def test_few_rows_and_closed_months_are_one_chunk():
    assert rows_kept_and_cuts([], hours(OPEN_ROWS), closed=False) == (0, [OPEN_ROWS])
    assert rows_kept_and_cuts([], hours(8640), closed=True) == (0, [8640])
    assert rows_kept_and_cuts([6000, 8000], hours(8640), closed=True) == (0, [8640])


def test_what_is_finished_takes_in_chunks_that_are_not_several_times_as_large():
    assert rows_kept_and_cuts([8004], hours(8040), closed=False) == (1, [8028, 8040])
    assert rows_kept_and_cuts([7920, 8004], hours(8040), closed=False) == (1, [8028, 8040])
    assert rows_kept_and_cuts([7800, 8004], hours(8040), closed=False) == (2, [8028, 8040])


def test_nothing_is_left_to_write_where_rows_end_with_a_stored_chunk():
    assert rows_kept_and_cuts([600, 1200], hours(1200), closed=False) == (2, [])


@pytest.mark.parametrize("per_hour", [1, 4, 12, 60])
def test_over_a_month_of_bars_chunks_stay_few_and_rows_are_written_a_few_times(per_hour):
    month, ends, written = 720 * per_hour, [], 0
    for rows in range(1, month + 1):
        kept, cuts = rows_kept_and_cuts(ends[:-1], hours(rows, per_hour), closed=False)
        start = ends[kept - 1] if kept else 0
        assert (cuts[-1], kept < len(ends) or not ends) == (rows, True)
        assert all(start < cut for cut in cuts)
        assert rows - start <= OPEN_ROWS or set(cuts) <= set(hours(rows, per_hour))
        written += rows - start
        ends = [*ends[:kept], *cuts]
        assert len(ends) <= 7
    assert written / month < max(25, 1.2 * per_hour)  # A whole month each time: half of it, 360 h
    assert np.all(np.diff([0, *ends]) > 0)
