"""Stage one of the search: learner parameters and labels, judged by forecasts on validation.

A trial fits the plan's first learner on every fold. For the test of fold k the best trial is the
one that was best on the validation slices of folds 1 to k, all of which lie before it.
"""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.models.learner import FittedLearner
from traderai_assets.domain.models.learners import own_parameters
from traderai_assets.domain.models.parameters import LEARNER_SPACE
from traderai_assets.domain.search.pruning import MedianRule
from traderai_assets.domain.search.space import Choices, Space
from traderai_assets.domain.search.study import run_search
from traderai_assets.domain.search.trial import Outcome, ReportFold
from traderai_assets.domain.search.trials import Trials
from traderai_assets.domain.training.best_trial import best_until
from traderai_assets.domain.training.dataset import LookBackData
from traderai_assets.domain.training.fitting import FitTask, Fitter
from traderai_assets.domain.training.forecasts import forecast_returns, forecast_sharpe
from traderai_assets.domain.training.labelling import Labelling
from traderai_assets.domain.training.plan import TrainingPlan
from traderai_assets.domain.training.progress import SEARCH, ProgressMeter

_TrialKey = tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Configuration:
    """What a trial of this stage stands for; parameters are the shared ones."""

    labelling: Labelling
    parameters: Mapping[str, Any]


class LearnerSearch:
    """The trials of stage one and what they fitted."""

    def __init__(
        self, data: LookBackData, plan: TrainingPlan, fitter: Fitter, meter: ProgressMeter
    ) -> None:
        self._data = data
        self._plan = plan
        self._fitter = fitter
        self._meter = meter
        self._search_learner = plan.learners[0]
        self._fitted: dict[tuple[_TrialKey, int], FittedLearner] = {}
        self.trials: Trials

    def run(self, storage: Any, name: str) -> None:
        """Try what the plan asks for; what an earlier, killed run tried is not tried again."""
        search, folds = self._plan.search, self._plan.n_folds
        self.trials = run_search(
            storage,
            name=f"{name}/learners",
            space=self._space(),
            evaluate=self._evaluate,
            n_trials=search.learner_trials,
            seed=self._plan.seed,
            sampler=search.sampler,
            pruning=MedianRule(n_folds=folds),
            sampler_seconds=search.sampler_seconds,
            report=lambda reached: self._meter.searching(SEARCH, reached, folds=folds),
        )

    def best(self, fold: int) -> Configuration:
        """Return what was best on the validation slices of folds 1 to `fold`; 0 means all."""
        trial = best_until(self.trials, fold or self._plan.n_folds)
        return self._configuration(trial.parameters)

    def fitted(self, configuration: Configuration, fold: int) -> FittedLearner | None:
        """Return what the trial fitted on a fold, unless another process did."""
        return self._fitted.get((_key(configuration.parameters), fold))

    def task(
        self, learner: str, configuration: Configuration, fold: int, rounds: int | None = None
    ) -> FitTask:
        """Say what to fit for a configuration."""
        own = own_parameters(learner, configuration.parameters, self._plan.parameters)
        return FitTask(learner, configuration.labelling, fold, own, rounds)

    def _evaluate(self, parameters: Mapping[str, Any], report_fold: ReportFold) -> Outcome:
        configuration = self._configuration(parameters)
        folds = range(1, self._plan.n_folds + 1)
        tasks = [self.task(self._search_learner, configuration, fold) for fold in folds]
        fitting = self._fitter.fit_all(tasks, self._meter.fitting(self._search_learner))
        earned: list[FloatArray] = []
        value = 0.0
        # Closed at once where the trial is given up, so that no further fold is begun
        with closing(fitting):
            for fold, fitted in zip(folds, fitting, strict=True):
                self._fitted[_key(parameters), fold] = fitted
                earned.append(self._validated(configuration, fold, fitted))
                value = forecast_sharpe(
                    np.concatenate(earned),
                    horizon_bars=configuration.labelling.horizon_bars,
                    bar=self._data.bar,
                )
                report_fold(fold - 1, value)
        return Outcome(value)

    def _validated(
        self, configuration: Configuration, fold: int, fitted: FittedLearner
    ) -> FloatArray:
        """Forecast returns of a fold's validation rows, those without a direction included."""
        rows = self._data.rows[configuration.labelling]
        part = self._data.fold(configuration.labelling, fold).validation
        gross = rows.frame["gross_return"].to_numpy(np.float64)[part]
        return forecast_returns(fitted.predict(rows.features[part]), rows.label[part], gross)

    def _space(self) -> Space:
        """Learner parameters, and the labels if there is a choice."""
        labellings = self._plan.labellings
        horizons = tuple(dict.fromkeys(labelling.horizon_bars for labelling in labellings))
        multiples = tuple(dict.fromkeys(labelling.multiple for labelling in labellings))
        choices = [
            Choices(name, values, default=values[0])
            for name, values in (("horizon_bars", horizons), ("multiple", multiples))
            if len(values) > 1
        ]
        return Space((*LEARNER_SPACE.dimensions, *choices))

    def _configuration(self, parameters: Mapping[str, Any]) -> Configuration:
        asked = self._plan.labelling
        labelling = Labelling(
            int(parameters.get("horizon_bars", asked.horizon_bars)),
            float(parameters.get("multiple", asked.multiple)),
        )
        return Configuration(labelling, parameters)


def _key(parameters: Mapping[str, Any]) -> _TrialKey:
    return tuple(sorted(parameters.items()))
