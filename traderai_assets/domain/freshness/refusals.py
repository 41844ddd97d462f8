"""Refusals that do not pass by themselves: when they are asked about again, and what is said.

A market its venue does not list gives the same answer at every bar. So the answer is kept, with
since when, how often it was asked and of what, and the next question waits longer each time. The
second one comes soon, because one answer may be a slip.
"""

import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta

from traderai_assets.domain.markets import Market

# By the machine's clock: an exchange that is not known has none, and a replayed one may stand
WAITS = (
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(days=1),
    timedelta(days=3),
    timedelta(days=7),
)
# What our own rows refuse is cured by a person, who must not be waited for a week
LONGEST_OF_A_JOB = timedelta(hours=6)
# So many times a market was found missing, minutes apart, before it is said to have ended
TIMES_TO_BELIEVE = 2
OF_THE_MARKET = "market"
_LONGEST_REASON = 400


@dataclass(frozen=True)
class MarketRefusal:
    """One question that gets a lasting no.

    Attributes
    ----------
    scope : str
        `market` where the venue refuses the market; else the name of the job that failed for good.
    reason : str
        One sentence, the last one heard.
    since, asked_at : datetime
        When it was refused first, and last.
    times : int
        How often in a row.
    ended : bool
        Whether the market is over, so that its candles stop where they stop.
    final : bool
        Whether it is never asked again, as of a contract past its own expiry.
    """

    scope: str
    reason: str
    since: datetime
    asked_at: datetime
    times: int = 1
    ended: bool = False
    final: bool = False

    @property
    def next_ask(self) -> datetime | None:
        """When it is asked again; None where never."""
        if self.final:
            return None
        wait = WAITS[min(self.times, len(WAITS)) - 1]
        longest = WAITS[-1] if self.scope == OF_THE_MARKET else LONGEST_OF_A_JOB
        return self.asked_at + min(wait, longest)

    def may_ask(self, now: datetime) -> bool:
        """Whether it is time again; a clock that was set back must not make anybody wait longer."""
        if self.next_ask is None:
            return False
        return now >= self.next_ask or now < self.asked_at

    @property
    def sentence(self) -> str:
        """What is wrong, since when, how often it was asked, and when it is asked again."""
        state = "has ended" if self.ended else "is refused"
        if self.scope != OF_THE_MARKET:
            state = f"fails for good in {self.scope}"
        again = self.next_ask
        asked = f"asked again {again:%Y-%m-%d %H:%M} UTC" if again else "not asked again"
        return (
            f"{state} since {self.since:%Y-%m-%d %H:%M} UTC (asked {self.times} times, {asked}): "
            f"{self.reason}"
        )

    def text(self) -> str:
        """Return it as it is stored."""
        moments = {"since": self.since.isoformat(), "asked_at": self.asked_at.isoformat()}
        return json.dumps(asdict(self) | moments)

    @classmethod
    def parse(cls, text: str) -> "MarketRefusal | None":
        """Read it back; None where nothing is stored, or what cannot be read: then it is asked."""
        try:
            told = json.loads(text)
            moments = {name: _moment(told[name]) for name in ("since", "asked_at")}
            return cls(**told | moments)
        except (ValueError, TypeError, KeyError):
            return None


def refused_again(
    before: MarketRefusal | None,
    scope: str,
    reason: str,
    now: datetime,
    *,
    ended: bool = False,
    final: bool = False,
) -> MarketRefusal:
    """Return what is known after one more no."""
    reason = " ".join(reason.split())[:_LONGEST_REASON]
    if before is None:
        return MarketRefusal(scope, reason, now, now, ended=ended, final=final)
    times = before.times + 1
    return replace(before, reason=reason, asked_at=now, times=times, ended=ended, final=final)


def is_believed(before: MarketRefusal | None, market: Market, now: datetime) -> bool:
    """Whether a market that its venue does not list (any more) is taken for ended.

    Parameters
    ----------
    before : what was refused until now
    market : Market
    now : the time at its exchange, which the expiry in a symbol is compared with
    """
    asked = 1 + (before.times if before is not None else 0)
    return market.has_expired(now) or asked >= TIMES_TO_BELIEVE


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
