"""Names of files of candles: Freqtrade's own, and those that the sandbox replays.

Freqtrade names a file after pair and timeframe, `BTC_USDT-5m.feather`, and of contracts also after
the kind of candle, `BTC_USDT_USDT-5m-futures.feather`. Which character stood where an underscore
stands cannot be told from the name, so that a market's name is made and compared, never read.
"""

import re
from typing import NamedTuple

from traderai_assets.domain.markets import Market

# Ending -> form, longest first
FORMS = {
    ".json.gz": "gzipped JSON",
    ".feather": "Feather",
    ".parquet": "Parquet",
    ".json": "JSON",
}
FUTURES = "futures"
_FREQTRADE = re.compile(r"([A-Za-z0-9_-]+)-(\d+[A-Za-z]{1,2})(?:-([A-Za-z_]+))?", re.ASCII)
_REPLAYED = re.compile(r"([a-z0-9]+)__([A-Za-z0-9_-]+)__(\d+[A-Za-z]{1,2})", re.ASCII)
_LEFT_OUT = re.compile(r"[/ .@$+:]")


class CandleFile(NamedTuple):
    """What a file's name says of its candles.

    Attributes
    ----------
    pair : base, quote and settlement, an underscore between them
    timeframe : as ccxt spells it; Freqtrade's `1Mo` stays so
    kind : "" of spot; `futures`, or what is no trade: `mark`, `index`, `funding_rate`, ...
    exchange : ccxt's id; "" where the name says none
    """

    pair: str
    timeframe: str
    kind: str = ""
    exchange: str = ""

    def is_of(self, market: Market) -> bool:
        """Whether it holds trades of the market."""
        of_kind = (
            self.exchange == market.exchange if self.exchange else self.kind == kind_of(market)
        )
        return of_kind and (self.pair, self.timeframe) == (pair_of(market), market.timeframe)


def form_of(name: str) -> str | None:
    """Return the ending of a file of candles, a key of `FORMS`; None where it is none."""
    return next((ending for ending in FORMS if name.lower().endswith(ending)), None)


def read_name(name: str) -> CandleFile | None:
    """Return what a file's name says; None where it is neither of the two ways to name one."""
    ending = form_of(name)
    if ending is None:
        return None
    stem = name[: -len(ending)]
    replayed = _REPLAYED.fullmatch(stem)
    if replayed:
        return CandleFile(replayed[2], replayed[3], exchange=replayed[1])
    freqtrade = _FREQTRADE.fullmatch(stem)
    return CandleFile(freqtrade[1], freqtrade[2], freqtrade[3] or "") if freqtrade else None


def pair_of(market: Market) -> str:
    """Return a market's symbol as a file's name has it."""
    return _LEFT_OUT.sub("_", market.symbol)


def kind_of(market: Market) -> str:
    """Return the kind of candle that Freqtrade's name of a market's file ends in."""
    return "" if market.kind == "spot" else FUTURES
