"""Walk-forward folds: slices in order, purged and embargoed, whatever the gaps."""

import itertools

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from traderai_assets.domain.errors import InvalidSettings, NotEnoughData
from traderai_assets.domain.validation.folds import FoldSizes, final_fold, walk_forward_folds


def cut(open_times, label_ends, **changes):
    embargo = changes.pop("embargo", 0)
    sizes = FoldSizes(**({"minimum_rows": 1} | changes))
    return walk_forward_folds(open_times, label_ends, sizes=sizes, embargo=embargo)


def even(rows, life):
    times = np.arange(rows, dtype=np.int64) * 10
    return times, times + life


def test_slices_are_cut_and_purged_as_worked_by_hand():
    # 100 rows 10 apart; tests are rows 50..74 and 75..99; labels live 25: two rows meet the next
    first, second = cut(*even(100, 25), n_folds=2)
    assert first.train.tolist() == list(range(28))
    assert first.validation.tolist() == list(range(30, 38))
    assert first.calibration.tolist() == list(range(40, 48))
    assert first.test.tolist() == list(range(50, 75))
    assert second.train.tolist() == list(range(53))
    assert second.test.tolist() == list(range(75, 100))


def test_a_label_that_ends_where_the_next_slice_begins_meets_it():
    # Labels live 20: that of row 28 ends at 300, where row 30 opens; that of row 27 at 290
    assert cut(*even(100, 20), n_folds=2)[0].train.tolist() == list(range(28))
    assert cut(*even(100, 19), n_folds=2)[0].train.tolist() == list(range(29))


def test_the_embargo_comes_on_top_of_the_purge():
    assert cut(*even(100, 19), n_folds=2, embargo=20)[0].train.tolist() == list(range(27))


def test_a_rolling_window_keeps_its_length_and_an_expanding_one_its_start():
    expanding = cut(*even(200, 5), n_folds=4)
    rolling = cut(*even(200, 5), n_folds=4, rolling=True)
    assert [fold.train[0] for fold in expanding] == [0, 0, 0, 0]
    assert [fold.train[0] for fold in rolling] == [0, 25, 50, 75]
    assert {len(fold.train) for fold in rolling} == {60}
    for moving, growing in zip(rolling, expanding, strict=True):
        assert moving.test.tolist() == growing.test.tolist()


def test_the_final_fold_spends_the_last_rows_on_calibration():
    fold = final_fold(*even(100, 25), sizes=FoldSizes(minimum_rows=1))
    assert fold.train.tolist() == list(range(78))
    assert fold.validation.tolist() == list(range(80, 88))
    assert fold.calibration.tolist() == list(range(90, 100))
    assert fold.test.size == 0


def test_too_few_rows_are_refused_with_the_number_that_would_do():
    sizes = FoldSizes(n_folds=5, minimum_rows=30)
    # A tenth of the rows is the smallest slice: 10 * (30 + 1)
    assert sizes.rows_needed() == 310
    with pytest.raises(NotEnoughData, match=r"200 labelled rows are given, 310 would do"):
        walk_forward_folds(*even(200, 5), sizes=sizes)
    assert len(walk_forward_folds(*even(310, 5), sizes=sizes)) == 5


def test_no_rows_at_all_are_refused_too():
    with pytest.raises(NotEnoughData, match="0 labelled rows"):
        walk_forward_folds(*even(0, 5), sizes=FoldSizes())


def test_labels_that_outlive_their_slice_are_refused_by_name():
    with pytest.raises(NotEnoughData, match=r"fold 1 of 5 keeps 0 of 100 rows to calibrate on"):
        walk_forward_folds(*even(1000, 1001), sizes=FoldSizes(minimum_rows=10))


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("n_folds", 0),
        ("n_folds", 10**6),
        ("n_folds", 2.5),
        ("minimum_rows", 0),
        ("test_share", 0.0),
        ("test_share", 0.9),
        ("test_share", float("nan")),
        ("validation_share", -0.1),
        ("calibration_share", float("inf")),
    ],
)
def test_sizes_beyond_their_limits_are_refused_by_name(setting, value):
    with pytest.raises(InvalidSettings, match=setting):
        FoldSizes(**{setting: value})


@st.composite
def label_intervals(draw):
    """Rows at irregular distances whose labels live irregularly long."""
    rows = draw(st.integers(60, 300))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    steps = random.choice([1, 1, 1, 2, draw(st.integers(1, 500))], rows)
    open_times = np.cumsum(steps).astype(np.int64)
    return open_times, open_times + random.integers(1, draw(st.integers(2, 30)), rows)


@given(label_intervals(), st.integers(1, 6), st.integers(0, 10), st.booleans())
def test_no_label_of_an_earlier_slice_reaches_a_later_one(intervals, n_folds, embargo, rolling):
    open_times, label_ends = intervals
    try:
        folds = cut(*intervals, n_folds=n_folds, embargo=embargo, rolling=rolling)
    except NotEnoughData:
        assume(False)
    for fold in folds:
        slices = [part for _, part in fold.slices()]
        for earlier, later in itertools.combinations(slices, 2):
            assert label_ends[earlier].max() + embargo < open_times[later].min()


@given(label_intervals(), st.integers(1, 6), st.integers(0, 10))
def test_test_slices_follow_each_other_to_the_last_row(intervals, n_folds, embargo):
    try:
        folds = cut(*intervals, n_folds=n_folds, embargo=embargo)
    except NotEnoughData:
        assume(False)
    tested = np.concatenate([fold.test for fold in folds])
    rows = len(intervals[0])
    assert tested.tolist() == list(range(rows - rows // 2, rows))


@given(label_intervals(), st.integers(1, 6))
def test_only_rows_whose_label_meets_the_next_slice_are_purged(intervals, n_folds):
    open_times, label_ends = intervals
    try:
        folds = cut(*intervals, n_folds=n_folds)
    except NotEnoughData:
        assume(False)
    for fold in folds:
        for earlier, later in itertools.pairwise(part for _, part in fold.slices()):
            purged = np.setdiff1d(np.arange(earlier[0], later[0]), earlier)
            assert (label_ends[purged] >= open_times[later[0]]).all()
