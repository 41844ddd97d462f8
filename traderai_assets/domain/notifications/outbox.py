"""The outbox: which message has still to reach which destination, and when it is tried again."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from traderai_assets.domain.notifications.facts import Message

FIRST_REST = timedelta(minutes=1)
LONGEST_REST = timedelta(hours=6)
GIVEN_UP_AFTER = timedelta(days=3)
MOST_WAITING = 100


@dataclass(frozen=True)
class Letter:
    """A message, since when it waits, and whom it has still to reach."""

    message: Message
    since: datetime
    to: tuple[str, ...]


@dataclass(frozen=True)
class Trouble:
    """A destination that did not take what was sent.

    Attributes
    ----------
    since : datetime
        Of the first failure in a row.
    times : int
        Failures in a row.
    next_try : datetime
    error : str
        Of the last; no secret of the destination is in it.
    """

    since: datetime
    times: int
    next_try: datetime
    error: str


@dataclass(frozen=True)
class Outbox:
    """What waits, and who does not answer."""

    letters: tuple[Letter, ...] = ()
    troubles: dict[str, Trouble] = field(default_factory=dict)
    lost: int = 0
    """Messages that were given up, ever."""

    def put(self, messages: Sequence[Message], to: Sequence[str], now: datetime) -> "Outbox":
        """Return it with messages for every destination; the oldest give way to the newest."""
        letters = [*self.letters, *(Letter(one, now, tuple(to)) for one in messages)]
        young = [one for one in letters if now - one.since < GIVEN_UP_AFTER][-MOST_WAITING:]
        return replace(self, letters=tuple(young), lost=self.lost + len(letters) - len(young))

    def only_for(self, destinations: Sequence[str]) -> "Outbox":
        """Return it without destinations that the settings name no more."""
        letters = [
            replace(one, to=tuple(name for name in one.to if name in destinations))
            for one in self.letters
        ]
        troubles = {name: one for name, one in self.troubles.items() if name in destinations}
        kept = tuple(one for one in letters if one.to)
        return replace(self, letters=kept, troubles=troubles)

    def next_for(self, destination: str, now: datetime) -> Message | None:
        """Return the oldest message to try now; None where there is none, or it rests."""
        trouble = self.troubles.get(destination)
        if trouble is not None and trouble.next_try > now:
            return None
        return next((one.message for one in self.letters if destination in one.to), None)

    def delivered(self, message: Message, destination: str) -> "Outbox":
        """Return it after a destination took a message."""
        letters = [
            replace(one, to=tuple(name for name in one.to if name != destination))
            if one.message.name == message.name
            else one
            for one in self.letters
        ]
        troubles = {name: one for name, one in self.troubles.items() if name != destination}
        kept = tuple(one for one in letters if one.to)
        return replace(self, letters=kept, troubles=troubles)

    def failed(self, destination: str, error: str, now: datetime) -> "Outbox":
        """Return it after a destination took nothing: it rests, each time twice as long."""
        before = self.troubles.get(destination)
        times = before.times + 1 if before is not None else 1
        rest = min(FIRST_REST * 2 ** min(times - 1, 20), LONGEST_REST)
        since = before.since if before is not None else now
        trouble = Trouble(since, times, now + rest, error)
        return replace(self, troubles={**self.troubles, destination: trouble})
