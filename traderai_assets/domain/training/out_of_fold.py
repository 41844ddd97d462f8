"""Out of fold: what learners say of test rows they have not seen, and for how many rounds.

A fold is fitted for the rounds that were best on the tests before it; what its own test would have
liked is known to later folds alone. So the folds of one learner are fitted one after the other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.models.learners import own_parameters
from traderai_assets.domain.models.sample import LabelledRows
from traderai_assets.domain.training.dataset import LookBackData
from traderai_assets.domain.training.fitting import Fit, FitTask, Fitter
from traderai_assets.domain.training.labelling import Labelling
from traderai_assets.domain.training.plan import TrainingPlan
from traderai_assets.domain.training.progress import ProgressMeter
from traderai_assets.domain.validation.folds import Fold

# With fewer trees forecasts rank worse, on real months as on planted ones; with more, up to 300,
# no better. What early stopping asks for beyond is granted.
LEAST_ROUNDS = 50


@dataclass(frozen=True)
class Configuration:
    """What a trial of the learners stands for; parameters are the shared ones."""

    labelling: Labelling
    parameters: Mapping[str, Any]

    @property
    def key(self) -> tuple[Any, ...]:
        """Something to look it up by."""
        return self.labelling, tuple(sorted(self.parameters.items()))


@dataclass(frozen=True)
class Scored:
    """One learner's fit on a fold.

    Attributes
    ----------
    log_odds : ndarray of shape (n_test,)
        Of the test rows, not calibrated.
    rounds, best_rounds : int
        Those it was asked for, and those with which the test would have been best.
    """

    log_odds: FloatArray
    rounds: int
    best_rounds: int


class OutOfFold:
    """Fits of folds, made when they are asked for and kept."""

    def __init__(
        self, data: LookBackData, plan: TrainingPlan, fitter: Fitter, meter: ProgressMeter
    ) -> None:
        self._data = data
        self._plan = plan
        self._fitter = fitter
        self._meter = meter
        self._scored: dict[tuple[Any, ...], list[Scored]] = {}

    def scored(self, learner: str, configuration: Configuration, fold: int) -> Scored:
        """Return what a learner fitted on a fold says of its test; earlier folds come first."""
        self._fit([learner], configuration, fold)
        return self._kept(learner, configuration)[fold]

    def log_odds(self, configuration: Configuration, fold: int) -> dict[str, list[FloatArray]]:
        """Each learner's scores of the tests of folds 0 to `fold`."""
        self._fit(self._plan.learners, configuration, fold)
        return {
            name: [part.log_odds for part in self._kept(name, configuration)[: fold + 1]]
            for name in self._plan.learners
        }

    def rounds_after(self, learner: str, configuration: Configuration, folds: int) -> int:
        """Rounds that were best on the tests of the first `folds` folds, in the median."""
        self._fit([learner], configuration, folds - 1)
        tested = [part.best_rounds for part in self._kept(learner, configuration)[:folds]]
        least = min(LEAST_ROUNDS, self._plan.rounds)
        return max(round(median(tested)), least) if tested else least

    def task(self, learner: str, configuration: Configuration, fold: int, rounds: int) -> FitTask:
        """Say what to fit for a configuration."""
        own = own_parameters(learner, configuration.parameters, self._plan.parameters)
        return FitTask(learner, configuration.labelling, fold, own, rounds)

    def rows(self, configuration: Configuration) -> LabelledRows:
        """Rows under the configuration's labels."""
        return self._data.rows[configuration.labelling]

    def folds(self, configuration: Configuration) -> list[Fold]:
        """Cuts of these rows."""
        return self._data.folds[configuration.labelling]

    def _kept(self, learner: str, configuration: Configuration) -> list[Scored]:
        return self._scored.setdefault((learner, *configuration.key), [])

    def _fit(self, learners: Sequence[str], configuration: Configuration, last: int) -> None:
        """Fit what lacks up to a fold; all learners of one fold before the next."""
        for number in range(last + 1):
            lacking = [name for name in learners if len(self._kept(name, configuration)) <= number]
            tasks = [
                self.task(
                    name, configuration, number, self.rounds_after(name, configuration, number)
                )
                for name in lacking
            ]
            made = self._fitter.fit_all(tasks, self._meter.fitting(learners[-1]))
            for task, fit in zip(tasks, made, strict=True):
                self._kept(task.learner, configuration).append(self._scored_by(task, fit))
                self._meter.fit_done(number, task.learner, fit.model.rounds)

    def _scored_by(self, task: FitTask, fit: Fit) -> Scored:
        test = self._data.folds[task.labelling][task.fold].test
        features = self._data.rows[task.labelling].features[test]
        return Scored(fit.model.predict(features, task.rounds), task.rounds, fit.best_rounds)
