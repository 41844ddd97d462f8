"""Who is told what now: each fact once, a kind rarely, and many at once in one message."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from traderai_assets.domain.notifications.facts import Fact, Message, message_of

MOST_REMEMBERED = 2_000
"""Names of facts that were told; the oldest are forgotten."""


@dataclass(frozen=True)
class Told:
    """What was told so far.

    Attributes
    ----------
    names : tuple of str
        Facts that were told or are held, the oldest first.
    last : dict of str to datetime
        When a kind was told last.
    held : tuple of Fact
        Facts whose kind was told a moment ago; they go with the next message of it.
    """

    names: tuple[str, ...] = ()
    last: dict[str, datetime] = field(default_factory=dict)
    held: tuple[Fact, ...] = ()

    def known(self, names: Iterable[str]) -> "Told":
        """Return it with these names as told, though nobody was: what was there before we began."""
        every = tuple(dict.fromkeys([*self.names, *names]))
        return Told(every[-MOST_REMEMBERED:], self.last, self.held)


def news(
    facts: Sequence[Fact],
    told: Told,
    now: datetime,
    *,
    kinds: Collection[str],
    cool_down: timedelta,
    most: int,
) -> tuple[list[Message], Told]:
    """Return the messages to send now, and what was told when they are.

    Parameters
    ----------
    facts : sequence of Fact
        All that was found, told before or not.
    told : Told
    now : datetime
    kinds : collection of str
        Who is asked for; others are taken for told, so that they are no news when asked for later.
    cool_down : timedelta
        Between two messages of one kind. What comes meanwhile is held and told together after it.
    most : int
        Above so many facts at once there is one message for all of them.

    Returns
    -------
    messages : list of Message
    told : Told
    """
    before = set(told.names)
    fresh = [one for one in {fact.name: fact for fact in facts}.values() if one.name not in before]
    waiting = [*told.held, *(one for one in fresh if one.kind in kinds)]
    rests = {kind for kind, at in told.last.items() if now - at < cool_down}
    going = [one for one in waiting if one.kind not in rests]
    held = tuple(one for one in waiting if one.kind in rests)
    last = told.last | {one.kind: now for one in going}
    after = Told(told.names, last, held).known(one.name for one in fresh)
    if len(going) > most:
        return [message_of(going)], after
    # What a cool-down held back goes together
    before_now = {one.name for one in told.held}
    messages = []
    for kind in dict.fromkeys(one.kind for one in going):
        of_kind = [one for one in going if one.kind == kind]
        if any(one.name in before_now for one in of_kind):
            messages.append(message_of(of_kind))
        else:
            messages += [message_of([one]) for one in of_kind]
    return messages, after
