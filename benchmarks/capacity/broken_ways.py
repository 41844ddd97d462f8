"""The ways in which a market is broken: what the exchange then answers for it alone.

What a venue says of itself, that it is asked too often for one, is no market's fault.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, get_args

from benchmarks.capacity.feed import TIMEFRAME
from traderai_assets.domain.markets import Market
from traderai_assets.sandbox.fault_rules import FaultRule, Garbage, Revision

Broken = Callable[[Market, datetime], FaultRule | Revision]
REDENOMINATED = {"open": 1e6, "high": 1.1e6, "low": 0.9e6, "close": 1e6, "volume": 0.01}


def _rule(fault: str, market: Market, opened: datetime, **values: Any) -> FaultRule:  # noqa: ARG001
    return FaultRule(kind=fault, count=None, symbol=market.symbol, **values)


def _revised(market: Market, opened: datetime) -> Revision:
    values: dict[Any, float] = dict(REDENOMINATED)
    return Revision(symbol=market.symbol, timeframe=TIMEFRAME, open_time=opened, values=values)


WAYS: Mapping[str, Broken] = {
    "answered with 503": partial(_rule, "status", status=503),
    "refused with 400, as one that is not listed": partial(_rule, "status", status=400),
    "reset in the middle of the answer": partial(_rule, "reset_mid"),
    "cut short": partial(_rule, "truncate"),
    "answered with a web page": partial(_rule, "html"),
    "answered with nothing": partial(_rule, "empty"),
    "answered after 20 s": partial(_rule, "stall", seconds=20),
    "answered without end": partial(_rule, "oversize", size=50_000_000),
    "rows left out": partial(_rule, "missing", rows=2),
    "rows twice, shuffled": partial(_rule, "shuffle"),
    "rows off the grid": partial(_rule, "off_grid"),
    "rows of the future": partial(_rule, "future"),
    **{
        f"a close that is {bad}": partial(_rule, "garbage", garbage=bad)
        for bad in get_args(Garbage)
    },
    "a close of a hundred times the price": _revised,
}
