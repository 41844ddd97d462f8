"""How much of an error probability each of several looks may spend: Lan and DeMets.

Looking five times at a growing record, at 5 % each, is wrong 13 times in a hundred. An error
probability that is spent over the looks is not, however many there are.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from statistics import NormalDist

import numpy as np

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.portable import logistic

_NORMAL = NormalDist()
# Standard deviations below 0 where a path is no more followed
_FLOOR = 8.0
# Intervals of the integral over paths, an even number: Simpson's rule
_INTERVALS = 400
# A bound beyond this is none: it would be crossed once in 3 million looks
HIGHEST_BOUND = 5.0
_DIGITS = 6


@dataclass(frozen=True)
class SpentLook:
    """A look that was made.

    Attributes
    ----------
    fraction : float
        Of all information there will be, above 0 and at most 1.
    bound : float
        What the standardised statistic had to reach.
    """

    fraction: float
    bound: float


def spent_by(alpha: float, fraction: float) -> float:
    """Error probability that may be spent by a share of the information, one-sided.

    2 - 2 Phi(z / root(fraction)) with the normal quantile z of 1 - alpha / 2: little early, all at
    the end, as the bounds of O'Brien and Fleming do.

    References
    ----------
    Lan, K. and DeMets, D. (1983). Discrete Sequential Boundaries for Clinical Trials. Biometrika
    70(3).
    """
    if not 0.0 < alpha < 1.0 or not 0.0 < fraction <= 1.0:
        raise InvalidInput(
            f"alpha {alpha} at the fraction {fraction}; expected alpha above 0 and below 1, and a "
            "fraction above 0 and at most 1"
        )
    z = _NORMAL.inv_cdf(1.0 - alpha / 2.0)
    return 2.0 * _upper(z / math.sqrt(fraction))


def next_bound(made: Sequence[SpentLook], fraction: float, alpha_left: float) -> float | None:
    """Find the bound whose first crossing at this look has the probability `alpha_left`.

    Parameters
    ----------
    made : sequence of SpentLook
        Before this one, by fraction; those without a bound crossed nothing and are left out.
    fraction : float
        Of this look, above the last one's.
    alpha_left : float
        That no earlier look was crossed and this one is, where nothing is to be had. It is what
        may be spent by now less what was, so that a look never changes one that was made.

    Returns
    -------
    float or None
        Of the standardised statistic; None where nothing is left to spend, or so little that the
        bound is beyond `HIGHEST_BOUND`.

    Notes
    -----
    The statistic times the root of the fraction has independent normal increments. Its density
    among the paths that never crossed is carried from look to look by Simpson's rule over 400
    intervals; bounds agree with finer ones to 6 digits, and are rounded to so many.

    References
    ----------
    Armitage, P., McPherson, C. and Rowe, B. (1969). Repeated Significance Tests on Accumulating
    Data. J. of the Royal Statistical Society A 132(2).
    """
    fractions = [look.fraction for look in made] + [fraction]
    ordered = all(early < late for early, late in pairwise(fractions))
    if not ordered or not 0.0 < fractions[0] <= fractions[-1] <= 1.0:
        raise InvalidInput(
            f"looks at the fractions {fractions}; expected each above the one before, up to 1"
        )
    if not alpha_left > 0.0:
        return None
    bound = _solved(tuple(made), fraction, alpha_left)
    return bound if bound < HIGHEST_BOUND else None


@lru_cache(maxsize=512)  # The same few looks are asked of every strategy
def _solved(made: tuple[SpentLook, ...], fraction: float, alpha_left: float) -> float:
    low, high = -_FLOOR, HIGHEST_BOUND
    if _crossing(made, fraction, high) >= alpha_left:
        return high
    while high - low > 10.0 ** -(_DIGITS + 2):
        middle = (low + high) / 2.0
        if _crossing(made, fraction, middle) > alpha_left:
            low = middle
        else:
            high = middle
    return round(high, _DIGITS)


def _crossing(made: tuple[SpentLook, ...], fraction: float, bound: float) -> float:
    """Probability that this look is the first that is crossed."""
    level = bound * math.sqrt(fraction)
    if not made:
        return _upper(bound)
    at, mass = _paths(made)
    step = math.sqrt(fraction - made[-1].fraction)
    beyond = [_upper((level - place) / step) for place in at.tolist()]
    return float((mass * np.array(beyond)).sum())


@lru_cache(maxsize=256)
def _paths(made: tuple[SpentLook, ...]) -> tuple[FloatArray, FloatArray]:
    """Places of the paths that crossed no look so far, and the probability of each."""
    last = made[-1]
    width = math.sqrt(last.fraction)
    at = np.linspace(-_FLOOR * width, last.bound * width, _INTERVALS + 1)
    if len(made) == 1:
        density = _density(at / width) / width
    else:
        before, mass = _paths(made[:-1])
        step = math.sqrt(last.fraction - made[-2].fraction)
        density = (_density((at[:, None] - before) / step) / step * mass).sum(axis=1)
    weights = np.full(at.size, 2.0)
    weights[1::2] = 4.0
    weights[[0, -1]] = 1.0
    return at, density * weights * (at[1] - at[0]) / 3.0


def _density(values: FloatArray) -> FloatArray:
    """Of the normal distribution; exp(-a) is p / (1 - p) with the logistic p of -a."""
    share = logistic(-0.5 * values * values)
    density: FloatArray = share / (1.0 - share) / math.sqrt(2.0 * math.pi)
    return density


def _upper(value: float) -> float:
    """Probability above a value of the normal distribution, exact far out too."""
    return 0.5 * math.erfc(value / math.sqrt(2.0))
