"""Combinatorial purged cross-validation: many backtest paths over one look-back, not a single one.

For the distribution of a result, where walk-forward gives one number. Its training rows may lie
after its test rows: what must be repeatable in real time is cut by folds instead.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np

from traderai_assets.domain.arrays import FloatArray, IntArray
from traderai_assets.domain.errors import InvalidInput, InvalidSettings, NotEnoughData

MAX_CUT_GROUPS = 50
# Each is a fit
MAX_SPLITS = 1_000


@dataclass(frozen=True, eq=False)
class CombinatorialSplit:
    """Row numbers to train on, and those of each group to test on, all ascending.

    Attributes
    ----------
    train : ndarray of shape (n_train,)
    test_groups : tuple of int
        Which groups are tested, counted from 0 in order of time.
    tests : tuple of ndarray
        Rows of each of them; none is purged.
    """

    train: IntArray
    test_groups: tuple[int, ...]
    tests: tuple[IntArray, ...]


def n_paths(n_groups: int, n_test_groups: int) -> int:
    """Count the backtest paths: how often each group is tested, C(n - 1, k - 1)."""
    _check(n_groups, n_test_groups)
    return math.comb(n_groups - 1, n_test_groups - 1)


def combinatorial_splits(
    open_times: IntArray,
    label_ends: IntArray,
    *,
    n_groups: int,
    n_test_groups: int,
    embargo: int = 0,
    minimum_rows: int = 1,
) -> list[CombinatorialSplit]:
    """Cut a look-back into groups and test on every choice of `n_test_groups` of them.

    Parameters
    ----------
    open_times, label_ends : ndarray of shape (n_rows,)
        Label interval [open_time, label_end] of each row, in one unit of time; `open_times`
        ascending without repeats, `label_ends` above them, gaps allowed.
    n_groups, n_test_groups : int
        Consecutive groups of equally many rows (the last takes what is left over), up to
        `MAX_CUT_GROUPS`; and how many of them are tested at a time, fewer than all.
    embargo : int, default=0
        Time after the last label of a test group in which no training row may open.
    minimum_rows : int, default=1
        Rows that must be left to train on.

    Returns
    -------
    list of CombinatorialSplit
        C(n_groups, n_test_groups), in the order of `itertools.combinations`. A row is trained on
        where its label interval meets none of a tested row, on either side, the ends included.

    Notes
    -----
    On evenly spaced rows whose labels last `purged_size` steps, with an embargo of `embargo_size`
    steps, the rows are those of skfolio's CombinatorialPurgedCV, which counts rows and not time.

    Raises
    ------
    InvalidSettings
        If the numbers of groups are beyond their limits.
    NotEnoughData
        If there are fewer rows than groups, or a split keeps fewer than `minimum_rows`.

    References
    ----------
    Lopez de Prado, M. (2018). Advances in Financial Machine Learning, sections 7.4 and 12. Wiley.
    """
    _check(n_groups, n_test_groups)
    if not embargo >= 0:
        raise InvalidSettings(f"embargo = {embargo!r} is below 0: test labels would be trained on")
    rows, size = len(open_times), len(open_times) // n_groups
    if not size:
        raise NotEnoughData(f"{rows} labelled rows cannot make {n_groups} groups; ask for fewer")
    cuts = [*(group * size for group in range(n_groups)), rows]
    groups = [np.arange(first, end) for first, end in pairwise(cuts)]
    kept_off = np.array(
        [
            (label_ends >= open_times[group[0]]) & (open_times <= label_ends[group].max() + embargo)
            for group in groups
        ]
    )
    splits = []
    for chosen in combinations(range(n_groups), n_test_groups):
        train = np.flatnonzero(~kept_off[list(chosen)].any(axis=0))
        if train.size < minimum_rows:
            raise NotEnoughData(
                f"testing groups {chosen} of {n_groups} leaves {train.size} of {rows} rows to "
                f"train on, at least {minimum_rows} are needed: test fewer groups at a time, "
                "shorten the horizon or lengthen the look-back"
            )
        splits.append(CombinatorialSplit(train, chosen, tuple(groups[group] for group in chosen)))
    return splits


def path_splits(n_groups: int, n_test_groups: int) -> IntArray:
    """Say which split provides which group of which path.

    Returns
    -------
    ndarray of shape (n_paths, n_groups)
        Number of a split of `combinatorial_splits`. A path takes every group once, from a split
        that tested it; the paths together use every tested group of every split once.
    """
    _check(n_groups, n_test_groups)
    chosen = list(combinations(range(n_groups), n_test_groups))
    providers = [
        [split for split, groups in enumerate(chosen) if group in groups]
        for group in range(n_groups)
    ]
    return np.array(providers, dtype=np.int64).T


def assemble_paths(
    splits: Sequence[CombinatorialSplit], tested: Sequence[FloatArray], *, n_groups: int
) -> FloatArray:
    """Lay what each split found on its test rows end to end along the paths.

    Parameters
    ----------
    splits : sequence of CombinatorialSplit
        All of `combinatorial_splits`, in its order.
    tested : sequence of ndarray
        Of each split, one value for each of its test rows, in order of time.

    Returns
    -------
    ndarray of shape (n_paths, n_rows)
    """
    by_group: list[dict[int, FloatArray]] = []
    for split, values in zip(splits, tested, strict=True):
        sizes = [rows.size for rows in split.tests]
        if values.shape != (sum(sizes),):
            raise InvalidInput(
                f"values of shape {values.shape} for the {sum(sizes)} test rows of groups "
                f"{split.test_groups}; give one for each"
            )
        parts = np.split(values, np.cumsum(sizes)[:-1])
        by_group.append(dict(zip(split.test_groups, parts, strict=True)))
    providers = path_splits(n_groups, len(splits[0].test_groups))
    return np.array(
        [
            np.concatenate([by_group[split][group] for group, split in enumerate(path)])
            for path in providers
        ]
    )


def _check(n_groups: int, n_test_groups: int) -> None:
    if not (isinstance(n_groups, int) and 2 <= n_groups <= MAX_CUT_GROUPS):
        raise InvalidSettings(
            f"n_groups = {n_groups!r} is not a whole number from 2 to {MAX_CUT_GROUPS}"
        )
    if not (isinstance(n_test_groups, int) and 1 <= n_test_groups < n_groups):
        raise InvalidSettings(
            f"n_test_groups = {n_test_groups!r} is not a whole number from 1 to {n_groups - 1}, so "
            "that something is left to train on"
        )
    splits = math.comb(n_groups, n_test_groups)
    if splits > MAX_SPLITS:
        raise InvalidSettings(
            f"n_groups = {n_groups} and n_test_groups = {n_test_groups} make {splits:,} splits, "
            f"each a fit; at most {MAX_SPLITS:,} are done"
        )
