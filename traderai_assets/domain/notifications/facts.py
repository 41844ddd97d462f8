"""A fact that people are told of, and the messages that facts become."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Self

from traderai_assets.domain.notifications.kinds import Severity, kind_named
from traderai_assets.domain.plain_text import plain_line

MOST_LISTED = 20
"""Facts that one message names; it says how many more there are."""
_MOST_CHARACTERS = 500
_WORST_FIRST: tuple[Severity, ...] = ("failure", "warning", "info", "success")


@dataclass(frozen=True)
class Fact:
    """Something that happened, once.

    Attributes
    ----------
    name : str
        The same whenever the same thing is found again: so it is told once.
    kind : str
        Of the table of kinds.
    about : str
        The market, strategy or run.
    sentence : str
        What happened.
    way_out : str
        What to do, or where to look.
    at : datetime
        When, with a zone.
    """

    name: str
    kind: str
    about: str
    sentence: str
    way_out: str
    at: datetime

    @property
    def line(self) -> str:
        """The fact in one line, plain."""
        return plain_line(f"{self.sentence}; {self.way_out}", most=_MOST_CHARACTERS)

    def value(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return asdict(self) | {"at": self.at.isoformat()}

    @classmethod
    def of_value(cls, value: dict[str, Any]) -> Self:
        """Read what `value` returned; raise KeyError, TypeError or ValueError of anything else."""
        return cls(**{**value, "at": datetime.fromisoformat(value["at"])})


@dataclass(frozen=True)
class Message:
    """What leaves the machine: plain text, with a name by which a receiver knows it again.

    Attributes
    ----------
    name : str
        The same at each try to deliver it.
    title, body : str
    severity : {'info', 'success', 'warning', 'failure'}
        Of the worst fact in it.
    facts : tuple of Fact
    """

    name: str
    title: str
    body: str
    severity: Severity
    facts: tuple[Fact, ...]

    def value(self) -> dict[str, Any]:
        """Return it as JSON can hold it; a webhook is sent just this."""
        return asdict(self) | {"facts": [one.value() for one in self.facts]}

    @classmethod
    def of_value(cls, value: dict[str, Any]) -> Self:
        """Read what `value` returned; raise KeyError, TypeError or ValueError of anything else."""
        return cls(**{**value, "facts": tuple(Fact.of_value(one) for one in value["facts"])})


def message_of(facts: Sequence[Fact]) -> Message:
    """Return the message that tells these facts, at least one; several are a digest."""
    kinds = list(dict.fromkeys(one.kind for one in facts))
    named = [kind_named(one) for one in kinds]
    if len(facts) == 1:
        title = f"{named[0].title}: {facts[0].about}"
    elif len(kinds) == 1:
        title = f"{named[0].title}, {len(facts)} times"
    else:
        title = f"{len(facts)} news"
    lines = [one.line for one in facts[:MOST_LISTED]]
    if len(facts) > MOST_LISTED:
        lines.append(f'and {len(facts) - MOST_LISTED} more: "traderai status" shows what is so now')
    severity = min((one.severity for one in named), key=_WORST_FIRST.index)
    name = facts[0].name if len(facts) == 1 else f"{facts[0].name} to {facts[-1].name}"
    return Message(name, plain_line(f"TraderAI: {title}"), "\n".join(lines), severity, tuple(facts))
