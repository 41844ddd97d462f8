"""The ensemble: every learner of a plan, each calibrated, their probabilities averaged."""

from dataclasses import dataclass

import numpy as np

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.models.calibration import PlattScaling
from traderai_assets.domain.models.learner import FittedLearner


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
