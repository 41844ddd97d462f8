"""The ensemble: every learner fitted, each calibrated, their probabilities averaged."""

from dataclasses import dataclass

import numpy as np

from traderai_assets.domain.features.bars import FloatArray
from traderai_assets.domain.training.calibration import PlattScaling, fit_platt
from traderai_assets.domain.training.learner import FitSettings, FittedLearner
from traderai_assets.domain.training.learners import LEARNERS
from traderai_assets.domain.training.plan import TrainingPlan
from traderai_assets.domain.training.progress import ProgressMeter
from traderai_assets.domain.training.sample import LabelledRows
from traderai_assets.domain.validation.folds import Fold


@dataclass(frozen=True)
class Member:
    """One learner of an ensemble with its calibration."""

    fitted: FittedLearner
    calibration: PlattScaling

    def probability(self, features: FloatArray) -> FloatArray:
        """Calibrated probability of up."""
        return self.calibration.probability(self.fitted.predict(features))


@dataclass(frozen=True)
class Ensemble:
    """Members by learner name."""

    members: dict[str, Member]

    def probability(self, features: FloatArray) -> FloatArray:
        """Mean of the members' probabilities, from features of shape (n_rows, n_features)."""
        if not len(features):
            return np.empty(0)
        each = [member.probability(features) for member in self.members.values()]
        return np.asarray(np.mean(each, axis=0))


def fit_ensemble(
    rows: LabelledRows, fold: Fold, plan: TrainingPlan, meter: ProgressMeter, number: int
) -> Ensemble:
    """Fit, stop and calibrate every learner of the plan on one fold; its test is not touched."""
    train, validation, calibration = (
        rows.sample(part) for part in (fold.train, fold.validation, fold.calibration)
    )
    members = {}
    for name in plan.learners:
        settings = FitSettings(
            plan.rounds,
            plan.early_stopping_rounds,
            plan.report_every,
            plan.seed,
            plan.parameters.get(name, {}),
        )
        fitted = LEARNERS[name].fit(train, validation, settings, meter.fit(number, name))
        log_odds = fitted.predict(calibration.features)
        members[name] = Member(fitted, fit_platt(log_odds, calibration.target, calibration.weight))
        meter.fit_done(number, name, fitted.rounds)
    return Ensemble(members)
