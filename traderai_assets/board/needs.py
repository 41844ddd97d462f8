"""What needs a person: of all that the status tells, what nobody does by itself."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from traderai_assets.domain.strategies.states import SUSPENDED
from traderai_assets.pages.parts import Tone
from traderai_assets.status.markets import FAILING

_COMMAND = "traderai "


@dataclass(frozen=True)
class Need:
    """One thing that waits for a person.

    Attributes
    ----------
    what, of, why, cure : str
        Which kind of thing, which one, what is wrong with it, what to do.
    run : str
        Id of the run it is about; empty where it is about none.
    tone : str
    """

    what: str
    of: str
    why: str
    cure: str
    run: str = ""
    tone: Tone = "warn"


def needs_of(status: Mapping[str, Any]) -> list[Need]:
    """Return what of the status (`traderai status --json`) needs a person, the worst first."""
    found = [*_daemon(status), *_sensors(status), *_runs(status), *_markets(status)]
    return sorted(found, key=lambda need: need.tone != "bad")


def needs_of_verdicts(verdicts: Sequence[Mapping[str, Any]]) -> list[Need]:
    """Return what of the last verdicts needs a person: a strategy that suspended itself."""
    return [
        Need(
            "strategy",
            one["strategy"],
            one["sentence"],
            f'change its settings, which makes another, or "traderai strategies retire '
            f'{one["strategy"]}"',
        )
        for one in verdicts
        if one["state"] == SUSPENDED
    ]


def _daemon(status: Mapping[str, Any]) -> Iterator[Need]:
    daemon = status["daemon"]
    if not daemon["alive"]:
        seen = f"last seen {daemon['seen']}" if daemon["seen"] else "never seen here"
        yield Need("daemon", "", f"none runs: {seen}", '"traderai dev", or deploy/', tone="bad")


def _sensors(status: Mapping[str, Any]) -> Iterator[Need]:
    for one in status["sensors"]:
        yield Need("sensor", one["sensor"], one["error"], "what the error says", tone="bad")


def _runs(status: Mapping[str, Any]) -> Iterator[Need]:
    for one in status["leftovers"]:
        yield Need("run", one["job"], one["reason"], one["next"], one["run"], "bad")
    for one in status["failed"]:
        if one["next"].startswith(_COMMAND):  # What is retried by itself needs nobody
            yield Need("failed run", one["job"], one["error"], one["next"], one["run"])


def _markets(status: Mapping[str, Any]) -> Iterator[Need]:
    for one in status["gate"]["markets"]:
        if one["commands"]:
            yield Need("data", one["market"], one["reason"], "; ".join(one["commands"]))
    for one in status["refused"]:
        if one["state"].startswith(FAILING):
            why = f"{one['state']} since {one['since']}: {one['reason']}"
            yield Need("market", one["market"], why, f"nothing: asked again {one['next_ask']}")
