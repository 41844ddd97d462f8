"""Vetoes: markets in which a strategy that is believed shall not speak all the same.

A market alone proves nothing, so it promotes nothing; but it can be shown to lose.
"""

from dataclasses import asdict, dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

from traderai_assets.domain.backtest.metrics import max_drawdown
from traderai_assets.domain.statistics.hac import MeanTest, mean_test
from traderai_assets.domain.statistics.shrinkage import shrunk_means
from traderai_assets.domain.strategies.criteria import StrategyCriteria
from traderai_assets.domain.strategies.pool import account_of, volatility_before
from traderai_assets.domain.strategies.record import StrategyRecord

# Of a market with a volatility; of fewer no mean is formed
LEAST_DAYS = 60
_NORMAL = NormalDist()


@dataclass(frozen=True)
class MarketVeto:
    """What a market says against its strategy.

    Attributes
    ----------
    market : str
    days : int
    mean, error : float or None
        Mean daily net return over the market's volatility known before, and its standard error;
        None where the market has fewer than 60 such days, or nothing was earned or lost on them.
    shrunk, upper : float or None
        The same mean drawn towards that of all markets, and its one-sided upper bound.
    max_drawdown : float
        Of an account in this market alone.
    vetoed : bool
    reason : str
        Empty where nothing is said against it.
    """

    market: str
    days: int
    mean: float | None
    error: float | None
    shrunk: float | None
    upper: float | None
    max_drawdown: float
    vetoed: bool
    reason: str

    def to_row(self) -> dict[str, Any]:
        """Every value by name, None where there is none."""
        return asdict(self)


def market_vetoes(record: StrategyRecord, criteria: StrategyCriteria) -> tuple[MarketVeto, ...]:
    """Ask every market of a record, in the order of their names.

    A market is vetoed where the upper bound of its shrunk mean is below 0, or where it lost more
    from a peak than is allowed. Markets are correlated, and so drawn towards each other too much:
    a veto asks for more than it would of independent ones.
    """
    net = record.matrix("net")
    held = record.matrix("buy_and_hold").to_numpy()
    own: dict[str, MeanTest] = {}
    drawdowns, days = {}, {}
    for at, market in enumerate(net.columns):
        there = ~np.isnan(held[:, at])
        returns = net.to_numpy()[there, at]
        volatility = volatility_before(held[there, at])
        known = volatility > 0.0
        drawdowns[market], days[market] = max_drawdown(account_of(returns)), int(known.sum())
        if days[market] >= LEAST_DAYS:
            test = mean_test(returns[known] / volatility[known])
            if test.error > 0.0:
                own[market] = test
    believed = _believed(own, _NORMAL.inv_cdf(criteria.veto_confidence))
    return tuple(
        _veto(market, days[market], own.get(market), believed, drawdowns[market], criteria)
        for market in net.columns
    )


def _believed(own: dict[str, MeanTest], quantile: float) -> dict[str, tuple[float, float]]:
    """Shrunk mean and its upper bound of each market that has a mean of its own."""
    if not own:
        return {}
    shrunk = shrunk_means(
        np.array([test.estimate for test in own.values()]),
        np.array([test.error for test in own.values()]),
    )
    upper = shrunk.mean + quantile * shrunk.error
    return dict(zip(own, zip(shrunk.mean.tolist(), upper.tolist(), strict=True), strict=True))


def _veto(
    market: str,
    days: int,
    test: MeanTest | None,
    believed: dict[str, tuple[float, float]],
    drawdown: float,
    criteria: StrategyCriteria,
) -> MarketVeto:
    shrunk, upper = believed.get(market, (None, None))
    reasons = []
    if upper is not None and upper < 0.0:
        reasons.append(
            f"its mean day is {upper:.3f} volatilities at most with {criteria.veto_confidence:.0%} "
            "confidence, below 0"
        )
    if drawdown > criteria.max_drawdown:
        reasons.append(
            f"it lost {drawdown:.1%} from a peak, at most {criteria.max_drawdown:.1%} is allowed"
        )
    return MarketVeto(
        market=market,
        days=days,
        mean=test.estimate if test else None,
        error=test.error if test else None,
        shrunk=shrunk,
        upper=upper,
        max_drawdown=drawdown,
        vetoed=bool(reasons),
        reason="; ".join(reasons),
    )
