"""Whether a mean is above zero when its observations depend on each other: Newey and West.

For means of days. Intervals that ask for no formula stand in `bootstrap`.
"""

import math
from dataclasses import dataclass

import numpy as np

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.portable import inner

LAG = 10
# Of the mean square: variance below this is the rounding of a constant
_ROUNDING = 1e-20


@dataclass(frozen=True)
class MeanTest:
    """An estimate, its standard error and their ratio, all finite.

    Attributes
    ----------
    estimate, error : float
        In the unit of the values; the error is 0 where they never vary.
    freedom : float
        Independent squares that the error is worth: fewer than values, since products of
        neighbours are noise too.
    seen : float
        Share of the variance that values show about their own mean, in 0..1.
    """

    estimate: float
    error: float
    freedom: float
    seen: float

    @property
    def t(self) -> float:
        """Estimate over its error; 0 where the error is: what never varies proves nothing."""
        return self.estimate / self.error if self.error > 0.0 else 0.0

    @property
    def z(self) -> float:
        """The standard normal number that is as rare as `t` is where the truth is 0.

        An error is a guess, too small more often than too large: `t` has heavier tails than a
        normal number, and those of Student's law with as much freedom.

        References
        ----------
        Abramowitz, M. and Stegun, I. (1964). Handbook of Mathematical Functions, 26.7.8.
        """
        t = self.t * math.sqrt(self.seen)
        return t * (1.0 - 0.25 / self.freedom) / math.sqrt(1.0 + 0.5 * t * t / self.freedom)

    def lower(self, quantile: float) -> float:
        """Estimate less so many standard errors."""
        return self.estimate - quantile * self.error


def mean_test(values: FloatArray, *, lag: int = LAG) -> MeanTest:
    """Estimate a mean and its standard error, robust to heteroscedasticity and autocorrelation.

    Parameters
    ----------
    values : ndarray of shape (n_values,)
        In time order, finite, at least two.
    lag : int, default=10
        Up to which autocovariances count, with Bartlett's weights 1 - j / (lag + 1).

    Raises
    ------
    InvalidInput
        If there are fewer than two values, or one is not finite.

    Notes
    -----
    On 180 to 550 independent days `t` is a little liberal, and `z` is not.

    References
    ----------
    Newey, W. and West, K. (1987). A Simple, Positive Semi-Definite, Heteroskedasticity and
    Autocorrelation Consistent Covariance Matrix. Econometrica 55(3).
    """
    _check(values, 2)
    mean = float(values.mean())
    return _tested(mean, (values - mean) / values.size, values, lag)


def intercept_test(values: FloatArray, on: FloatArray, *, lag: int = LAG) -> MeanTest:
    """Estimate what is left of a mean beside a share of another series, by least squares.

    Parameters
    ----------
    values, on : ndarray of shape (n_values,)
        In time order, finite, at least three; `values = intercept + slope * on + rest`.
    lag : int, default=10
        As in `mean_test`.

    Returns
    -------
    MeanTest
        Of the intercept. Where `on` never varies it explains nothing, and this is `mean_test`.

    Raises
    ------
    InvalidInput
        If there are fewer than three values, as many of both are not given, or one is not finite.
    """
    if values.shape != on.shape:
        raise InvalidInput(f"{values.size} values on {on.size}; expected both over the same times")
    _check(values, 3)
    _check(on, 3)
    middle, level = float(values.mean()), float(on.mean())
    away = on - level
    spread = inner(away, away)
    if spread <= _ROUNDING * inner(on, on):
        return mean_test(values, lag=lag)
    slope = inner(away, values - middle) / spread
    rest = (values - middle) - slope * away
    # What each row adds to the intercept: its row of the inverse of X'X, times its residual
    weights = 1.0 / values.size - level * away / spread
    return _tested(middle - slope * level, weights * rest, values, lag)


def _tested(estimate: float, parts: FloatArray, values: FloatArray, lag: int) -> MeanTest:
    steps = range(1, min(lag, values.size - 1) + 1)
    share = [1.0 - step / (lag + 1.0) for step in steps]
    squared = 1.0 + 2.0 * sum(one * one for one in share)
    # What a mean that is taken of the values themselves takes out of their Bartlett sum
    taken = 1.0 + 2.0 * sum(
        one * (1.0 - step / values.size) for one, step in zip(share, steps, strict=True)
    )
    return MeanTest(
        estimate,
        _error(parts, values, lag),
        freedom=values.size / squared,
        seen=1.0 - taken / values.size,
    )


def _error(parts: FloatArray, values: FloatArray, lag: int) -> float:
    """Root of the Bartlett sum of the autocovariances of parts that add up to an estimate."""
    own = inner(parts, parts)
    if own * values.size * values.size <= _ROUNDING * inner(values, values) * values.size:
        return 0.0
    reach = min(lag, parts.size - 1)
    total = own + 2.0 * sum(
        (1.0 - step / (lag + 1.0)) * inner(parts[step:], parts[:-step])
        for step in range(1, reach + 1)
    )
    return math.sqrt(max(total, 0.0))


def _check(values: FloatArray, least: int) -> None:
    strange = int((~np.isfinite(values)).sum())
    if values.size < least or strange:
        raise InvalidInput(
            f"{values.size} values, {strange} of them not finite; a standard error needs at least "
            f"{least}, all finite"
        )
