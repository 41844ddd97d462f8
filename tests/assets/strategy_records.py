"""Records of strategies as no backtest made them: rows of as many days as a test needs."""

import numpy as np
import pandas as pd

from tests.assets.in_process_platform import InProcessPlatform
from traderai_assets.domain.strategies.revisions import REVISION_COLUMNS
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.schemas.record import RECORD_DAYS
from traderai_assets.strategies import strategies_of

BTC, ETH = "binance.BTC-USDT.1h", "binance.ETH-USDT.1h"


def only_strategy(platform: InProcessPlatform) -> Strategy:
    """The strategy of a platform whose settings name none."""
    [only] = strategies_of(platform.settings)
    return only


def store_days(
    platform: InProcessPlatform,
    first: str,
    days: int,
    *,
    mean: float,
    market: str = BTC,
    seed: int = 1,
    strategy: Strategy | None = None,
) -> None:
    """Store served days of a market, of one percent a day and this mean."""
    owner = strategy or only_strategy(platform)
    rng = np.random.default_rng(seed)
    at = pd.date_range(first, periods=days, tz="UTC").as_unit("ms")
    net = rng.normal(mean, 0.01, days)
    frame = pd.DataFrame(
        {
            "day": at,
            "strategy_id": owner.id,
            "revision": 1,
            "cause": "first",
            "recorded_at": at[-1],
            "model_id": "a" * 32,
            "net": net,
            "gross": net + 0.0001,
            "costs": 0.0001,
            "funding": 0.0,
            "turnover": 4.0,
            "exposure": 0.5,
            "buy_and_hold": rng.normal(0.0, 0.02, days),
            "trades": 2,
            "state": "served",
            "origin": "backfill",
        }
    )[list(REVISION_COLUMNS)]
    months = frame.groupby(frame["day"].dt.strftime("%Y-%m"))
    platform.lake.of(owner).snapshot(RECORD_DAYS).publish(
        {(market, str(month)): rows for month, rows in months}, run_id="by hand", code_version="1"
    )
