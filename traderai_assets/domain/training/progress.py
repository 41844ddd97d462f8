"""Progress of a training: what is being done and how much of all fits is behind it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from traderai_assets.domain.search.progress import SAMPLING, SearchProgress

SEARCH = "search"
# On the look-back of the search month, whose choice a refit takes
EARLIER_SEARCH = "earlier_search"
WALK_FORWARD = "walk_forward"
POLICY = "policy"
FINAL_FIT = "final_fit"
COMBINATORIAL = "combinatorial"
FINISHED = "finished"


@dataclass(frozen=True)
class Progress:
    """One report; `progress_pct` (0..100) never falls and is 100 in the last.

    `best` is the best value of the search under way: an annual Sharpe ratio on rows of selection.
    """

    phase: str
    current_fold: int
    total_folds: int
    trial: int
    total_trials: int
    best: float | None
    learner: str
    round: int
    progress_pct: float


class ProgressMeter:
    """Counts fits over the whole training.

    Parameters
    ----------
    report : callable
        Takes each Progress; what it raises ends the training.
    n_folds, n_fits, rounds : int
        Test folds, how many fits there will be at most, and how long each is at most.
    """

    def __init__(
        self, report: Callable[[Progress], None], n_folds: int, n_fits: int, rounds: int
    ) -> None:
        self._report = report
        self._fits = n_fits
        self._rounds = rounds
        self._fits_done = 0.0
        self._last = Progress(SEARCH, 0, n_folds, 0, 0, None, "", 0, 0.0)

    def enter(self, phase: str) -> None:
        """Begin a phase."""
        self._say(phase=phase, trial=0, total_trials=0, best=None)

    def searching(self, phase: str, search: SearchProgress, *, folds: int = 0) -> None:
        """Say where a search stands; each of its trials is planned with that many fits.

        A trial that was given up early counts as done when the next one begins.
        """
        done = search.ordinal * folds + search.folds_done
        self._fits_done = max(self._fits_done, float(done if folds else 0))
        self._say(
            phase=SAMPLING if search.phase == SAMPLING else phase,
            current_fold=min(search.folds_done + 1, self._last.total_folds),
            trial=search.ordinal + 1,
            total_trials=search.n_trials,
            best=search.best,
        )

    def behind(self, fits: int) -> None:
        """Count so many fits as done, whether or not all of them were needed."""
        self._fits_done = max(self._fits_done, float(fits))

    def fitting(self, learner: str) -> Callable[[int], None]:
        """Return what fits call with their round, whichever fold each is of."""
        done = self._fits_done

        def at_round(number: int) -> None:
            self._fits_done = max(self._fits_done, done + min(number / self._rounds, 0.99))
            self._say(learner=learner, round=number)

        return at_round

    def fit_done(self, fold: int, learner: str, rounds: int) -> None:
        """Count one fit as done, however early it stopped."""
        self._fits_done = float(int(self._fits_done) + 1)
        self._say(current_fold=fold or self._last.total_folds, learner=learner, round=rounds)

    def finished(self) -> None:
        """Report the end."""
        folds = self._last.total_folds
        self._last = Progress(FINISHED, folds, folds, 0, 0, None, "", 0, 100.0)
        self._report(self._last)

    def _say(self, **changes: object) -> None:
        # The hundredth percent is the packing of the model
        percent = round(min(100.0 * self._fits_done / self._fits, 99.0), 1)
        percent = max(percent, self._last.progress_pct)
        self._last = replace(self._last, progress_pct=percent, **changes)  # type: ignore[arg-type]
        self._report(self._last)
