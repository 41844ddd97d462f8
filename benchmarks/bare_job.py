"""A training's bare parts: what its libraries and kernels take when nothing stands around them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import lightgbm
import numpy as np
import optuna
import pandas as pd
import xgboost

from benchmarks.planted import BAR
from traderai_assets.domain.arrays import FloatArray, milliseconds
from traderai_assets.domain.backtest import account_kernel
from traderai_assets.domain.backtest.bars import Bars
from traderai_assets.domain.backtest.layout import Rules
from traderai_assets.domain.features.bars import Bars as FeatureBars
from traderai_assets.domain.features.catalogue import CATALOGUE
from traderai_assets.domain.labels.outcomes import label_bars
from traderai_assets.domain.models import lightgbm_learner, xgboost_learner
from traderai_assets.domain.models.learner import FitSettings
from traderai_assets.domain.models.model import TrainedModel
from traderai_assets.domain.models.parameters import LEARNER_SPACE
from traderai_assets.domain.models.sample import Sample
from traderai_assets.domain.training.fit_arrays import FitArrays
from traderai_assets.domain.training.fitting import FitTask
from traderai_assets.domain.training.plan import TrainingPlan
from traderai_assets.domain.training.policy_search import POLICY_SPACE


def smaller(plan: TrainingPlan) -> TrainingPlan:
    """Return the same plan with few trials and short fits."""
    search = replace(plan.search, learner_trials=3, policy_trials=5, horizons=())
    return replace(plan, rounds=40, search=search)


@dataclass(frozen=True)
class BareJob:
    """What a recorded training did, without the platform."""

    candles: pd.DataFrame
    plan: TrainingPlan
    arrays: FitArrays
    fitted: tuple[tuple[FitTask, int], ...]
    trained: TrainedModel

    def run(self) -> None:
        """Do all of it, part by part."""
        self._features_and_labels()
        self._studies()
        self._fits()
        self._backtests()

    def _features_and_labels(self) -> None:
        bars = FeatureBars.from_candles(self.candles, BAR)
        with np.errstate(all="ignore"):
            for spec in CATALOGUE:
                spec.compute(bars)
        for labelling in self.plan.labellings:
            label_bars(
                self.candles,
                bar=BAR,
                horizon_bars=labelling.horizon_bars,
                multiple=labelling.multiple,
                minimum_width=self.plan.minimum_width,
            )

    def _studies(self) -> None:
        """Both searches' samplers in memory, told the values that the training found."""
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        told = self.trained.card["search"]
        for space, trials in (
            (LEARNER_SPACE, told["learner_trials"]),
            (POLICY_SPACE, told["policy_trials"]),
        ):
            sampler = optuna.samplers.TPESampler(seed=self.plan.seed)
            study = optuna.create_study(direction="maximize", sampler=sampler)
            distributions = {one.name: one.distribution() for one in space.dimensions}
            for trial in trials:
                asked = study.ask(distributions)
                study.tell(asked, trial["value"] or 0.0)

    def _fits(self) -> None:
        """Every fit, bins cut once a fold at the first's edges; what it says of rows held out."""
        cut: dict[tuple[Any, ...], Any] = {}
        for task, rounds in self.fitted:
            key = (task.learner, task.labelling, task.fold)
            if key not in cut:
                train, held_out = self.arrays.samples(task.labelling, task.fold)
                first = cut.get((*key[:2], 0)) if task.fold >= 0 else None
                like = first[0][0] if first else None
                cut[key] = bins(task.learner, train, held_out, like), (held_out or train).features
            settings = replace(self.arrays.settings, parameters=task.parameters, rounds=rounds)
            prepared, asked = cut[key]
            predict(task.learner, fit(task.learner, prepared, settings), asked)

    def _backtests(self) -> None:
        """Every policy over as many bars as a test has, fold by fold."""
        policies = [
            [*(trial["parameters"][name] for name in ("margin", "target", "stop")), 0.0, 1.0]
            for trial in self.trained.card["search"]["policy_trials"]
        ]
        known = self.trained.out_of_sample
        known = known[known["fold"] == self.plan.n_folds]
        bars = Bars.of(self.candles.tail(len(known)))
        probability = known["probability"].to_numpy(np.float64)
        width = known["width"].to_numpy(np.float64)
        for _ in range(self.plan.n_folds):
            walk(bars, probability, width, np.array(policies), self.plan)


def walk(
    bars: Bars, probability: FloatArray, width: FloatArray, policies: FloatArray, plan: TrainingPlan
) -> FloatArray:
    """Call the backtest kernel for some policies, and nothing else."""
    n_bars = len(width)
    returns, trades = np.empty((len(policies), n_bars)), np.zeros(len(policies), np.int64)
    account_kernel.walk_policies(
        bars,
        probability,
        width,
        np.full(n_bars, plan.horizon_bars, np.int64),
        plan.costs.round_trip,
        policies,
        Rules(milliseconds(BAR), plan.costs.fee_rate, plan.costs.slippage_rate, False),
        None,
        np.array([n_bars]),
        returns,
        trades,
    )
    return returns


def bins(learner: str, train: Sample, held_out: Sample | None, like: Any = None) -> tuple[Any, Any]:
    """Cut the library's own histograms, at the edges of others where these are given."""
    if learner == "lightgbm":
        fixed = dict(lightgbm_learner.FIXED)
        cut = lightgbm.Dataset(
            train.features, train.target, like, weight=train.weight, params=fixed
        )
        if held_out is None:
            return cut.construct(), None
        other = cut.create_valid(
            held_out.features, held_out.target, weight=held_out.weight, params=fixed
        )
        return cut.construct(), other.construct()
    options = {"max_bin": xgboost_learner.MAX_BIN, "nthread": 1}
    cut = xgboost.QuantileDMatrix(
        train.features, train.target, weight=train.weight, ref=like, **options
    )
    if held_out is None:
        return cut, None
    return cut, xgboost.QuantileDMatrix(
        held_out.features, held_out.target, weight=held_out.weight, ref=cut, **options
    )


def fit(learner: str, cut: tuple[Any, Any], settings: FitSettings) -> Any:
    """Call the library's own `train`, for as many rounds as there were in the end."""
    train, held_out = cut
    own: Mapping[str, Any] = {**settings.parameters, "seed": settings.seed}
    if learner == "lightgbm":
        return lightgbm.train(
            {**lightgbm_learner.FIXED, **own},
            train,
            settings.rounds,
            valid_sets=[held_out] if held_out else None,
        )
    return xgboost.train(
        {**xgboost_learner.FIXED, **own},
        train,
        settings.rounds,
        evals=[(held_out, "validation")] if held_out else None,
        verbose_eval=False,
    )


def predict(learner: str, booster: Any, features: FloatArray) -> FloatArray:
    """Ask a booster for log odds."""
    if learner == "lightgbm":
        return np.asarray(booster.predict(features, raw_score=True, num_threads=1))
    return np.asarray(booster.inplace_predict(features, predict_type="margin"))
