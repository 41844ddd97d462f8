"""Served months: what a month's record is made of, read from where it is stored."""

import json
from dataclasses import dataclass

import pandas as pd

from traderai_assets.domain.strategies.days import ServedMonth
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.registry.stored_models import last_made
from traderai_assets.runs.publication import Partition
from traderai_assets.schemas.backtests import (
    BACKTEST_EQUITY,
    BACKTEST_METRICS,
    BACKTEST_TRADES,
    SERVED,
)
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.models import MODELS
from traderai_assets.strategies import made_by


@dataclass(frozen=True)
class NotRecorded:
    """Why nothing can be said of a month yet."""

    reason: str


@dataclass(frozen=True, eq=False)
class ReadMonth:
    """A month that can be recorded, and up to when its candles are known."""

    month: ServedMonth
    known_until: pd.Timestamp


def read_served_month(part: Partition, strategy: Strategy) -> ReadMonth | NotRecorded:
    """Read what a month's days are made of.

    A month without a model is recorded as such. One whose model is another strategy's, made by
    settings of before, or is not tested yet, is not recorded: absence is no silence.
    """
    candles = part.read_candles(part.month)
    if candles.empty:
        return NotRecorded(f"no candles of {part.month.key} yet")
    known_until = candles["open_time"].iloc[-1] + part.market.bar
    later = part.months_stored(CANDLES)[-1] > part.month.key
    over = later or known_until >= pd.Timestamp(part.month.end)
    trained = part.read(MODELS, part.month)
    if trained.empty:
        nothing = BACKTEST_EQUITY.empty(), BACKTEST_TRADES.empty()
        return ReadMonth(ServedMonth(candles, over, None, *nothing), known_until)
    newest = last_made(trained)
    model_id = str(newest["model_id"])
    if not made_by(strategy, json.loads(newest["card"])):
        return NotRecorded(f"model {model_id[:8]} was made by other settings; train the month")
    tested = part.read(BACKTEST_METRICS, part.month)
    if model_id not in set(tested["model_id"]):
        return NotRecorded(f"model {model_id[:8]} is not tested yet")
    if SERVED not in set(tested["segment"]):
        return NotRecorded(f"model {model_id[:8]} has not served yet")
    start = pd.Timestamp(part.month.start)
    equity, trades = (part.read(table, part.month) for table in (BACKTEST_EQUITY, BACKTEST_TRADES))
    served = ServedMonth(
        candles,
        over,
        model_id,
        equity[equity["open_time"] >= start].reset_index(drop=True),
        trades[trades["entry_time"] >= start].reset_index(drop=True),
    )
    return ReadMonth(served, known_until)
