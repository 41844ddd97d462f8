"""Folds: walk-forward slices of a look-back, purged by label intervals and embargoed.

    train | gap | validation | gap | calibration | gap | test

Validation stops the training early, calibration turns scores into probabilities, test is touched
once. What is fitted on the slices stands in training.
"""

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from traderai_assets.domain.arrays import IntArray
from traderai_assets.domain.defaults import FOLDS, MINIMUM_ROWS
from traderai_assets.domain.errors import InvalidSettings, NotEnoughData
from traderai_assets.domain.limits import MAX_FOLDS

MAX_SHARE = 0.9
# In order of time; what each is for, as an error says it
PURPOSES = {
    "train": "train on",
    "validation": "stop early on",
    "calibration": "calibrate on",
    "test": "test on",
}
SLICES = tuple(PURPOSES)


@dataclass(frozen=True)
class Fold:
    """Row numbers of the four slices, each ascending, each before the next."""

    train: IntArray
    validation: IntArray
    calibration: IntArray
    test: IntArray

    def slices(self) -> Iterator[tuple[str, IntArray]]:
        """Name and rows of each slice, in order of time."""
        yield from zip(
            SLICES, (self.train, self.validation, self.calibration, self.test), strict=True
        )


@dataclass(frozen=True)
class FoldSizes:
    """How a look-back is cut; shares are of all its rows.

    Parameters
    ----------
    n_folds : int
        Test slices, from 1 to `MAX_FOLDS`.
    test_share : float, default=0.5
        The tail of the look-back that all test slices cover together.
    validation_share, calibration_share : float, default=0.1
        Size of these slices in every fold.
    minimum_rows : int
        Rows that every slice must keep after purging.
    rolling : bool, default=False
        Whether training starts a fixed number of rows before its end instead of at the first row.
    """

    n_folds: int = FOLDS
    test_share: float = 0.5
    validation_share: float = 0.1
    calibration_share: float = 0.1
    minimum_rows: int = MINIMUM_ROWS
    rolling: bool = False

    def __post_init__(self) -> None:
        for name, value, most in (
            ("n_folds", self.n_folds, MAX_FOLDS),
            ("minimum_rows", self.minimum_rows, 1_000_000),
        ):
            if not isinstance(value, int) or not 1 <= value <= most:
                raise InvalidSettings(f"{name} = {value!r} is not a whole number from 1 to {most}")
        shares = (self.test_share, self.validation_share, self.calibration_share)
        if not all(share > 0.0 for share in shares) or not sum(shares) <= MAX_SHARE:
            raise InvalidSettings(
                f"test_share, validation_share and calibration_share = {shares} must be above 0 "
                f"and sum to at most {MAX_SHARE}, so that something is left to train on"
            )

    def rows_needed(self) -> int:
        """Rows with which every slice has its minimum, were nothing purged."""
        left = 1.0 - self.test_share - self.validation_share - self.calibration_share
        smallest = min(
            self.test_share / self.n_folds, self.validation_share, self.calibration_share, left
        )
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
        Time that must pass between the end of a label and the next slice, in the same unit.

    Returns
    -------
    list of Fold
        Oldest first. A row of an earlier slice is left out where its label ends less than
        `embargo` before the first row of the next slice, or at or after it.

    Raises
    ------
    NotEnoughData
        If any slice keeps fewer than `sizes.minimum_rows` rows.

    References
    ----------
    Lopez de Prado, M. (2018). Advances in Financial Machine Learning, section 7.4. Wiley.
    """
    rows = len(open_times)
    test_rows = int(rows * sizes.test_share)
    folds = sizes.n_folds
    tests = [rows - test_rows + fold * test_rows // folds for fold in range(folds + 1)]
    return [
        _purged(
            f"fold {number} of {folds}",
            (*_cuts_before(start, rows, sizes, grown=start - tests[0]), start, end),
            (open_times, label_ends),
            sizes,
            embargo,
        )
        for number, (start, end) in enumerate(itertools.pairwise(tests), start=1)
    ]


def final_fold(
    open_times: IntArray, label_ends: IntArray, *, sizes: FoldSizes, embargo: int = 0
) -> Fold:
    """Cut the whole look-back for the model that will serve: no test, its last rows calibrate.

    Arguments and errors are those of `walk_forward_folds`.
    """
    rows = len(open_times)
    cuts = (*_cuts_before(rows, rows, sizes, grown=0), rows)
    return _purged("the final fit", cuts, (open_times, label_ends), sizes, embargo)


def _cuts_before(end: int, rows: int, sizes: FoldSizes, grown: int) -> tuple[int, int, int]:
    """First rows of train, validation and calibration, where what they prepare starts at `end`."""
    calibration = end - int(rows * sizes.calibration_share)
    validation = calibration - int(rows * sizes.validation_share)
    return (grown if sizes.rolling else 0), validation, calibration


def _purged(
    where: str,
    cuts: tuple[int, ...],
    intervals: tuple[IntArray, IntArray],
    sizes: FoldSizes,
    embargo: int,
) -> Fold:
    """Slices between `cuts` (each one's first row, then the end), less what meets the next."""
    open_times, label_ends = intervals
    bounds = list(zip(SLICES, cuts[:-1], cuts[1:], strict=False))
    for name, first, end in bounds:
        if end - first < sizes.minimum_rows:
            raise NotEnoughData(
                f"{where} has {max(end - first, 0)} rows to {PURPOSES[name]}, at least "
                f"{sizes.minimum_rows} are needed; {len(open_times)} labelled rows are given, "
                f"{sizes.rows_needed()} would do: lengthen the look-back or ask for fewer folds"
            )
    kept = {name: np.arange(0) for name in SLICES}
    next_start = math.inf
    # The last first: what is purged before it depends on where it begins
    for name, first, end in reversed(bounds):
        kept[name] = first + np.flatnonzero(label_ends[first:end] + embargo < next_start)
        if len(kept[name]) < sizes.minimum_rows:
            raise NotEnoughData(
                f"{where} keeps {len(kept[name])} of {end - first} rows to {PURPOSES[name]}: the "
                f"labels of the others end within an embargo of {embargo} of the next slice; at "
                f"least {sizes.minimum_rows} are needed: shorten the horizon or lengthen the "
                "look-back"
            )
        next_start = open_times[kept[name][0]]
    return Fold(**kept)
