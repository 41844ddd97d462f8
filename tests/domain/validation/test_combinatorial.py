"""Combinatorial purged cross-validation: by hand, by brute force, and against skfolio."""

from itertools import combinations

import numpy as np
import pytest

from traderai_assets.domain.errors import InvalidInput, InvalidSettings, NotEnoughData
from traderai_assets.domain.validation.combinatorial import (
    assemble_paths,
    combinatorial_splits,
    n_paths,
    path_splits,
)


def even(rows, life, step=10):
    times = np.arange(rows, dtype=np.int64) * step
    return times, times + life


def rows_of(parts):
    return [part.tolist() for part in parts]


def test_a_test_group_is_purged_on_both_sides_and_embargoed_after_as_worked_by_hand():
    # 12 rows 10 apart in 4 groups of 3; labels live 10. Group 1 is rows 3..5, from 30 to 60:
    # row 2 ends at 30 and meets it, row 6 opens at 60 and does; an embargo of 10 takes row 7 too.
    plain = combinatorial_splits(*even(12, 10), n_groups=4, n_test_groups=1)[1]
    assert plain.test_groups == (1,)
    assert rows_of(plain.tests) == [[3, 4, 5]]
    assert plain.train.tolist() == [0, 1, 7, 8, 9, 10, 11]
    embargoed = combinatorial_splits(*even(12, 10), n_groups=4, n_test_groups=1, embargo=10)[1]
    assert embargoed.train.tolist() == [0, 1, 8, 9, 10, 11]


def test_neighbouring_test_groups_are_not_purged_of_each_other():
    split = combinatorial_splits(*even(12, 10), n_groups=4, n_test_groups=2)[3]
    assert split.test_groups == (1, 2)
    assert rows_of(split.tests) == [[3, 4, 5], [6, 7, 8]]
    assert split.train.tolist() == [0, 1, 10, 11]


def test_one_long_label_in_a_test_group_holds_off_all_that_opens_before_it_ends():
    times, ends = even(12, 5)
    ends[3] = 95
    split = combinatorial_splits(times, ends, n_groups=4, n_test_groups=1)[1]
    assert split.train.tolist() == [0, 1, 2, 10, 11]


def test_time_counts_and_not_rows():
    # Row 6 opens an hour after row 5: its neighbours' labels are long over.
    times, ends = even(12, 25)
    times[6:] += 3_600
    ends[6:] += 3_600
    split = combinatorial_splits(times, ends, n_groups=4, n_test_groups=1, embargo=100)[1]
    assert split.train.tolist() == [0, 6, 7, 8, 9, 10, 11]


def test_rows_left_over_go_to_the_last_group():
    splits = combinatorial_splits(*even(14, 5), n_groups=4, n_test_groups=1)
    assert [split.tests[0].size for split in splits] == [3, 3, 3, 5]


@pytest.mark.parametrize(("groups", "tested", "splits", "paths"), [(6, 2, 15, 5), (10, 8, 45, 36)])
def test_splits_and_paths_are_as_many_as_published(groups, tested, splits, paths):
    found = combinatorial_splits(*even(100, 5), n_groups=groups, n_test_groups=tested)
    assert len(found) == splits
    assert n_paths(groups, tested) == paths
    assert path_splits(groups, tested).shape == (paths, groups)


@pytest.mark.parametrize(("groups", "tested"), [(2, 1), (5, 1), (6, 2), (7, 5), (10, 8)])
def test_every_tested_group_of_every_split_stands_in_exactly_one_path(groups, tested):
    used = [
        (split, group)
        for path in path_splits(groups, tested).tolist()
        for group, split in enumerate(path)
    ]
    chosen = combinations(range(groups), tested)
    offered = [(split, group) for split, members in enumerate(chosen) for group in members]
    assert sorted(used) == offered


