"""Fitting: one learner on one fold, its bins cut once and shared by every trial."""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from traderai_assets.domain.models.learner import FittedLearner
from traderai_assets.domain.models.learners import LEARNERS
from traderai_assets.domain.training.fit_arrays import SPLITS_FROM, FitArrays
from traderai_assets.domain.training.labelling import Labelling

ReportRounds = Callable[[int], None]


@dataclass(frozen=True)
class FitTask:
    """What to fit: a learner with parameters of its own, on fold `fold` or as fit_arrays says.

    It is fitted for `rounds` at least; where it is tested, for more as long as that gains.
    """

    learner: str
    labelling: Labelling
    fold: int
    parameters: Mapping[str, float]
    rounds: int


@dataclass(frozen=True)
class Fit:
    """What a task gave: the model, and with how many rounds its test slice was best."""

    model: FittedLearner
    best_rounds: int


class Fitter:
    """Fits tasks on the rows of one look-back, one after the other."""

    def __init__(self, arrays: FitArrays) -> None:
        self._arrays = arrays
        self._bins: dict[tuple[str, Labelling, int], Any] = {}

    def fit_all(self, tasks: Sequence[FitTask], report: ReportRounds) -> Generator[Fit]:
        """Yield what each task gave, in their order; nothing is fitted before it is asked for."""
        for task in tasks:
            yield self.fit(task, report)

    def fit(self, task: FitTask, report: ReportRounds) -> Fit:
        """Fit one task."""
        settings = self._arrays.fit_settings(
            task.parameters, task.labelling, task.fold, task.rounds
        )
        fitted = LEARNERS[task.learner].fit(
            self._bins_of(task.learner, task.labelling, task.fold), settings, report
        )
        return Fit(fitted, fitted.best_rounds)

    def _bins_of(self, learner: str, labelling: Labelling, fold: int) -> Any:
        """Bins of a fold; those that walk forward have the edges of the first of them."""
        key = (learner, labelling, fold)
        if key not in self._bins:
            samples = self._arrays.samples(labelling, fold)
            first = self._bins_of(learner, labelling, 0) if 0 < fold < SPLITS_FROM else None
            self._bins[key] = LEARNERS[learner].bins(*samples, first)
        return self._bins[key]
