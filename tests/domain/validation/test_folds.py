"""Walk-forward folds: slices in order, purged and embargoed, whatever the gaps."""

import itertools

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from traderai_assets.domain.errors import InvalidSettings, NotEnoughData
from traderai_assets.domain.validation.folds import FoldSizes, walk_forward_folds


def cut(open_times, label_ends, **changes):
    embargo = changes.pop("embargo", 0)
    sizes = FoldSizes(**({"minimum_rows": 1} | changes))
    return walk_forward_folds(open_times, label_ends, sizes=sizes, embargo=embargo)


def even(rows, life):
    times = np.arange(rows, dtype=np.int64) * 10
    return times, times + life


def test_slices_are_cut_and_purged_as_worked_by_hand():
    # 100 rows 10 apart; tests are rows 40..59, 60..79 and 80..99; labels live 25: two rows meet
    # the next slice
    prices, first, second = cut(*even(100, 25), n_folds=2)
    assert prices.train.tolist() == list(range(38))
    assert prices.test.tolist() == list(range(40, 60))
    assert prices.settled.tolist() == list(range(40, 58))
    assert first.train.tolist() == list(range(58))
    assert first.test.tolist() == list(range(60, 80))
    assert second.train.tolist() == list(range(78))
    assert second.test.tolist() == second.settled.tolist() == list(range(80, 100))


def test_a_label_that_ends_where_the_next_slice_begins_meets_it():
    # Labels live 20: that of row 38 ends at 400, where row 40 opens; that of row 37 at 390
    assert cut(*even(100, 20), n_folds=2)[0].train.tolist() == list(range(38))
    assert cut(*even(100, 19), n_folds=2)[0].train.tolist() == list(range(39))


def test_the_embargo_comes_on_top_of_the_purge():
    first, *_ = cut(*even(100, 19), n_folds=2, embargo=20)
    assert first.train.tolist() == list(range(37))
    assert first.settled.tolist() == list(range(40, 57))


def test_each_fold_trains_on_all_rows_before_its_test():
    folds = cut(*even(200, 5), n_folds=3)
    assert [fold.train[0] for fold in folds] == [0, 0, 0, 0]
    assert [len(fold.train) for fold in folds] == [80, 110, 140, 170]


def test_too_few_rows_are_refused_with_the_number_that_would_do():
    sizes = FoldSizes(n_folds=5, minimum_rows=30)
    # A tenth of the rows is the smallest slice: 10 * (30 + 1)
    assert sizes.rows_needed() == 310
    with pytest.raises(NotEnoughData, match=r"200 labelled rows are given, 310 would do"):
        walk_forward_folds(*even(200, 5), sizes=sizes)
    assert len(walk_forward_folds(*even(310, 5), sizes=sizes)) == 6


def test_no_rows_at_all_are_refused_too():
    with pytest.raises(NotEnoughData, match="0 labelled rows"):
        walk_forward_folds(*even(0, 5), sizes=FoldSizes())


def test_labels_that_outlive_their_slice_are_refused_by_name():
    with pytest.raises(NotEnoughData, match=r"fold 0 of 5 keeps 0 of 400 rows to train on"):
        walk_forward_folds(*even(1000, 4001), sizes=FoldSizes(minimum_rows=10))


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("n_folds", 0),
        ("n_folds", 10**6),
        ("n_folds", 2.5),
        ("minimum_rows", 0),
        ("test_share", 0.0),
        ("test_share", 0.91),
        ("test_share", float("nan")),
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


@given(label_intervals(), st.integers(1, 6), st.integers(0, 10))
def test_no_label_of_an_earlier_slice_reaches_a_later_one(intervals, n_folds, embargo):
    open_times, label_ends = intervals
    try:
        folds = cut(*intervals, n_folds=n_folds, embargo=embargo)
    except NotEnoughData:
        assume(False)
    for fold, after in itertools.zip_longest(folds, folds[1:]):
        assert label_ends[fold.train].max() + embargo < open_times[fold.test].min()
        assert set(fold.settled) <= set(fold.test)
        if after and fold.settled.size:
            assert label_ends[fold.settled].max() + embargo < open_times[after.test].min()


@given(label_intervals(), st.integers(1, 6), st.integers(0, 10))
def test_test_slices_follow_each_other_to_the_last_row(intervals, n_folds, embargo):
    try:
        folds = cut(*intervals, n_folds=n_folds, embargo=embargo)
    except NotEnoughData:
        assume(False)
    tested = np.concatenate([fold.test for fold in folds])
    rows = len(intervals[0])
    assert tested.tolist() == list(range(rows - int(rows * 0.6), rows))


@given(label_intervals(), st.integers(1, 6))
def test_only_rows_whose_label_meets_the_next_slice_are_purged(intervals, n_folds):
    open_times, label_ends = intervals
    try:
        folds = cut(*intervals, n_folds=n_folds)
    except NotEnoughData:
        assume(False)
    for fold, after in itertools.zip_longest(folds, folds[1:]):
        purged = np.setdiff1d(np.arange(fold.test[0]), fold.train)
        assert (label_ends[purged] >= open_times[fold.test[0]]).all()
        unsettled = np.setdiff1d(fold.test, fold.settled)
        assert not unsettled.size or (label_ends[unsettled] >= open_times[after.test[0]]).all()
