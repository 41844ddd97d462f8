"""Folds: walk-forward slices of a look-back, purged by label intervals and embargoed.

    train (all rows before) | gap | test

The tests follow each other up to the last row. The first of them, fold 0, judges nothing: what its
rows earned is all that is known when the next one begins. What is fitted stands in training.
"""

import itertools
import math
from dataclasses import dataclass

import numpy as np

from traderai_assets.domain.arrays import IntArray
from traderai_assets.domain.defaults import FOLDS, MINIMUM_ROWS
from traderai_assets.domain.errors import InvalidSettings, NotEnoughData
from traderai_assets.domain.limits import MAX_FOLDS

MAX_SHARE = 0.9


@dataclass(frozen=True)
class Fold:
    """Row numbers, each ascending.

    Attributes
    ----------
    train, test : ndarray of int
        What is fitted, and what it is tried on, all of it later.
    settled : ndarray of int
        Rows of the test whose label is known when the next test begins.
    """

    train: IntArray
    test: IntArray
    settled: IntArray


@dataclass(frozen=True)
class FoldSizes:
    """How a look-back is cut.

    Parameters
    ----------
    n_folds : int
        Test slices that judge, from 1 to `MAX_FOLDS`; fold 0 comes on top, as large as each.
    test_share : float, default=0.6
        The tail of the look-back that all test slices cover together, fold 0 among them.
    minimum_rows : int
        Rows that every slice must keep after purging.
    """

    n_folds: int = FOLDS
    test_share: float = 0.6
    minimum_rows: int = MINIMUM_ROWS

    def __post_init__(self) -> None:
        for name, value, most in (
            ("n_folds", self.n_folds, MAX_FOLDS),
            ("minimum_rows", self.minimum_rows, 1_000_000),
        ):
            if not isinstance(value, int) or not 1 <= value <= most:
                raise InvalidSettings(f"{name} = {value!r} is not a whole number from 1 to {most}")
        if not 0.0 < self.test_share <= MAX_SHARE:
            raise InvalidSettings(
                f"test_share = {self.test_share} is not above 0 and at most {MAX_SHARE}, so that "
                "something is left to train on"
            )

    def rows_needed(self) -> int:
        """Rows with which every slice has its minimum, were nothing purged."""
        smallest = min(self.test_share / (self.n_folds + 1), 1.0 - self.test_share)
        return math.ceil((self.minimum_rows + 1) / smallest)


def walk_forward_folds(
    open_times: IntArray, label_ends: IntArray, *, sizes: FoldSizes, embargo: int = 0
) -> list[Fold]:
    """Cut a look-back into folds whose test slices follow each other up to its last row.

    Parameters
    ----------
    open_times, label_ends : ndarray of shape (n_rows,)
        Label interval [open_time, label_end] of each row, in one unit of time; `open_times`
        ascending without repeats, `label_ends` above them, gaps allowed.
    sizes : FoldSizes
        Number and size of the slices.
    embargo : int, default=0
        Time that must pass between the end of a label and the test slice, in the same unit.

    Returns
    -------
    list of Fold
        `n_folds + 1`, oldest first. No row is trained on, or settled, whose label ends less than
        `embargo` before the first row of the slice after it, or at or after it.

    Raises
    ------
    NotEnoughData
        If any slice keeps fewer than `sizes.minimum_rows` rows.

    References
    ----------
    Lopez de Prado, M. (2018). Advances in Financial Machine Learning, section 7.4. Wiley.
    """
    rows, tests = len(open_times), sizes.n_folds + 1
    test_rows = int(rows * sizes.test_share)
    bounds = [rows - test_rows + number * test_rows // tests for number in range(tests + 1)]
    folds = []
    for number, (start, end) in enumerate(itertools.pairwise(bounds)):
        where = f"fold {number} of {sizes.n_folds}"
        _require(where, "test on", end - start, rows, sizes)
        _require(where, "train on", start, rows, sizes)
        before = np.flatnonzero(label_ends[:start] + embargo < open_times[start])
        if len(before) < sizes.minimum_rows:
            raise NotEnoughData(
                f"{where} keeps {len(before)} of {start} rows to train on: the labels of "
                f"the others end within an embargo of {embargo} of its test slice; at least "
                f"{sizes.minimum_rows} are needed: shorten the horizon or lengthen the look-back"
            )
        settled = np.flatnonzero(label_ends[start:end] + embargo < _opened(open_times, end))
        folds.append(Fold(before, np.arange(start, end), start + settled))
    return folds


def _opened(open_times: IntArray, row: int) -> float:
    """When a row opens; past the last one, never."""
    return float(open_times[row]) if row < len(open_times) else math.inf


def _require(where: str, purpose: str, given: int, rows: int, sizes: FoldSizes) -> None:
    if given < sizes.minimum_rows:
        raise NotEnoughData(
            f"{where} has {max(given, 0)} rows to {purpose}, at least {sizes.minimum_rows} are "
            f"needed; {rows} labelled rows are given, {sizes.rows_needed()} would do: lengthen the "
            "look-back or ask for fewer folds"
        )
