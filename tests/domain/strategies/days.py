"""Days of strategies, made up."""

import numpy as np
import pandas as pd

from traderai_assets.domain.strategies.record import StrategyRecord

START = pd.Timestamp("2023-01-01", tz="UTC")
# On the 21st day a volatility is known
KNOWN = START + pd.Timedelta(days=20)


def market(net, *, name="one", start=START, live_from=None, held=None, **values):
    """Frame of one market, a row a value of `net`; its buy-and-hold goes up and down by 1 %."""
    net = np.asarray(net, dtype=np.float64)
    days = pd.date_range(start, periods=net.size, unit="ms")
    live = np.zeros(net.size, bool) if live_from is None else days >= live_from
    defaults = {
        "market": name,
        "day": days,
        "net": net,
        "gross": net,
        "costs": 0.0,
        "funding": 0.0,
        "turnover": 1.0,
        "exposure": 0.5,
        "buy_and_hold": np.where(np.arange(net.size) % 2, 0.01, -0.01) if held is None else held,
        "trades": 2,
        "state": "served",
        "origin": np.where(live, "live", "backfill"),
    }
    return pd.DataFrame({**defaults, **values})


def record(*frames, name="mine"):
    """A strategy's record of the frames of its markets."""
    return StrategyRecord(name, pd.concat(frames, ignore_index=True))


def noise(days, seed, mean=0.0):
    """Daily returns of 1 % standard deviation, and of exactly this annual Sharpe ratio."""
    values = np.random.default_rng(seed).standard_normal(days)
    values = (values - values.mean()) / values.std()
    return 0.01 * (values + mean / np.sqrt(365.0))
