"""The account of a strategy's pool, as the verdict sees it: the days of all markets as one."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from traderai_assets.board.sources import Sources
from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.strategies.pool import account_of, pool_days
from traderai_assets.domain.strategies.revisions import strategy_record
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.registry.stored_records import by_market, judged_until
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.record import RECORD_DAYS


@dataclass(frozen=True)
class PoolAccount:
    """What became of one unit of money, day by day, and of the same in buy-and-hold.

    Attributes
    ----------
    days : DatetimeIndex
        Midnights UTC at which the days begin.
    net, held : arrays of shape (n_days,)
        After each day; net of costs and funding.
    """

    days: pd.DatetimeIndex
    net: FloatArray
    held: FloatArray


def pool_account(sources: Sources, strategy: Strategy) -> PoolAccount | None:
    """Return the account over the days that a verdict would judge; None where there are none."""
    record = sources.lake.of(strategy).snapshot(RECORD_DAYS)
    days = by_market({key: record.read(key.market, [key.month]) for key in record.partitions()})
    until = judged_until(days, strategy.id, sources.lake.snapshot(CANDLES))
    if until is None:
        return None
    pool = pool_days(strategy_record(days, strategy.id).before(until))
    if pool.empty:
        return None
    net, held = (
        account_of(pool[name].to_numpy(np.float64))[1:]  # Without its start
        for name in ("net", "buy_and_hold")
    )
    return PoolAccount(pd.DatetimeIndex(pool["day"]), net, held)
