"""THE table of what people are told of: each kind of fact, how it is headed and how bad it is."""

from dataclasses import dataclass
from typing import Final, Literal

Severity = Literal["info", "success", "warning", "failure"]


@dataclass(frozen=True)
class Kind:
    """One kind of fact.

    Attributes
    ----------
    name : str
        As `[notify] kinds` names it.
    title : str
        What a message of it is headed with.
    severity : {'info', 'success', 'warning', 'failure'}
        As destinations colour it.
    meaning : str
        When there is such a fact, in a sentence.
    """

    name: str
    title: str
    severity: Severity
    meaning: str


MARKET_SILENT = Kind(
    "market_silent",
    "A market has gone silent",
    "warning",
    "No bar of a kept market came for `silent_minutes`, or its venue refuses it.",
)
VERDICT = Kind(
    "verdict",
    "A verdict",
    "info",
    "A strategy was judged for the first time, looked at, or changed its state.",
)
SUSPENSION = Kind(
    "suspension",
    "A strategy is suspended",
    "failure",
    "Since it speaks a strategy earns less than its promise, and is silenced.",
)
BACKFILL_FAILED = Kind(
    "backfill_failed",
    "A backfill has failed",
    "failure",
    "A run that fetches months gone by failed, and is not tried again by itself.",
)
DRIFT = Kind(
    "drift",
    "A model has drifted",
    "warning",
    "Drift of the model that speaks asks for a new one, or for repaired data; once a cause.",
)
DAEMON_DEAD = Kind(
    "daemon_dead",
    "The daemon is dead",
    "failure",
    "The daemon that starts runs gave no sign of life for five minutes, or ended.",
)
TEST = Kind("test", "A test", "info", "`traderai notify test` was typed.")

KINDS: Final = (MARKET_SILENT, VERDICT, SUSPENSION, BACKFILL_FAILED, DRIFT, DAEMON_DEAD)
KIND_NAMES: Final = tuple(one.name for one in KINDS)
_BY_NAME: Final = {one.name: one for one in (*KINDS, TEST)}


def kind_named(name: str) -> Kind:
    """Return a kind by its name; of one that an earlier version had, a plain one."""
    return _BY_NAME.get(name, Kind(name, name.replace("_", " "), "info", ""))
