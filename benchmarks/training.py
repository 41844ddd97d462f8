"""Training against its bare parts: the whole job, and single fits.

The bare job repeats the fits that a training really made, with the same rows and parameters, by
`lightgbm.train` and `xgboost.train` alone, and computes features, labels and backtests by their
kernels alone. What lies between the two is what the platform itself costs.
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from benchmarks import bare_job, policy_search
from benchmarks.judging import platform_plan
from benchmarks.planted import BAR, PAYABLE, START, planted_market
from benchmarks.table import Ratio, at_most, best_of
from traderai_assets.domain.features.month import month_features, warm_up_bars
from traderai_assets.domain.labels.outcomes import label_bars
from traderai_assets.domain.models.learner import FittedLearner
from traderai_assets.domain.models.learners import LEARNERS
from traderai_assets.domain.models.model import TrainedModel
from traderai_assets.domain.months import Month
from traderai_assets.domain.training.engine import train_model
from traderai_assets.domain.training.fit_arrays import FitArrays
from traderai_assets.domain.training.fitting import Fit, FitTask, Fitter, ReportRounds
from traderai_assets.domain.training.plan import TrainingPlan

JOB_BOUND, FIT_BOUND = 1.25, 1.25


class RecordingFits(Fitter):
    """Fits, and remembers what was fitted."""

    def __init__(self, arrays: FitArrays) -> None:
        super().__init__(arrays)
        self.arrays = arrays
        self.fitted: list[tuple[FitTask, int]] = []

    def fit_all(self, tasks: Sequence[FitTask], report: ReportRounds) -> Generator[Fit]:
        """Yield what each task gave; remember how many rounds that were."""
        for task in tasks:
            fit = self.fit(task, report)
            self.fitted.append((task, fit.model.rounds))
            yield fit


@dataclass(frozen=True)
class Job:
    """A whole training of one market, features and labels included."""

    candles: pd.DataFrame
    plan: TrainingPlan

    def run(self, fits: Callable[[FitArrays], Fitter] = Fitter) -> TrainedModel:
        """Do all of it."""
        labels = label_bars(
            self.candles,
            bar=BAR,
            horizon_bars=self.plan.horizon_bars,
            multiple=self.plan.multiple,
            minimum_width=self.plan.minimum_width,
        )
        return train_model(
            month_features(self.candles, month=Month.of(START), bar=BAR),
            labels[labels["open_time"] >= pd.Timestamp(START)].drop(columns="barrier"),
            self.candles,
            plan=self.plan,
            bar=BAR,
            report=lambda _progress: None,
            inputs={"planted": PAYABLE.name},
            fits=fits,
        )


def measure(*, quick: bool) -> list[Ratio]:
    """Time everything; `quick` times once and with fewer trials, to see that it works."""
    candles = planted_market(PAYABLE, 0, warm_up_bars=warm_up_bars()).candles
    plan = bare_job.smaller(platform_plan()) if quick else platform_plan()
    job = Job(candles, plan)
    recorded: list[RecordingFits] = []

    def record(arrays: FitArrays) -> RecordingFits:
        recorded.append(RecordingFits(arrays))
        return recorded[-1]

    trained = job.run(record)
    (fits,) = recorded
    bare = bare_job.BareJob(candles, plan, fits.arrays, tuple(fits.fitted), trained)
    times = 1 if quick else 2
    whole, parts = best_of(times, job.run, bare.run)
    search = plan.search
    what = (
        f"the whole job: {search.learner_trials} + {search.policy_trials} trials, "
        f"{plan.n_folds} folds, {fits.arrays.features.shape[0]} bars, {len(fits.fitted)} fits"
    )
    return [
        Ratio(
            what,
            "train_model",
            "its bare parts",
            whole,
            parts,
            at_most(JOB_BOUND),
            whole <= JOB_BOUND * parts,
            "bare: kernels of features, labels and backtests, Optuna's TPE, lgb and xgb.train",
        ),
        *(_single_fit(name, fits, times=5 * times) for name in plan.learners),
        policy_search.measure_search(candles, quick=quick),
    ]


def _single_fit(name: str, fits: RecordingFits, *, times: int) -> Ratio:
    """One fit on the last walk-forward fold, bins included."""
    task, _rounds = max(
        (one for one in fits.fitted if one[0].learner == name and one[0].fold >= 0),
        key=lambda one: one[0].fold,
    )
    settings = fits.arrays.fit_settings(task.parameters, task.labelling, task.fold, task.rounds)
    train, held_out = fits.arrays.samples(task.labelling, task.fold)

    def ours() -> FittedLearner:
        learner = LEARNERS[name]
        return learner.fit(learner.bins(train, held_out), settings, lambda _rounds: None)

    # In the job itself the bins have the edges of the first fold's, and so other trees
    fitted = ours()

    def peer() -> Any:
        cut = bare_job.bins(name, train, held_out)
        return bare_job.fit(name, cut, replace(settings, rounds=fitted.rounds))

    said = [fitted.predict(train.features), bare_job.predict(name, peer(), train.features)]
    np.testing.assert_allclose(said[0], said[1], rtol=1e-6)
    own, bare = best_of(times, ours, peer)
    return Ratio(
        f"one fit, {len(train.target)} rows of {train.features.shape[1]} features",
        f"{name} learner",
        f"bare {name}.train",
        own,
        bare,
        at_most(FIT_BOUND),
        own <= FIT_BOUND * bare,
        "same predictions",
    )
