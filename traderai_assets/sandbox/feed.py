"""What a source of candles offers the exchange: bars, listings and the `Feed` protocol.

Times are milliseconds since 1970, the unit of the wire. No HTTP and no clock here: a feed knows
the whole history at once; `klines.py` cuts it off at the clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from traderai_assets.domain.markets import BARS

# Binance states amounts to eight decimals; a sum of floats must not show more.
AMOUNT_DECIMALS = 8


@dataclass(frozen=True)
class Bars:
    """Candles as arrays of one length, oldest first."""

    open_time: NDArray[np.int64]
    open: NDArray[np.float64]
    high: NDArray[np.float64]
    low: NDArray[np.float64]
    close: NDArray[np.float64]
    volume: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.open_time)

    def __getitem__(self, index: slice | NDArray[np.bool_]) -> "Bars":
        return Bars(self.open_time[index], *(column[index] for column in self.values()))

    def values(self) -> tuple[NDArray[np.float64], ...]:
        """Open, high, low, close and volume."""
        return self.open, self.high, self.low, self.close, self.volume

    def between(self, first: int, last: int) -> "Bars":
        """The bars that open in [first, last], both inclusive."""
        begin = int(np.searchsorted(self.open_time, first, side="left"))
        end = int(np.searchsorted(self.open_time, last, side="right"))
        return self[begin:end]


@dataclass(frozen=True)
class Listing:
    """One spot market as the exchange lists it."""

    base: str
    quote: str
    price_decimals: int = AMOUNT_DECIMALS
    volume_decimals: int = AMOUNT_DECIMALS

    @property
    def market_id(self) -> str:
        """Binance's name, for example BTCUSDT."""
        return f"{self.base}{self.quote}"


class Feed(Protocol):
    """A source of candles: simulated or replayed."""

    @property
    def provenance(self) -> Mapping[str, object]:
        """Where the candles come from; `data` is "simulated" or "replayed"."""

    @property
    def listings(self) -> Mapping[str, Listing]:
        """Every market by its `market_id`."""

    def end(self) -> datetime | None:
        """Where a clock should stand unless told; None: wherever the machine's own stands."""

    def source(self, market_id: str, timeframe: str) -> str | None:
        """The timeframe from which this one is made (itself, if native); None: not served."""

    def first(self, market_id: str, timeframe: str) -> int:
        """Open time of the oldest bar."""

    def bars(self, market_id: str, timeframe: str, first: int, last: int) -> Bars:
        """Whole bars that open in [first, last]; absent bars are absent rows."""


def bar_ms(timeframe: str) -> int:
    """Length of a bar in milliseconds."""
    return BARS[timeframe] // timedelta(milliseconds=1)


def concatenate(pieces: list[Bars]) -> Bars:
    """One run of bars from several that follow each other; no pieces give no bars."""
    if not pieces:
        return Bars(np.empty(0, np.int64), *(np.empty(0) for _ in range(5)))
    columns = zip(*(piece.values() for piece in pieces), strict=True)
    times = np.concatenate([piece.open_time for piece in pieces])
    return Bars(times, *(np.concatenate(column) for column in columns))


def aggregate(bars: Bars, length: int) -> Bars:
    """Gather bars into longer ones of `length` milliseconds; a bucket without bars stays absent."""
    if not len(bars):
        return bars
    bucket = bars.open_time // length
    starts = np.flatnonzero(np.diff(bucket, prepend=bucket[0] - 1))
    ends = np.append(starts[1:], len(bars)) - 1
    volume: NDArray[np.float64] = np.add.reduceat(bars.volume, starts)
    return Bars(
        bucket[starts] * length,
        bars.open[starts],
        np.maximum.reduceat(bars.high, starts),
        np.minimum.reduceat(bars.low, starts),
        bars.close[ends],
        np.round(volume, AMOUNT_DECIMALS),
    )
