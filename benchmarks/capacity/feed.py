"""An exchange with any number of markets, which repeat a few simulated series."""

from collections.abc import Mapping
from dataclasses import replace

from traderai_assets.domain.markets import Market
from traderai_assets.sandbox.feed import Bars, Listing
from traderai_assets.sandbox.simulation import SimulatedFeed

TIMEFRAME = "5m"
SERIES = ("BTCUSDT", "ETHUSDT", "SOLUSDT")


def markets(count: int) -> list[Market]:
    """Return the first markets of the exchange."""
    return [Market("binance", f"M{number:03d}/USDT", TIMEFRAME) for number in range(count)]


class RepeatedFeed:
    """`count` markets, M000 to M199 for one; each has the candles of one of three series."""

    def __init__(self, count: int) -> None:
        self._feed = SimulatedFeed()
        known = self._feed.listings
        self._listings: dict[str, Listing] = {}
        self._series: dict[str, str] = {}
        for number, market in enumerate(markets(count)):
            series = SERIES[number % len(SERIES)]
            listing = replace(known[series], base=market.symbol.partition("/")[0])
            self._listings[listing.market_id] = listing
            self._series[listing.market_id] = series

    @property
    def provenance(self) -> Mapping[str, object]:
        """As of the series."""
        return self._feed.provenance

    @property
    def listings(self) -> Mapping[str, Listing]:
        """Every market by its Binance name."""
        return self._listings

    def end(self) -> None:
        """It never ends."""

    def source(self, market_id: str, timeframe: str) -> str | None:
        """As of the series."""
        return self._feed.source(self._series[market_id], timeframe)

    def first(self, market_id: str, timeframe: str) -> int:
        """As of the series."""
        return self._feed.first(self._series[market_id], timeframe)

    def bars(self, market_id: str, timeframe: str, first: int, last: int) -> Bars:
        """As of the series."""
        return self._feed.bars(self._series[market_id], timeframe, first, last)
