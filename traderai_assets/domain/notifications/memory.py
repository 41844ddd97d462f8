"""What is kept of notifications between two looks: one JSON text, written whole or not at all."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from traderai_assets.domain.notifications.facts import Fact, Message
from traderai_assets.domain.notifications.outbox import Letter, Outbox, Trouble
from traderai_assets.domain.notifications.rule import Told


@dataclass(frozen=True)
class Memory:
    """What was told, what waits to be delivered, and up to where was looked.

    Attributes
    ----------
    runs_until : datetime
        Runs that changed after it are looked at.
    looked_at : datetime
        When everything else was looked at last.
    told : Told
    outbox : Outbox
    """

    runs_until: datetime
    looked_at: datetime
    told: Told = field(default_factory=Told)
    outbox: Outbox = field(default_factory=Outbox)

    def text(self) -> str:
        """Return it as it is kept."""
        told, outbox = self.told, self.outbox
        return json.dumps(
            {
                "runs_until": self.runs_until.isoformat(),
                "looked_at": self.looked_at.isoformat(),
                "names": told.names,
                "last": {kind: at.isoformat() for kind, at in told.last.items()},
                "held": [one.value() for one in told.held],
                "letters": [_letter(one) for one in outbox.letters],
                "troubles": {name: _trouble(one) for name, one in outbox.troubles.items()},
                "lost": outbox.lost,
            }
        )

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read what was kept; None where nothing was, or nobody can read it."""
        try:
            read = json.loads(text)
            held = tuple(Fact.of_value(one) for one in read["held"])
            last = {kind: datetime.fromisoformat(at) for kind, at in read["last"].items()}
            letters = tuple(_letter_of(one) for one in read["letters"])
            troubles = {name: _trouble_of(one) for name, one in read["troubles"].items()}
            return cls(
                datetime.fromisoformat(read["runs_until"]),
                datetime.fromisoformat(read["looked_at"]),
                Told(tuple(read["names"]), last, held),
                Outbox(letters, troubles, int(read["lost"])),
            )
        except (ValueError, TypeError, KeyError, AttributeError):
            return None  # Begun anew: what is so by now is taken for told


def _letter(letter: Letter) -> dict[str, Any]:
    return {
        "message": letter.message.value(),
        "since": letter.since.isoformat(),
        "to": letter.to,
    }


def _letter_of(value: dict[str, Any]) -> Letter:
    since = datetime.fromisoformat(value["since"])
    return Letter(Message.of_value(value["message"]), since, tuple(value["to"]))


def _trouble(trouble: Trouble) -> dict[str, Any]:
    return {
        "since": trouble.since.isoformat(),
        "times": trouble.times,
        "next_try": trouble.next_try.isoformat(),
        "error": trouble.error,
    }


def _trouble_of(value: dict[str, Any]) -> Trouble:
    return Trouble(
        datetime.fromisoformat(value["since"]),
        int(value["times"]),
        datetime.fromisoformat(value["next_try"]),
        str(value["error"]),
    )
