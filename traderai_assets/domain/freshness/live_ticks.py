"""Which markets a live tick is asked for, in which shards, and when one is asked for again.

A tick does not wait for runs: what was asked for and is still owed is asked for again, sooner than
a bar lasts, for a venue may print its bar some seconds late.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

FIRST_REST = timedelta(seconds=10)
# Bars that one page of any venue holds: who lacks more is brought up to date by a run of its own
REACH_BARS = 900
_MOST_DOUBLINGS = 20
# Each is a run, which costs a second whatever it holds
MOST_CONTESTED_SHARDS = 10


@dataclass(frozen=True)
class Asked:
    """What a market was last asked for.

    Attributes
    ----------
    cause : str
        The bars it lacked.
    times : int
        How often it was asked for this cause; 1 at least.
    at : float
        When, in seconds since 1970 by this machine's clock.
    """

    cause: str
    times: int
    at: float


@dataclass
class AskedBefore:
    """What markets were asked for, kept from one look of the sensor to the next."""

    of: dict[str, Asked] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str | None) -> "AskedBefore":
        """Read what `text` wrote; of anything else nothing is known, which asks once too often."""
        try:
            told = json.loads(text or "{}")
            return cls({str(market): Asked(*one) for market, one in dict(told).items()})
        except (ValueError, TypeError):
            return cls()

    def text(self) -> str:
        """Write it down."""
        return json.dumps({key: [one.cause, one.times, one.at] for key, one in self.of.items()})

    def may_ask(self, market: str, cause: str, now: datetime, bar: timedelta) -> bool:
        """Whether the market may be asked for that cause now: at once for another, else rested.

        It rests for `FIRST_REST`, then twice as long each time, for a bar at most. A clock that was
        set back keeps nobody waiting.
        """
        last = self.of.get(market)
        if last is None or last.cause != cause:
            return True
        rest = min(FIRST_REST * 2 ** min(last.times - 1, _MOST_DOUBLINGS), max(bar, FIRST_REST))
        waited = now.timestamp() - last.at
        return waited < 0 or waited >= rest.total_seconds()

    def note(self, causes: Mapping[str, str], now: datetime) -> None:
        """Note that these markets are asked for now, each for its cause."""
        for market, cause in causes.items():
            last = self.of.get(market)
            times = last.times + 1 if last is not None and last.cause == cause else 1
            self.of[market] = Asked(cause, times, now.timestamp())

    def forget_all_but(self, markets: Iterable[str]) -> None:
        """Forget markets that lack nothing any more."""
        kept = set(markets)
        self.of = {market: one for market, one in self.of.items() if market in kept}


def shards(
    markets: Iterable[str], most: int, *, contested: Collection[str] = ()
) -> list[list[str]]:
    """Split markets into as few shards of at most `most` as do, as even as can be.

    Parameters
    ----------
    markets : iterable of str
        Keys of markets, in any order.
    most : int
        At least 1.
    contested : collection of str
        Those of them for which another writer waits in the queue. If it comes first, the whole
        shard waits for it: they stand by themselves, in `MOST_CONTESTED_SHARDS` at most.

    Returns
    -------
    list of list of str
        Of one exchange each: a run that waits for one venue must not hold up another's markets.
    """
    alone = sorted(set(markets) & set(contested))
    of_alone = min(-(-len(alone) // MOST_CONTESTED_SHARDS), most)
    free = sorted(set(markets) - set(alone))
    return _even(free, most) + (_even(alone, of_alone) if alone else [])


def _even(markets: Iterable[str], most: int) -> list[list[str]]:
    """Split sorted keys by exchange; neighbours, whose runs follow each other, come apart."""
    of_exchange: dict[str, list[str]] = {}
    for key in markets:
        of_exchange.setdefault(key.partition(".")[0], []).append(key)
    found = []
    for keys in of_exchange.values():
        count = -(-len(keys) // most)
        found += [keys[place::count] for place in range(count)]
    return found


def shard_key(causes: Mapping[str, str], times: Mapping[str, int]) -> str:
    """Return a run key: the same markets asked for the same causes as often are asked once."""
    told = sorted((market, cause, times.get(market, 0)) for market, cause in causes.items())
    return f"live:{hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]}"


def seconds_to_close(now: datetime, bars: Iterable[timedelta], grace: timedelta) -> float:
    """Return the seconds until a bar of any of these lengths has closed `grace` ago."""
    since_epoch = now.timestamp() - grace.total_seconds()
    return min((-since_epoch % bar.total_seconds() for bar in bars), default=float("inf"))
