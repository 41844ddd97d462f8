"""Calibration: from a learner's log odds to probabilities that mean what they say."""

from dataclasses import dataclass

import numpy as np

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.portable import inner, logistic, surprise

SLOPE_DEVIATION = 1.0
INTERCEPT_DEVIATION = 0.2
# Newton's method takes four or five; scipy's optimizers ask BLAS, whose bits are the machine's
MOST_STEPS = 100
LEAST_STEP = 1e-6
# Nearer than this to the least loss no digit changes that anybody reads
LEAST_MOVE = 1e-9


@dataclass(frozen=True)
class PlattScaling:
    """`1 / (1 + exp(-(slope x + intercept)))` of log odds x."""

    slope: float
    intercept: float

    def probability(self, log_odds: FloatArray) -> FloatArray:
        """Calibrated probability, in 0..1."""
        return logistic(self.slope * log_odds + self.intercept)


def fit_platt(log_odds: FloatArray, target: FloatArray, weight: FloatArray) -> PlattScaling:
    """Fit slope and intercept on rows the learner was not fitted on.

    A slice of overlapping labels is worth few independent ones, so both have a normal prior. The
    slope's is around 1 with deviation 1, and it is never below 0: a learner is never turned upside
    down by a lucky slice. The intercept's is around 0 with deviation `INTERCEPT_DEVIATION`:
    that more bars rose than fell during one slice says little about the next.

    Parameters
    ----------
    log_odds, target, weight : ndarray of shape (n_rows,)
        Raw scores; 1.0 up or 0.0 down, both present; what each row counts, summing to the number
        of independent rows.

    References
    ----------
    Platt, J. (1999). Probabilistic outputs for support vector machines.
    """
    fitted = _fit(log_odds, target, weight)
    if fitted.slope >= 0.0:
        return fitted
    # The loss is convex: its least value at a slope of at least 0 lies where the slope is 0
    return PlattScaling(0.0, _fit(np.zeros_like(log_odds), target, weight).intercept)


def _fit(log_odds: FloatArray, target: FloatArray, weight: FloatArray) -> PlattScaling:
    """Slope and intercept of the least loss, by Newton's method; the slope may be below 0."""
    fitted = PlattScaling(1.0, 0.0)
    loss = _loss(fitted, log_odds, target, weight)
    for _ in range(MOST_STEPS):
        step = _newton_step(fitted, log_odds, target, weight)
        if max(map(abs, step)) < LEAST_MOVE:
            return fitted
        share = 1.0
        while share > LEAST_STEP:
            tried = PlattScaling(fitted.slope - share * step[0], fitted.intercept - share * step[1])
            reached = _loss(tried, log_odds, target, weight)
            if reached < loss:
                break
            share /= 2.0
        else:
            return fitted  # No step leads lower: that is as near as numbers come
        fitted, loss = tried, reached
    return fitted


def _newton_step(
    fitted: PlattScaling, log_odds: FloatArray, target: FloatArray, weight: FloatArray
) -> tuple[float, float]:
    """Gradient of the loss over its curvature: the step to the least of a parabola."""
    probability = fitted.probability(log_odds)
    error = weight * (probability - target)
    curve = weight * probability * (1.0 - probability)
    slope = inner(error, log_odds) + (fitted.slope - 1.0) / SLOPE_DEVIATION**2
    intercept = float(error.sum()) + fitted.intercept / INTERCEPT_DEVIATION**2
    steep = inner(curve * log_odds, log_odds) + 1.0 / SLOPE_DEVIATION**2
    flat = float(curve.sum()) + 1.0 / INTERCEPT_DEVIATION**2
    both = inner(curve, log_odds)
    size = steep * flat - both * both
    return (slope * flat - intercept * both) / size, (intercept * steep - slope * both) / size


def _loss(
    scaling: PlattScaling, log_odds: FloatArray, target: FloatArray, weight: FloatArray
) -> float:
    """Nats of surprise at the outcomes and at the parameters."""
    scaled = scaling.slope * log_odds + scaling.intercept
    loss = inner(weight, surprise(scaled) - target * scaled)
    pulls = (scaling.slope - 1.0) / SLOPE_DEVIATION, scaling.intercept / INTERCEPT_DEVIATION
    return loss + 0.5 * (pulls[0] * pulls[0] + pulls[1] * pulls[1])
