"""How much of a Sharpe ratio is luck: the 2012 and 2014 estimators of Bailey and Lopez de Prado.

Every Sharpe ratio here is per period (per bar, per trade), never annualised: an annual one with the
number of bars inflates every probability by about the root of the periods in a year.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.errors import InvalidInput

EULER_GAMMA = 0.5772156649015329
_NORMAL = NormalDist()


@dataclass(frozen=True)
class SharpeEstimate:
    """A Sharpe ratio per period and what its accuracy depends on.

    Attributes
    ----------
    sharpe : float
        Mean over standard deviation of the returns of one period.
    observations : int
        Periods it was measured over.
    skewness, kurtosis : float
        Of the returns; a normal distribution has 0 and 3.
    """

    sharpe: float
    observations: int
    skewness: float = 0.0
    kurtosis: float = 3.0

    @classmethod
    def from_returns(cls, returns: FloatArray) -> "SharpeEstimate":
        """Measure finite returns per period; a constant series has Sharpe ratio 0."""
        if returns.size < 2 or not np.isfinite(returns).all():
            raise InvalidInput(
                f"{returns.size} returns, {int((~np.isfinite(returns)).sum())} of them not finite; "
                "a Sharpe ratio needs at least two, all finite"
            )
        centred = returns - returns.mean()
        spread = float(np.sqrt((centred**2).mean()))
        if returns.min() == returns.max():
            return cls(0.0, returns.size)
        standard = centred / spread
        square = standard * standard
        deviation = float(returns.std(ddof=1))
        return cls(
            float(returns.mean()) / deviation,
            returns.size,
            # Products, not powers: those have other last digits on other processors
            float((standard * square).mean()),
            float((square * square).mean()),
        )

    def variance_factor(self, at: float) -> float:
        """Variance of the estimate times its observations, were the true Sharpe ratio `at`."""
        return 1 - self.skewness * at + (self.kurtosis - 1) / 4 * at**2


def probabilistic_sharpe_ratio(estimate: SharpeEstimate, benchmark: float = 0.0) -> float:
    """Give the probability that the true Sharpe ratio exceeds `benchmark`: the 2012 convention.

    The variance is taken at the *estimated* Sharpe ratio and over observations - 1.

    References
    ----------
    Bailey, D. and Lopez de Prado, M. (2012). The Sharpe Ratio Efficient Frontier. J. of Risk 15(2).
    """
    variance = estimate.variance_factor(estimate.sharpe) / (estimate.observations - 1)
    return _probability_above(estimate.sharpe - benchmark, variance)


def probabilistic_sharpe_ratio_at_null(estimate: SharpeEstimate, benchmark: float = 0.0) -> float:
    """Give the same probability by the 2025 convention, to compare with figures that use it.

    The variance is taken at the *benchmark* and over all observations. It is kinder to skewed
    returns; nothing here decides by it.
    """
    variance = estimate.variance_factor(benchmark) / estimate.observations
    return _probability_above(estimate.sharpe - benchmark, variance)


def expected_maximum(n_trials: int) -> float:
    """Give the expected largest of `n_trials` standard normal draws; 0 for a single one.

    References
    ----------
    Bailey, D. and Lopez de Prado, M. (2014). The Deflated Sharpe Ratio. J. of Portfolio
    Management 40(5), equation 1. The approximation is within 0.04 of the truth from 5 trials on.
    """
    if n_trials < 1:
        raise InvalidInput(f"{n_trials} trials; expected at least the one that is judged")
    if n_trials == 1:
        return 0.0
    quantile = _NORMAL.inv_cdf
    return (1 - EULER_GAMMA) * quantile(1 - 1 / n_trials) + EULER_GAMMA * quantile(
        1 - 1 / (n_trials * math.e)
    )


def deflated_sharpe_ratio(
    estimate: SharpeEstimate, *, n_trials: int, trial_variance: float
) -> float:
    """Give the probability that the best of `n_trials` beats what luck alone would have made best.

    Parameters
    ----------
    estimate : SharpeEstimate
        Of the trial that was chosen.
    n_trials : int
        Every configuration that was looked at, the discarded ones included.
    trial_variance : float
        Variance of the Sharpe ratios per period over the trials. 1 / observations is what trials
        without any skill would show.

    References
    ----------
    As `expected_maximum`; with `probabilistic_sharpe_ratio` of 2012, as there.
    """
    benchmark = math.sqrt(trial_variance) * expected_maximum(n_trials)
    return probabilistic_sharpe_ratio(estimate, benchmark)


def minimum_track_record(
    estimate: SharpeEstimate, benchmark: float = 0.0, confidence: float = 0.95
) -> float:
    """Give the observations needed to call the Sharpe ratio above `benchmark`; inf if it is not.

    References
    ----------
    As `probabilistic_sharpe_ratio`, equation 13.
    """
    excess = estimate.sharpe - benchmark
    if excess <= 0:
        return math.inf
    factor = estimate.variance_factor(estimate.sharpe)
    return 1 + factor * (_NORMAL.inv_cdf(confidence) / excess) ** 2


def minimum_backtest_years(n_trials: int, annual_sharpe: float = 1.0) -> float:
    """Give the years of backtest below which luck is expected to show `annual_sharpe`.

    References
    ----------
    Bailey, D., Borwein, J., Lopez de Prado, M. and Zhu, Q. (2014). Pseudo-Mathematics and
    Financial Charlatanism. Notices of the AMS 61(5), theorem 1.
    """
    return (expected_maximum(n_trials) / annual_sharpe) ** 2


def _probability_above(excess: float, variance: float) -> float:
    if variance <= 0:  # two-point returns can be certain
        return 0.5 if excess == 0 else float(excess > 0)
    return _NORMAL.cdf(excess / math.sqrt(variance))