def test_paths_are_laid_end_to_end_from_what_the_splits_found():
    splits = combinatorial_splits(*even(7, 5), n_groups=3, n_test_groups=2)
    # Splits 01, 02, 12 of groups of 2, 2 and 3 rows; each tells its number at every test row.
    told = [np.full(sum(map(len, split.tests)), float(at)) for at, split in enumerate(splits)]
    paths = assemble_paths(splits, told, n_groups=3)
    assert paths.tolist() == [[0, 0, 0, 0, 1, 1, 1], [1, 1, 2, 2, 2, 2, 2]]
    rows = [np.concatenate(split.tests).astype(float) for split in splits]
    assert assemble_paths(splits, rows, n_groups=3).tolist() == [list(range(7))] * 2


def test_a_value_too_few_is_refused():
    splits = combinatorial_splits(*even(6, 5), n_groups=3, n_test_groups=1)
    with pytest.raises(InvalidInput, match=r"shape \(1,\) for the 2 test rows of groups \(0,\)"):
        assemble_paths(splits, [np.zeros(1)] * 3, n_groups=3)


@pytest.mark.parametrize(
    ("groups", "tested", "named"),
    [
        (1, 1, "n_groups = 1"),
        (10**9, 2, "n_groups = 1000000000"),
        (6.0, 2, r"n_groups = 6\.0"),
        (6, 0, "n_test_groups = 0"),
        (6, 6, "n_test_groups = 6"),
        (30, 15, "155,117,520 splits"),
    ],
)
def test_numbers_of_groups_beyond_their_limits_are_refused_by_name(groups, tested, named):
    with pytest.raises(InvalidSettings, match=named):
        combinatorial_splits(*even(100, 5), n_groups=groups, n_test_groups=tested)
    with pytest.raises(InvalidSettings, match=named):
        n_paths(groups, tested)


def test_an_embargo_below_zero_is_refused():
    with pytest.raises(InvalidSettings, match="embargo = -1"):
        combinatorial_splits(*even(100, 5), n_groups=5, n_test_groups=2, embargo=-1)


def test_a_split_that_leaves_too_little_to_train_on_is_refused_by_name():
    with pytest.raises(NotEnoughData, match=r"testing groups \(0, 2\) of 4 leaves 0 of 40 rows"):
        combinatorial_splits(*even(40, 100), n_groups=4, n_test_groups=2)
    with pytest.raises(NotEnoughData, match="at least 31 are needed"):
        combinatorial_splits(*even(40, 5), n_groups=4, n_test_groups=1, minimum_rows=31)
    with pytest.raises(NotEnoughData, match="3 labelled rows cannot make 4 groups"):
        combinatorial_splits(*even(3, 5), n_groups=4, n_test_groups=1)


@pytest.mark.parametrize("rows", [120, 137])
@pytest.mark.parametrize(("groups", "tested"), [(3, 2), (6, 2), (6, 4), (10, 8)])
@pytest.mark.parametrize(("purged", "embargo"), [(0, 0), (1, 0), (0, 3), (4, 3)])
def test_index_sets_are_skfolios_where_settings_coincide(rows, groups, tested, purged, embargo):
    # They coincide on evenly spaced rows whose labels last `purged_size` steps. A label that ends
    # before the next row opens (here after half a step) is a purged_size of 0.
    selection = pytest.importorskip("skfolio.model_selection")
    theirs = selection.CombinatorialPurgedCV(groups, tested, purged, embargo)
    life = purged * 10 if purged else 5
    ours = combinatorial_splits(
        *even(rows, life), n_groups=groups, n_test_groups=tested, embargo=embargo * 10
    )
    expected = list(theirs.split(np.zeros((rows, 1))))
    assert [split.train.tolist() for split in ours] == [train.tolist() for train, _ in expected]
    assert [rows_of(split.tests) for split in ours] == [rows_of(tests) for _, tests in expected]
    assert path_splits(groups, tested).T.tolist() == theirs.recombined_paths.tolist()
