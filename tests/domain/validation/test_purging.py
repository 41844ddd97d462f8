"""Ten thousand markets cut in every way: no label that is learned from meets a later slice.

What meets is found by brute force, every row against every row, sharing no code with the cuts.
"""

from itertools import zip_longest

import numpy as np
import pytest

from traderai_assets.domain.errors import NotEnoughData
from traderai_assets.domain.validation.combinatorial import combinatorial_splits
from traderai_assets.domain.validation.folds import FoldSizes, walk_forward_folds

FEW, MANY = 2_000, pytest.param(10_000, marks=pytest.mark.torture)


def market(random):
    """Rows at any step with any gaps; labels of any horizon that may end early, or after a gap."""
    rows = int(random.integers(60, 180))
    step = int(random.integers(1, 100))
    gaps = random.geometric(0.3, rows) * (random.random(rows) < random.choice([0, 0.02, 0.3]))
    open_times = np.cumsum(step * (1 + gaps)).astype(np.int64)
    horizon = int(random.integers(1, 13)) * step
    lives = np.maximum(1, horizon * random.choice([1, random.random(), 2], rows)).astype(np.int64)
    return open_times, open_times + lives, int(random.choice([0, step // 2, 2 * step]))


def meet(intervals, earlier, later, embargo):
    """Which rows of `earlier` have a label that lives to within the embargo of one of `later`."""
    starts, ends = intervals
    reaches = ends[earlier][:, None] + embargo >= starts[later][None, :]
    begins = starts[earlier][:, None] <= ends[later][None, :]
    return (reaches & begins).any(axis=1)


def cut_forward(random, intervals, embargo):
    sizes = FoldSizes(n_folds=int(random.integers(1, 7)), minimum_rows=1)
    return walk_forward_folds(*intervals, sizes=sizes, embargo=embargo)


def left_out(earlier, later):
    """Rows from the first of a slice to the first of the next that are in neither."""
    kept = np.zeros(later[0] - earlier[0], bool)
    kept[earlier - earlier[0]] = True
    return earlier[0] + np.flatnonzero(~kept)


def check_forward(intervals, folds, embargo):
    for fold, after in zip_longest(folds, folds[1:]):
        for earlier, later in ((fold.train, fold.test), (fold.settled, after and after.test)):
            if later is None or not earlier.size:
                continue
            assert earlier[-1] < later[0]
            assert not meet(intervals, earlier, later, embargo).any()
            assert meet(intervals, left_out(earlier, later), later, embargo).all()


def check_combinatorial(intervals, split, embargo):
    tested = np.concatenate(split.tests)
    starts, ends = intervals
    others = np.setdiff1d(np.arange(starts.size), tested)
    overlap = meet(intervals, others, tested, 0)
    before = ends[tested][None, :] < starts[others][:, None]
    embargoed = before & (starts[others][:, None] <= ends[tested][None, :] + embargo)
    assert split.train.tolist() == others[~overlap & ~embargoed.any(axis=1)].tolist()


@pytest.mark.slow
def test_no_label_that_is_learned_from_meets_a_later_slice_in_ten_thousand_markets():
    random = np.random.default_rng(7)
    cut = too_short = purged = 0
    while cut < 10_000:
        *intervals, embargo = market(random)
        try:
            folds = cut_forward(random, intervals, embargo)
        except NotEnoughData:
            too_short += 1
            continue
        cut += 1
        check_forward(intervals, folds, embargo)
        purged += sum(fold.train[-1] + 1 < fold.test[0] for fold in folds)
    # The cases have teeth: there was something to purge in most, and most could be cut at all
    assert purged > 20_000
    assert too_short < cut


@pytest.mark.parametrize("cases", [FEW, MANY])
def test_combinatorial_splits_leave_out_exactly_what_meets_a_tested_row(cases):
    random = np.random.default_rng(8)
    cut = too_short = 0
    while cut < cases:
        *intervals, embargo = market(random)
        groups = int(random.integers(2, 8))
        sizes = {"n_groups": groups, "n_test_groups": int(random.integers(1, groups))}
        try:
            splits = combinatorial_splits(*intervals, **sizes, embargo=embargo)
        except NotEnoughData:
            too_short += 1
            continue
        cut += 1
        for split in splits:
            check_combinatorial(intervals, split, embargo)
    assert too_short < cut
