"""Logistic regression by gradient descent: a learner of one's own, in one file.

Its sums are taken by `domain/portable.py`, so that equal inputs give equal bytes on any machine.
"""

import json
from dataclasses import asdict, dataclass

import numpy as np

from traderai_assets.domain.portable import inner, logistic


@dataclass(frozen=True)
class FittedLogistic:
    """Slopes of standardised features; an undefined one counts as its mean."""

    rounds: int
    intercept: float
    slopes: list[float]
    means: list[float]
    spreads: list[float]

    def contributions(self, features):
        """What each feature adds to the log odds."""
        return _standardised(features, self.means, self.spreads) * np.array(self.slopes)

    @property
    def best_rounds(self):
        """All of them: it does not look at held-out rows."""
        return self.rounds

    def predict(self, features, rounds=None):  # noqa: ARG002
        """Log odds of up; it has no trees of which to take the first."""
        return self.intercept + _added(self.contributions(features))

    def gain(self):
        """Size of each slope: features are on one scale."""
        return np.abs(np.array(self.slopes))

    def to_bytes(self):
        """JSON: floats are written to the last bit."""
        return json.dumps(asdict(self), sort_keys=True).encode()


class LogisticLearner:
    """Logistic regression; it stops where its settings say, whatever the validation rows."""

    name = "logistic"
    limits = {"step": (0.001, 1.0), "l2": (0.0, 1_000.0)}  # noqa: RUF012

    def version(self):
        """Version of what it is made of."""
        return "1.0"

    def translate(self, parameters):
        """Of what is searched, two say something here."""
        return {"step": float(parameters["learning_rate"]), "l2": float(parameters["l2"])}

    def bins(self, train, validation, like=None):  # noqa: ARG002
        """Standardise once for all fits."""
        present = np.where(np.isnan(train.features), 0.0, train.features)
        means = [float(column.mean()) for column in present.T]
        spreads = [float(column.std()) or 1.0 for column in present.T]
        return train, means, spreads

    def fit(self, bins, settings, report):
        """Walk downhill for as many rounds as there are trees in a boosted model."""
        train, means, spreads = bins
        columns = np.ascontiguousarray(_standardised(train.features, means, spreads).T)
        slopes, intercept = np.zeros(len(columns)), 0.0
        step, l2 = settings.parameters["step"], settings.parameters["l2"]
        rows = float(train.weight.sum())
        for number in range(1, settings.rounds + 1):
            up = logistic(intercept + _added(columns.T * slopes))
            error = train.weight * (up - train.target)
            pull = np.array([inner(error, column) for column in columns]) + l2 * slopes
            slopes = slopes - step * pull / rows
            intercept -= step * float(error.sum()) / rows
            if number % settings.report_every == 0:
                report(number)
        return FittedLogistic(settings.rounds, intercept, slopes.tolist(), means, spreads)

    def from_bytes(self, content):
        """Read what `to_bytes` wrote."""
        return FittedLogistic(**json.loads(content))


def _standardised(features, means, spreads):
    scaled = (features - np.array(means)) / np.array(spreads)
    return np.where(np.isnan(scaled), 0.0, scaled)


def _added(parts):
    """Sum over the columns, one after the other: the order of additions is no machine's choice."""
    total = np.zeros(len(parts))
    for column in parts.T:
        total = total + column
    return total


LEARNER = LogisticLearner()
