"""Where market-months come from: a folder of real candles, or planted markets.

A folder is read as `traderai demo --candles` reads it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import numpy as np

from benchmarks.planted import BAR, START, Edge, planted_market
from benchmarks.rivals.markets import MarketMonth
from traderai_assets.domain.arrays import milliseconds
from traderai_assets.domain.candles.frames import candles_frame, moment_of
from traderai_assets.domain.features.month import warm_up_bars
from traderai_assets.domain.markets import BARS
from traderai_assets.domain.months import Month, months_between
from traderai_assets.sandbox.replay import ReplayFeed

REAL = "real candles"
TIMEFRAME = "5m"
REAL_MARKETS = ("BTC/USDT", "ETH/USDT", "SOL/USDT", "DOGE/USDT")
FIRST_REAL_MONTH = Month(2022, 11)


@dataclass(frozen=True)
class RealMonth:
    """A month of real candles, not read yet."""

    folder: Path
    market: str
    month: Month

    def open(self, days: int) -> MarketMonth:
        """Read it, with so many days before it and what features need before those."""
        bar = BARS[TIMEFRAME]
        span = (
            milliseconds(_first_read(self.month, days, bar)),
            milliseconds(self.month.shift(1).end),
        )
        bars = _feed(self.folder).bars(_venue_name(self.market), TIMEFRAME, *span)
        candles = candles_frame(np.column_stack([bars.open_time, *bars.values()]))
        return MarketMonth(REAL, self.market, self.month.key, self.month, bar, candles)


@dataclass(frozen=True)
class SimulatedMonth:
    """A month of a planted market, not made yet; each seed is a market of its own."""

    edge: Edge
    seed: int

    def open(self, days: int) -> MarketMonth:
        """Make it, with so many days before it and what features need before those."""
        month = Month.of(START)
        before = START - _first_read(month, days, BAR)
        market = planted_market(self.edge, self.seed, warm_up_bars=before // BAR)
        name = f"{self.edge.name} {self.seed}"
        return MarketMonth(self.edge.name, name, name, month, BAR, market.candles)


def real_months(folder: Path, days: int) -> list[RealMonth]:
    """Whole months of the default markets with so many days before them, by date."""
    months = []
    for market in REAL_MARKETS:
        first, last = _span(folder, market)
        months += [
            RealMonth(folder, market, month)
            for month in months_between(FIRST_REAL_MONTH.start, last)
            if month.end <= last and _first_read(month, days, BARS[TIMEFRAME]) >= first
        ]
    return sorted(months, key=lambda found: (found.month, REAL_MARKETS.index(found.market)))


def _span(folder: Path, market: str) -> tuple[datetime, datetime]:
    """When the candles of a market begin and end."""
    feed = _feed(folder)
    return moment_of(feed.first(_venue_name(market), TIMEFRAME)), feed.end(market)


def _venue_name(market: str) -> str:
    return market.replace("/", "")


def _first_read(month: Month, days: int, bar: timedelta) -> datetime:
    """From when on candles are read: features are computed month by month, the oldest whole."""
    return Month.of(month.start - timedelta(days=days)).start - warm_up_bars() * bar


@cache
def _feed(folder: Path) -> ReplayFeed:
    return ReplayFeed(folder)
