"""How far a search is, as it is reported; a light module, for every run that shows progress."""

from dataclasses import dataclass

SAMPLING = "sampling"
EVALUATING = "evaluating"


@dataclass(frozen=True)
class SearchProgress:
    """How far a search is.

    Parameters
    ----------
    phase : str
        `sampling` (working out what to try) or `evaluating`.
    ordinal, n_trials : int
        The trial this is about, from 0, and how many there will be; those before it have ended.
    folds_done : int
        Folds that trial has behind it.
    best : float or None
        Highest value so far.
    sampler : str
        Who proposed the trial; empty while that is being worked out.
    """

    phase: str
    ordinal: int
    n_trials: int
    folds_done: int
    best: float | None
    sampler: str
