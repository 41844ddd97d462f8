"""The choice for one fold: by the values that every trial had before that fold's test begins."""

from traderai_assets.domain.search.trials import TrialRecord, Trials


def best_until(trials: Trials, folds: int) -> TrialRecord:
    """Return the trial of the highest value over the first `folds` folds, the earliest of equals.

    A trial that was pruned later is in the choice for the folds it got to.

    Raises
    ------
    DegenerateData
        If no trial got that far, with the first one's reason.
    """
    reached = [trial for trial in trials.trials if len(trial.fold_values) >= folds]
    if not reached:
        return trials.best
    return max(reached, key=lambda trial: trial.fold_values[folds - 1])
