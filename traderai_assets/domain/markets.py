"""Markets: exchange, symbol and timeframe as one partition key that is safe as a file name.

A key reads `binance.BTC-USDT.5m`. The encoding is injective, also where file names ignore case:
in a symbol only A-Z and 0-9 stand for themselves, `/` becomes `-`, `:` becomes `_`, every other
character becomes `~xx` for each byte of its UTF-8 form.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from traderai_assets.domain.errors import InvalidMarket

# A day must hold a whole number of bars, so that a month does, and `1M` would be the case twin of
# `1m`.
BARS: dict[str, timedelta] = {
    "1m": timedelta(minutes=1),
    "3m": timedelta(minutes=3),
    "5m": timedelta(minutes=5),
    "15m": timedelta(minutes=15),
    "30m": timedelta(minutes=30),
    "1h": timedelta(hours=1),
    "2h": timedelta(hours=2),
    "4h": timedelta(hours=4),
    "6h": timedelta(hours=6),
    "8h": timedelta(hours=8),
    "12h": timedelta(hours=12),
    "1d": timedelta(days=1),
}
MAX_KEY_LENGTH = 120

_EXCHANGE = re.compile(r"[a-z][a-z0-9]{1,30}")
# ccxt's unified symbol: BASE/QUOTE, BASE/QUOTE:SETTLE, and -EXPIRY[-STRIKE-C] after a settle.
_SYMBOL = re.compile(r"[^/:\s-]+/[^/:\s-]+(?::[^/:\s-]+(?:-[0-9A-Z.]+)*)?")
# What follows the settle of a dated contract: YYMMDD, and of an option its strike and side.
_EXPIRY = re.compile(r":[^-]+-(\d{6})(?:-[0-9A-Z.]+-[CP])?", re.ASCII)
_OPTION = re.compile(r":[^-]+-\d{6}-[0-9A-Z.]+-[CP]", re.ASCII)
_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
_SEPARATORS = {"/": "-", ":": "_", "-": "+"}
_DECODED = {encoded: plain for plain, encoded in _SEPARATORS.items()}


@dataclass(frozen=True, order=True)
class Market:
    """One stream of candles: what is traded, where, and how long a bar is."""

    exchange: str
    symbol: str
    timeframe: str

    def __post_init__(self) -> None:
        if not _EXCHANGE.fullmatch(self.exchange):
            raise InvalidMarket(
                f"exchange id {self.exchange!r} is not a ccxt id (lower-case letters and digits); "
                "see https://docs.ccxt.com for the list"
            )
        if not _SYMBOL.fullmatch(self.symbol) or not all(
            map(_names, re.split("[/:-]", self.symbol))
        ):
            raise InvalidMarket(
                f"symbol {self.symbol[:80]!r} is not ccxt's BASE/QUOTE or BASE/QUOTE:SETTLE, "
                "for example BTC/USDT"
            )
        if self.timeframe not in BARS:
            raise InvalidMarket(
                f"timeframe {self.timeframe!r} is not served; expected one of {', '.join(BARS)}"
            )
        if len(self.key) > MAX_KEY_LENGTH:
            raise InvalidMarket(
                f"market key of {self.symbol[:40]!r}... has {len(self.key)} characters; "
                f"at most {MAX_KEY_LENGTH} fit a file name with room to spare"
            )

    @cached_property
    def key(self) -> str:
        """The partition key, for example `binance.BTC-USDT.5m`."""
        return f"{self.exchange}.{_encode(self.symbol)}.{self.timeframe}"

    @property
    def bar(self) -> timedelta:
        """How long one bar lasts."""
        return BARS[self.timeframe]

    @property
    def kind(self) -> str:
        """What is traded: spot, option, or a contract by its settlement, linear or inverse."""
        pair, colon, settle = self.symbol.partition(":")
        if not colon:
            return "spot"
        if _OPTION.search(self.symbol):
            return "option"
        return "inverse" if settle.split("-")[0] == pair.split("/")[0] else "linear"

    @property
    def expiry(self) -> datetime | None:
        """When a dated contract has certainly expired: the end of the day its symbol names, UTC.

        None where the symbol names none, as of spot markets and perpetual swaps, or no date.
        """
        dated = _EXPIRY.search(self.symbol)
        try:
            day = datetime.strptime(dated[1], "%y%m%d") if dated else None  # noqa: DTZ007
        except ValueError:
            return None
        return day.replace(tzinfo=UTC) + timedelta(days=1) if day else None

    def has_expired(self, now: datetime) -> bool:
        """Whether the market is over by its own date."""
        return self.expiry is not None and now >= self.expiry

    @classmethod
    def parse(cls, key: str) -> "Market":
        """Read a partition key back.

        Raises
        ------
        InvalidMarket
            If `key` is not exactly what some market's `key` would be.
        """
        parts = key.split(".")
        if len(parts) != len(("exchange", "symbol", "timeframe")):
            raise InvalidMarket(
                f"market key {key[:80]!r} is not EXCHANGE.SYMBOL.TIMEFRAME, "
                "for example binance.BTC-USDT.5m"
            )
        exchange, encoded, timeframe = parts
        market = cls(exchange, _decode(encoded), timeframe)
        if market.key != key:
            raise InvalidMarket(f"market key {key[:80]!r} should be written {market.key!r}")
        return market


def _names(part: str) -> bool:
    return part.isprintable() and any(character.isalnum() for character in part)


def _encode(symbol: str) -> str:
    return "".join(
        character
        if character in _PLAIN
        else _SEPARATORS.get(character)
        or "".join(f"~{byte:02x}" for byte in character.encode("utf-8", "surrogatepass"))
        for character in symbol
    )


def _decode(encoded: str) -> str:
    plain = bytearray()
    for token in re.findall(r"~[0-9a-f]{2}|.", encoded, flags=re.DOTALL):
        if len(token) > 1:
            plain.append(int(token[1:], 16))
        else:
            plain += _DECODED.get(token, token).encode("utf-8", "surrogatepass")
    try:
        return plain.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidMarket(
            f"market key part {encoded[:80]!r} does not decode to a symbol; "
            "expected something like BTC-USDT"
        ) from error
