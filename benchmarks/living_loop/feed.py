"""A market that becomes another one: from a moment on wider, without edge; with silent bars."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

import numpy as np

from traderai_assets.domain.arrays import milliseconds
from traderai_assets.sandbox.feed import Bars, Listing, concatenate
from traderai_assets.sandbox.simulation import MARKETS, SimulatedFeed

# Volatility after the change over that before
WIDER = 6.0


class ChangingFeed:
    """Candles of one simulated feed before a moment, of another from then on, at the same prices.

    Parameters
    ----------
    changes_at : datetime
        On the grid of the bars that are asked for.
    silent : collection of (market id, datetime)
        Bars that never were: nothing traded.
    seed : int, default=7
    """

    def __init__(
        self,
        changes_at: datetime,
        silent: Collection[tuple[str, datetime]] = (),
        seed: int = 7,
    ) -> None:
        self._at = milliseconds(changes_at)
        wider = tuple(replace(one, volatility=one.volatility * WIDER) for one in MARKETS)
        self._before = SimulatedFeed(seed=seed, edge=1.0)
        self._after = SimulatedFeed(seed=seed, edge=0.0, markets=wider)
        self._silent = {(market, milliseconds(opened)) for market, opened in silent}
        self._scales: dict[tuple[str, str], float] = {}

    @property
    def provenance(self) -> Mapping[str, object]:
        """As of the feed before."""
        return self._before.provenance

    @property
    def listings(self) -> Mapping[str, Listing]:
        """Every market by its Binance name."""
        return self._before.listings

    def end(self) -> None:
        """It never ends."""

    def source(self, market_id: str, timeframe: str) -> str | None:
        """As of the feed before."""
        return self._before.source(market_id, timeframe)

    def first(self, market_id: str, timeframe: str) -> int:
        """As of the feed before."""
        return self._before.first(market_id, timeframe)

    def bars(self, market_id: str, timeframe: str, first: int, last: int) -> Bars:
        """Whole bars that open in [first, last]; silent ones are absent."""
        parts = []
        if first < self._at:
            until = min(last, self._at - 1)
            parts.append(self._before.bars(market_id, timeframe, first, until))
        if last >= self._at:
            later = self._after.bars(market_id, timeframe, max(first, self._at), last)
            parts.append(self._scaled(later, self._scale(market_id, timeframe)))
        found = concatenate(parts)
        silent = [one for market, one in self._silent if market == market_id]
        return found[~np.isin(found.open_time, silent)] if silent else found

    def _scale(self, market_id: str, timeframe: str) -> float:
        """Return by what later prices are multiplied, so that the market does not jump."""
        key = (market_id, timeframe)
        if key not in self._scales:
            day = 24 * 3_600_000
            before = self._before.bars(market_id, timeframe, self._at - day, self._at - 1)
            after = self._after.bars(market_id, timeframe, self._at, self._at + day)
            self._scales[key] = float(before.close[-1] / after.open[0])
        return self._scales[key]

    @staticmethod
    def _scaled(bars: Bars, scale: float) -> Bars:
        opened, high, low, close = (
            one * scale for one in (bars.open, bars.high, bars.low, bars.close)
        )
        return Bars(bars.open_time, opened, high, low, close, bars.volume)
