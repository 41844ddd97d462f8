"""Progress of a training: what is being fitted and how much of all fits is done."""

from collections.abc import Callable
from dataclasses import dataclass

WALK_FORWARD = "walk_forward"
FINAL_FIT = "final_fit"
FINISHED = "finished"


@dataclass(frozen=True)
class Progress:
    """One report; `progress_pct` (0..100) never falls and is 100 in the last."""

    phase: str
    current_fold: int
    total_folds: int
    learner: str
    round: int
    progress_pct: float


class ProgressMeter:
    """Counts rounds over all folds, the final fit included, each of all learners.

    Parameters
    ----------
    report : callable
        Takes each Progress; what it raises ends the training.
    n_folds, n_learners, rounds : int
        How many fits there will be and how long each is at most.
    """

    def __init__(
        self, report: Callable[[Progress], None], n_folds: int, n_learners: int, rounds: int
    ) -> None:
        self._report = report
        self._n_folds = n_folds
        self._rounds = rounds
        self._fits = (n_folds + 1) * n_learners
        self._fits_done = 0

    def fit(self, fold: int, learner: str) -> Callable[[int], None]:
        """Return what one fit calls with its round; fold 0 is the final fit."""

        def at_round(number: int) -> None:
            share_of_fit = min(number / self._rounds, 1.0)
            self._fitting(fold, learner, number, self._fits_done + share_of_fit)

        return at_round

    def fit_done(self, fold: int, learner: str, number: int) -> None:
        """Count one fit as done, however early it stopped."""
        self._fits_done += 1
        self._fitting(fold, learner, number, self._fits_done)

    def finished(self) -> None:
        """Report the end."""
        self._report(Progress(FINISHED, self._n_folds, self._n_folds, "", 0, 100.0))

    def _fitting(self, fold: int, learner: str, number: int, fits_done: float) -> None:
        # The hundredth percent is the packing of the model
        percent = round(min(100.0 * fits_done / self._fits, 99.0), 1)
        phase, current = (WALK_FORWARD, fold) if fold else (FINAL_FIT, self._n_folds)
        self._report(Progress(phase, current, self._n_folds, learner, number, percent))
