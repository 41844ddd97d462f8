"""Stage one of the search: learner parameters and labels, judged by forecasts out of fold.

A trial fits the plan's first learner on every fold. For the test of fold k the best trial is the
one that was best on the tests before it.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.models.parameters import LEARNER_SPACE
from traderai_assets.domain.search.pruning import MedianRule
from traderai_assets.domain.search.space import Choices, Parameters, Space
from traderai_assets.domain.search.study import run_search
from traderai_assets.domain.search.trial import Outcome, ReportFold
from traderai_assets.domain.search.trials import Trials
from traderai_assets.domain.training.best_trial import best_until
from traderai_assets.domain.training.dataset import LookBackData
from traderai_assets.domain.training.forecasts import forecast_returns, forecast_sharpe
from traderai_assets.domain.training.labelling import Labelling
from traderai_assets.domain.training.out_of_fold import Configuration, OutOfFold
from traderai_assets.domain.training.plan import TrainingPlan
from traderai_assets.domain.training.progress import SEARCH, ProgressMeter


class LearnerSearch:
    """The trials of stage one."""

    def __init__(
        self,
        data: LookBackData,
        plan: TrainingPlan,
        fits: OutOfFold,
        meter: ProgressMeter,
        phase: str = SEARCH,
    ) -> None:
        self._data = data
        self._plan = plan
        self._fits = fits
        self._meter = meter
        self._phase = phase
        self.trials: Trials

    def run(self, storage: Any, name: str, start: Parameters | None = None) -> None:
        """Try what the plan asks for; what an earlier, killed run tried is not tried again.

        Parameters
        ----------
        storage, name
            Where the study is kept, and under which name.
        start : mapping, optional
            What an earlier search chose: tried right after the defaults.
        """
        search, tests = self._plan.search, self._plan.n_folds + 1
        self.trials = run_search(
            storage,
            name=name,
            space=learner_space(self._plan),
            evaluate=self._evaluate,
            n_trials=search.learner_trials,
            seed=self._plan.seed,
            sampler=search.sampler,
            pruning=MedianRule(n_folds=tests),
            start=start,
            sampler_seconds=search.sampler_seconds,
            report=lambda reached: self._meter.searching(self._phase, reached, folds=tests),
        )
        # Those that were found stored, and the last folds of a trial that was given up
        self._meter.behind(search.learner_trials * tests)

    def best(self, tests: int) -> Configuration:
        """Return what was best on the first `tests` tests; before any, what is tried first."""
        trial = best_until(self.trials, tests) if tests else self.trials.trials[0]
        return self._configuration(trial.parameters)

    def _evaluate(self, parameters: Mapping[str, Any], report_fold: ReportFold) -> Outcome:
        configuration = self._configuration(parameters)
        learner, earned = self._plan.learners[0], []
        value = 0.0
        for fold in range(self._plan.n_folds + 1):
            scored = self._fits.scored(learner, configuration, fold)
            earned.append(self._earned(configuration, fold, scored.log_odds))
            value = forecast_sharpe(
                np.concatenate(earned),
                horizon_bars=configuration.labelling.horizon_bars,
                bar=self._data.bar,
            )
            report_fold(fold, value)
        return Outcome(value)

    def _earned(
        self, configuration: Configuration, number: int, log_odds: FloatArray
    ) -> FloatArray:
        """Forecast returns of a fold's settled rows, those without a direction included."""
        rows, fold = self._fits.rows(configuration), self._fits.folds(configuration)[number]
        settled = fold.settled
        gross = rows.frame["gross_return"].to_numpy(np.float64)[settled]
        return forecast_returns(log_odds[settled - fold.test[0]], rows.label[settled], gross)

    def _configuration(self, parameters: Mapping[str, Any]) -> Configuration:
        asked = self._plan.labelling
        labelling = Labelling(
            int(parameters.get("horizon_bars", asked.horizon_bars)),
            float(parameters.get("multiple", asked.multiple)),
        )
        return Configuration(labelling, parameters)


def learner_space(plan: TrainingPlan) -> Space:
    """What is searched: learner parameters, and the labels if there is a choice."""
    labellings = plan.labellings
    horizons = tuple(dict.fromkeys(labelling.horizon_bars for labelling in labellings))
    multiples = tuple(dict.fromkeys(labelling.multiple for labelling in labellings))
    choices = [
        Choices(name, values, default=values[0])
        for name, values in (("horizon_bars", horizons), ("multiple", multiples))
        if len(values) > 1
    ]
    return Space((*LEARNER_SPACE.dimensions, *choices))
