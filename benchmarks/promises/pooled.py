"""What came by what was promised, of many decisions whose markets are what is independent."""

import math
from collections.abc import Hashable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import t

FloatArray = npt.NDArray[np.float64]

FEWEST_MARKETS = 2.0


@dataclass(frozen=True)
class Case:
    """What a market's model did over the 30 days after it was made.

    Attributes
    ----------
    market : int
        The seed of the market; of one edge the same seed is the same shocks.
    coefficient : float
        Correlation of the hidden pressure with the return over the horizon.
    bars : int
        At which something was decided or not.
    days : list of (decisions, promised, came)
        Sums of gross returns over the day's decisions, of days with any.
    """

    edge: str
    market: int
    lookback_days: int
    horizon_bars: int
    round_trip: float
    coefficient: float
    bars: int
    days: list[tuple[int, float, float]]


@dataclass(frozen=True)
class Pooled:
    """A share of sums, and how sure it is.

    Attributes
    ----------
    value : float
        Sum of the numerator by that of the denominator; NaN where there is none.
    error : float
        Its standard error by markets; NaN where less than two decide.
    markets : float
        So many markets of equal weight have as much say: (sum of weights)^2 by sum of squares.
    """

    value: float
    error: float
    markets: float

    def reach(self, confidence: float) -> float:
        """Half the width of the interval of this confidence, of Student's t; NaN if unknown."""
        if math.isnan(self.error):
            return math.nan
        return float(t.ppf(0.5 + confidence / 2.0, self.markets - 1.0)) * self.error


def market_sums(cases: Iterable[Case]) -> FloatArray:
    """Decisions, promised and came of each market with any, of shape (n_markets, 3).

    One market looked back on for other horizons, costs or days is one market still: its shocks are
    the same.
    """
    sums: dict[Hashable, FloatArray] = {}
    for case in cases:
        if case.days:
            total = np.sum(np.array(case.days, dtype=np.float64), axis=0)
            key = case.edge, case.market
            sums[key] = sums.get(key, np.zeros(3)) + total
    return np.array(list(sums.values()), dtype=np.float64).reshape(-1, 3)


def pooled(numerator: FloatArray, denominator: FloatArray) -> Pooled:
    """Divide sums of markets, one number each; days of a market may depend on each other."""
    total = float(denominator.sum())
    if not total:
        return Pooled(math.nan, math.nan, 0.0)
    value = float(numerator.sum()) / total
    markets = total * total / float((denominator**2).sum())
    # A hair less than two is two markets of which rounding made it so
    if markets < FEWEST_MARKETS - 1e-9:
        return Pooled(value, math.nan, markets)
    apart = float(((numerator - value * denominator) ** 2).sum())
    return Pooled(value, math.sqrt(apart * markets / (markets - 1.0)) / total, markets)
