"""Trials of the verdict on strategies: the code that decides, on many worlds, and what it decided.

Each function makes one world from its seed and says what became of it, so that worlds can be shared
out over processes.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from benchmarks.strategies.worlds import (
    DAYS,
    FIRST_DAY,
    VOLATILITY,
    Law,
    World,
    pooled_peers,
    standard_noise,
    world_record,
)
from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.statistics.hac import mean_test
from traderai_assets.domain.statistics.stepwise import stepwise_superior
from traderai_assets.domain.strategies.changes import Standing
from traderai_assets.domain.strategies.criteria import StrategyCriteria
from traderai_assets.domain.strategies.deciding import decide
from traderai_assets.domain.strategies.live import (
    Wealth,
    broken_promise,
    live_proof,
    promised_mean,
    standardised,
)
from traderai_assets.domain.strategies.looking import Peers
from traderai_assets.domain.strategies.pool import pool_days
from traderai_assets.domain.strategies.record import LIVE, StrategyRecord

CRITERIA = StrategyCriteria()
# Promised to the family of strategies
ALPHAS = (0.05, 0.01)
# Strategies registered
COUNTS = (1, 5, 20)


def judged(
    pool: pd.DataFrame, peers: Peers, *, alpha: float = CRITERIA.alpha, seed: int = 0
) -> Standing:
    """Decide on a record that has come to its end."""
    return decide(
        pool,
        now=pool["day"].iloc[-1] + pd.Timedelta(days=1),
        calendar=None,
        looks=(),
        changes=(),
        peers=peers,
        criteria=replace(CRITERIA, alpha=alpha),
        seed=seed,
    )


def power(world: World, seed: int, counts: Sequence[int] = COUNTS) -> list[int]:
    """The look that a strategy passes among so many, the others without skill; 0: none."""
    pool = pool_days(world_record(world, seed))
    return [
        _passed(judged(pool, Peers(count, pooled_peers(count - 1, pool["day"], seed)), seed=seed))
        for count in counts
    ]


def null_family(markets: int, law: Law, seed: int, count: int = 5) -> list[list[int]]:
    """The look that each of a family without skill passes, at each of `ALPHAS`; 0: none."""
    world = World(markets, 0.0, law)
    pools = [pool_days(world_record(world, seed * count + number)) for number in range(count)]
    net = pd.DataFrame({at: pool.set_index("day")["net"] for at, pool in enumerate(pools)})
    return [
        [
            _passed(judged(pool, Peers(count, net.drop(columns=at)), alpha=alpha, seed=seed))
            for at, pool in enumerate(pools)
        ]
        for alpha in ALPHAS
    ]


def copies(seed: int, count: int = 10) -> float:
    """How far the t of ten copies of one market is from the t of one."""
    one = world_record(World(1, 1.5, "rough"), seed)
    frames = [one.days.assign(market=f"copy {number}") for number in range(count)]
    ten = StrategyRecord("copies", pd.concat(frames, ignore_index=True))
    first, second = (
        mean_test(pool_days(record)["net"].to_numpy(np.float64)).t for record in (one, ten)
    )
    return abs(first - second)


def stepwise_null(seed: int, law: Law = "quiet", count: int = 20) -> int:
    """How many of twenty strategies without skill, correlated by .6, the stepwise test finds."""
    noise = standard_noise(np.random.default_rng(seed), DAYS, count, law, 0.6)
    return int(stepwise_superior(VOLATILITY * noise, seed=seed).found.sum())


def stepwise_power(seed: int, pool_sharpe: float, count: int = 20) -> bool:
    """Whether it finds the one of them that is good."""
    noise = standard_noise(np.random.default_rng(seed), 548, count, "quiet", 0.6)
    noise[:, 0] += pool_sharpe / np.sqrt(365.0)
    return bool(stepwise_superior(VOLATILITY * noise, seed=seed).found[0])


def live_stage(world: World, seed: int) -> tuple[int | None, int | None]:
    """Live days until a strategy alone is proved, and until its promise is broken; None: never."""
    pool = pool_days(world_record(world, seed))
    results = standardised(pool)
    first = pool["day"][pool["origin"] == LIVE].iloc[0]
    promised = promised_mean(
        results[(pool["day"] < first).to_numpy()],
        share=CRITERIA.promise_share,
        confidence=CRITERIA.promise_confidence,
    )
    return _days_until(_proof(pool, results), first), _days_until(
        _broken(pool, results, first, promised), first
    )


def kept_promise(seed: int, law: Law, promised: float = 0.05) -> bool:
    """Whether one that earns to the bit what it promised is suspended within two years."""
    noise = standard_noise(np.random.default_rng(seed), 60 + 730, 1, law, 0.0)[:, 0]
    pool = pd.DataFrame(
        {
            "day": pd.date_range(FIRST_DAY, periods=noise.size, unit="ms"),
            "net": VOLATILITY * (noise + promised),
            "origin": LIVE,
        }
    )
    # A day of the deviation that is measured is not one of the true deviation: rough days differ
    results = standardised(pool)
    return _broken(pool, results, pool["day"].iloc[60], promised).crossed is not None


def _proof(pool: pd.DataFrame, results: FloatArray) -> Wealth:
    return live_proof(pool, results, since=None, bound=1.0 / CRITERIA.promotion_alpha)


def _broken(
    pool: pd.DataFrame, results: FloatArray, since: pd.Timestamp, promised: float
) -> Wealth:
    bound = 1.0 / CRITERIA.suspension_alpha
    return broken_promise(pool, results, since=since, promised=promised, bound=bound)


def _days_until(wealth: Wealth, since: pd.Timestamp) -> int | None:
    return None if wealth.crossed is None else int((wealth.crossed - since).days)


def _passed(standing: Standing) -> int:
    return next((look.number for look in standing.looks if look.passed), 0)
