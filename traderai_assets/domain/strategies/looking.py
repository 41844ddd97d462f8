"""Making a look: the conditions under which a strategy is a candidate, all of them at once."""

from dataclasses import dataclass
from datetime import datetime
from statistics import NormalDist

import numpy as np
import pandas as pd

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.backtest.metrics import max_drawdown
from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.statistics.hac import intercept_test, mean_test
from traderai_assets.domain.statistics.stepwise import stepwise_superior
from traderai_assets.domain.strategies.criteria import StrategyCriteria
from traderai_assets.domain.strategies.looks import Look, LookCalendar, allowance
from traderai_assets.domain.strategies.pool import account_of

# Of the strategies' days in common with the one that is judged; of fewer nothing can be compared
LEAST_COMMON_DAYS = 180
_DAY = pd.Timedelta(days=1)
_NORMAL = NormalDist()


@dataclass(frozen=True, eq=False)
class Peers:
    """The field a strategy is judged in.

    Attributes
    ----------
    count : int
        Strategies ever registered, this one and deleted ones included.
    net : DataFrame
        Net returns of the pools of the others: index days (midnight UTC), a column a strategy, NaN
        where it has no such day.
    """

    count: int
    net: pd.DataFrame

    def __post_init__(self) -> None:
        least = self.net.shape[1] + 1
        if self.count < least:
            raise InvalidInput(
                f"{self.count} strategies ever registered, and {least} have a record; deleted ones "
                "stay counted"
            )

    @classmethod
    def none(cls, count: int = 1) -> "Peers":
        """No other has a record."""
        return cls(count, pd.DataFrame(index=pd.DatetimeIndex([], tz="UTC")))


def due_looks(
    pool: pd.DataFrame, calendar: LookCalendar, made: tuple[Look, ...], now: datetime
) -> list[int]:
    """Numbers of the looks whose day has come, in order, which were neither made nor passed over.

    One is due when every day before it is on record: a backfill that is not at its end, or has a
    hole, spends nothing.
    """
    last = made[-1].number if made else 0
    days = pool["day"][pool["day"] >= calendar.first_day]
    due = []
    for number in calendar.looks:
        day = calendar.day_of(number)
        whole = int((days < day).sum()) == (day - calendar.first_day) // _DAY
        if number > last and day <= pd.Timestamp(now) and whole:
            due.append(number)
    return due


def too_little(pool: pd.DataFrame, criteria: StrategyCriteria) -> list[str]:
    """What a record lacks before it can be judged; nothing where it lacks nothing."""
    found = (
        (len(pool), criteria.min_days, "days"),
        (int(pool["trades"].sum()), criteria.min_trades, "trades"),
        (int((pool["exposure"] > 0.0).sum()), criteria.min_exposure_days, "days with a position"),
    )
    return [f"{value} {what} of {least}" for value, least, what in found if value < least]


def make_look(
    pool: pd.DataFrame,
    calendar: LookCalendar,
    number: int,
    made: tuple[Look, ...],
    *,
    peers: Peers,
    criteria: StrategyCriteria,
    seed: int,
) -> Look | None:
    """Look at the days before a look's day.

    Returns
    -------
    Look or None
        None where the days are too few to be judged, which spends nothing: that depends on how
        often was traded, and not on what was earned.
    """
    day = calendar.day_of(number)
    seen = pool[(pool["day"] >= calendar.first_day) & (pool["day"] < day)]
    if too_little(seen, criteria):
        return None
    fraction = calendar.fraction_of(number)
    may = allowance(made, fraction, alpha=criteria.alpha, strategies=peers.count)
    net = seen["net"].to_numpy(np.float64)
    t = mean_test(net).z
    intercept_t = intercept_test(net, seen["buy_and_hold"].to_numpy(np.float64)).z
    drawdown = max_drawdown(account_of(net))
    stands = (
        may.bound is not None
        and t >= may.bound
        and intercept_t >= _NORMAL.inv_cdf(1.0 - criteria.intercept_alpha)
        and drawdown <= criteria.max_drawdown
    )
    # Asked last, since it takes the longest: a refusal needs it no more
    stepwise = _stepwise(seen, peers, criteria.stepwise_alpha, seed) if stands else None
    return Look(
        number=number,
        day=day,
        fraction=fraction,
        strategies=peers.count,
        alpha_spent=may.alpha_spent,
        bound=may.bound,
        t=t,
        intercept_t=intercept_t,
        max_drawdown=drawdown,
        stepwise_t=stepwise[0] if stepwise else None,
        stepwise_critical=stepwise[1] if stepwise else None,
        days=len(seen),
        trades=int(seen["trades"].sum()),
        exposure_days=int((seen["exposure"] > 0.0).sum()),
        passed=stepwise is not None and stepwise[2],
    )


def common_days(seen: pd.DataFrame, peers: Peers) -> FloatArray:
    """Net returns as days x strategies, this one first; NaN where another has no such day.

    Another with fewer than 180 of these days is left out, and counted all the same.
    """
    others = peers.net.reindex(pd.DatetimeIndex(seen["day"])).to_numpy(np.float64)
    enough = (~np.isnan(others)).sum(axis=0) >= LEAST_COMMON_DAYS
    return np.column_stack([seen["net"].to_numpy(np.float64), others[:, enough]])


def _stepwise(
    seen: pd.DataFrame, peers: Peers, alpha: float, seed: int
) -> tuple[float, float, bool]:
    found = stepwise_superior(common_days(seen, peers), alpha=alpha, seed=seed)
    return float(found.statistic[0]), float(found.critical[0]), bool(found.found[0])
