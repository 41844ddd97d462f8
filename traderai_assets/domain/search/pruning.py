"""Pruning: which trial is ended before its last fold, by what earlier trials had there."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from traderai_assets.domain.limits import MAX_TRIALS, check_whole
from traderai_assets.domain.search.limits import MAX_FOLDS
from traderai_assets.domain.search.trials import COMPLETE, TrialRecord


class Pruned(Exception):
    """Raised inside an evaluation to end it: control flow of a search, not a fault."""


@dataclass(frozen=True)
class MedianRule:
    """A trial ends after a fold at which it is below the median of earlier complete trials.

    Compared is the value reported after that very fold. (Optuna's `MedianPruner` compares the best
    value of all folds so far: one lucky fold would carry a trial to its end.)

    Parameters
    ----------
    startup_trials : int, default=5
        Complete trials before any is pruned.
    warm_up_folds : int, default=2
        Folds every trial gets.
    n_folds : int or None
        How many folds there are: after the last one there is nothing left to save.
    """

    startup_trials: int = 5
    warm_up_folds: int = 2
    n_folds: int | None = None

    def __post_init__(self) -> None:
        check_whole("startup_trials", self.startup_trials, 1, MAX_TRIALS)
        check_whole("warm_up_folds", self.warm_up_folds, 1, MAX_FOLDS)
        if self.n_folds is not None:
            check_whole("n_folds", self.n_folds, 1, MAX_FOLDS)

    def ends(self, fold_values: Sequence[float], earlier: Sequence[TrialRecord]) -> bool:
        """Say whether a trial with these values, one a fold, is ended here."""
        done = len(fold_values)
        if done < self.warm_up_folds or done == self.n_folds:
            return False
        rivals = [
            record.fold_values[done - 1]
            for record in earlier
            if record.state == COMPLETE and len(record.fold_values) >= done
        ]
        return len(rivals) >= self.startup_trials and fold_values[-1] < median(rivals)
