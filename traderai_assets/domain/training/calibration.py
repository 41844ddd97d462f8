"""Calibration: from a learner's log odds to probabilities that mean what they say."""

from dataclasses import dataclass

import numpy as np

from traderai_assets.domain.features.bars import FloatArray

SLOPE_DEVIATION = 1.0
INTERCEPT_DEVIATION = 0.2


@dataclass(frozen=True)
class PlattScaling:
    """`1 / (1 + exp(-(slope x + intercept)))` of log odds x."""

    slope: float
    intercept: float

    def probability(self, log_odds: FloatArray) -> FloatArray:
        """Calibrated probability, in 0..1."""
        scaled = self.slope * log_odds + self.intercept
        # Of the negative side only, so that exp never overflows
        small = np.exp(-np.abs(scaled))
        return np.where(scaled < 0.0, small, 1.0) / (1.0 + small)


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
    from scipy.optimize import minimize

    def loss(parameters: FloatArray) -> tuple[float, FloatArray]:
        slope, intercept = parameters
        scaled = slope * log_odds + intercept
        surprise = weight @ (np.logaddexp(0.0, scaled) - target * scaled)
        error = weight * (PlattScaling(slope, intercept).probability(log_odds) - target)
        pulls = (slope - 1.0) / SLOPE_DEVIATION**2, intercept / INTERCEPT_DEVIATION**2
        prior = 0.5 * (pulls[0] * (slope - 1.0) + pulls[1] * intercept)
        gradient = np.array([error @ log_odds + pulls[0], error.sum() + pulls[1]])
        return float(surprise + prior), gradient

    fitted = minimize(
        loss, np.array([1.0, 0.0]), jac=True, method="L-BFGS-B", bounds=[(0.0, None), (None, None)]
    )
    return PlattScaling(float(fitted.x[0]), float(fitted.x[1]))
