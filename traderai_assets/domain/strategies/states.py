"""THE table of the states a strategy can be in: what each means, and what leads out of it.

What makes a change happen is measured elsewhere (changes). None is made that is not in the table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import pandas as pd

from traderai_assets.domain.errors import InvalidInput

INSUFFICIENT, CANDIDATE, PROMOTED = "insufficient", "candidate", "promoted"
SUSPENDED, RETIRED = "suspended", "retired"
Speaks = Literal["not", "on paper or with a quarter", "in full"]


@dataclass(frozen=True)
class StrategyState:
    """One state of a strategy: what it means, and how its signals may be followed."""

    name: str
    meaning: str
    speaks: Speaks


@dataclass(frozen=True)
class Transition:
    """One way from a state to another, its cause in words, and who makes it happen."""

    before: str
    after: str
    cause: str
    who: Literal["the verdict", "a person"]


@dataclass(frozen=True)
class StateChange:
    """A transition that was made; the new state stands from the day on."""

    day: pd.Timestamp
    before: str
    after: str
    cause: str


LOOK_PASSED = "a look is passed"
LIVE_PROOF = "the live days prove a mean above 0"
LATE_PROOF = "the live days prove a mean above 0, after the last look"
BROKEN_PROMISE = "the days since prove less than what was promised"
DRAWDOWN = "the days since lost more from a peak than is allowed"
IS_RETIRED = "it is retired"
REGISTERED_AGAIN = "it is registered again"
REGISTERED_AGAIN_SUSPENDED = "it is registered again, having been suspended"

STRATEGY_STATES: Final = (
    StrategyState(INSUFFICIENT, "Its record is too short, or no better than luck.", "not"),
    StrategyState(
        CANDIDATE,
        "Its record is better than luck; live days prove nothing yet.",
        "on paper or with a quarter",
    ),
    StrategyState(PROMOTED, "Its live days alone prove a mean above 0.", "in full"),
    StrategyState(SUSPENDED, "Since it speaks it earns less than half of its promise.", "not"),
    StrategyState(RETIRED, "A person ended it; it stays counted.", "not"),
)

SPEAKS: Final[dict[str, Speaks]] = {one.name: one.speaks for one in STRATEGY_STATES}

TRANSITIONS: Final = (
    Transition(INSUFFICIENT, CANDIDATE, LOOK_PASSED, "the verdict"),
    Transition(INSUFFICIENT, PROMOTED, LATE_PROOF, "the verdict"),
    Transition(CANDIDATE, PROMOTED, LIVE_PROOF, "the verdict"),
    Transition(CANDIDATE, SUSPENDED, BROKEN_PROMISE, "the verdict"),
    Transition(CANDIDATE, SUSPENDED, DRAWDOWN, "the verdict"),
    Transition(PROMOTED, SUSPENDED, BROKEN_PROMISE, "the verdict"),
    Transition(PROMOTED, SUSPENDED, DRAWDOWN, "the verdict"),
    Transition(SUSPENDED, PROMOTED, LIVE_PROOF, "the verdict"),
    Transition(INSUFFICIENT, RETIRED, IS_RETIRED, "a person"),
    Transition(CANDIDATE, RETIRED, IS_RETIRED, "a person"),
    Transition(PROMOTED, RETIRED, IS_RETIRED, "a person"),
    Transition(SUSPENDED, RETIRED, IS_RETIRED, "a person"),
    Transition(RETIRED, INSUFFICIENT, REGISTERED_AGAIN, "a person"),
    Transition(RETIRED, SUSPENDED, REGISTERED_AGAIN_SUSPENDED, "a person"),
)


def state_after(changes: Sequence[StateChange]) -> str:
    """Follow the changes so far; a strategy begins as insufficient.

    Raises
    ------
    InvalidInput
        If a change does not begin where the one before ended, is earlier, or is not in the table.
    """
    state, day = INSUFFICIENT, None
    for change in changes:
        if change.before != state or (day is not None and change.day < day):
            raise InvalidInput(
                f"the change of {change.day:%Y-%m-%d} from {change.before} to {change.after} does "
                f"not follow on {state}" + (f" since {day:%Y-%m-%d}" if day is not None else "")
            )
        _check(change)
        state, day = change.after, change.day
    return state


def retired(changes: Sequence[StateChange], day: pd.Timestamp) -> StateChange:
    """Make the change by which a person ends a strategy."""
    return _made(changes, day, RETIRED, IS_RETIRED)


def registered_again(changes: Sequence[StateChange], day: pd.Timestamp) -> StateChange:
    """Make the change by which a retired strategy is judged on; no suspension is forgotten."""
    before = changes[-1].before if changes else INSUFFICIENT
    if before == SUSPENDED:
        return _made(changes, day, SUSPENDED, REGISTERED_AGAIN_SUSPENDED)
    return _made(changes, day, INSUFFICIENT, REGISTERED_AGAIN)


def _made(changes: Sequence[StateChange], day: pd.Timestamp, after: str, cause: str) -> StateChange:
    change = StateChange(day, state_after(changes), after, cause)
    state_after([*changes, change])
    return change


def _check(change: StateChange) -> None:
    known = {(one.before, one.after, one.cause) for one in TRANSITIONS}
    if (change.before, change.after, change.cause) not in known:
        ways = [f"{one.after} ({one.cause})" for one in TRANSITIONS if one.before == change.before]
        raise InvalidInput(
            f"no transition leads from {change.before} to {change.after} because "
            f'"{change.cause}"; from there lead: {", ".join(ways)}'
        )
