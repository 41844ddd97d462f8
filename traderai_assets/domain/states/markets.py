"""THE table of the states a market can be in: what each means, what leads out of it, how soon.

A market's state is decided by the first row that holds. Sensors ask for a market in the states that
say so, and wait in the others; none waits for something that cannot come.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from traderai_assets.domain.states.facts import Exit
from traderai_assets.domain.states.tries import LONGEST_REST

_TICK = timedelta(seconds=30)
# An ended or refused market is asked about again, ever more rarely: domain/freshness
_LONGEST_REFUSAL = timedelta(days=7)
_ADDED = Exit('"traderai markets add"', "a person", None, ("new",))
_REMOVED = Exit('"traderai markets remove"', "a person", None, ("removed",))


@dataclass(frozen=True)
class MarketFacts:
    """What is known of a market at one moment.

    Attributes
    ----------
    kept : whether it is one of the markets to keep
    at_work : whether a run that fetches it can still end (`domain/states/runs.py`)
    refused : whether the venue refused it and it rests
    ended : whether the venue lists it no more
    stored : whether any candle of it is stored
    history_lacking : whether a closed month of its history is not whole
    behind : whether a bar has closed that is neither stored nor a known gap
    unheard : whether absent bars of it are not believed yet
    asked : whether what it lacks was asked for, and the cause rests
    """

    kept: bool = True
    at_work: bool = False
    refused: bool = False
    ended: bool = False
    stored: bool = True
    history_lacking: bool = False
    behind: bool = False
    unheard: bool = False
    asked: bool = False


@dataclass(frozen=True)
class MarketState:
    """One state of a market.

    Attributes
    ----------
    name, meaning : str
    holds : callable
        Whether facts are this state.
    asks : bool
        Whether a sensor asks for a run at its next tick.
    exits : tuple of Exit
    """

    name: str
    meaning: str
    holds: Callable[[MarketFacts], bool]
    asks: bool
    exits: tuple[Exit, ...]


def market_state(facts: MarketFacts) -> MarketState:
    """Return the state these facts make."""
    return next(state for state in MARKET_STATES if state.holds(facts))


_RUN_ENDED = Exit("its run ends", "the run, or the sweep", None, ("live", "behind", "asked for"))

MARKET_STATES = (
    MarketState(
        "removed",
        "It is not kept: nothing is asked for, what is stored stays.",
        lambda facts: not facts.kept,
        False,
        (_ADDED,),
    ),
    MarketState(
        "being fetched",
        "A run that fetches it waits or works.",
        lambda facts: facts.at_work,
        False,
        (_RUN_ENDED, _REMOVED),
    ),
    MarketState(
        "ended",
        "The venue lists it no more; its history stays.",
        lambda facts: facts.ended,
        False,
        (
            Exit("it is asked about again", "a sensor", _LONGEST_REFUSAL, ("being fetched",)),
            _ADDED,
            _REMOVED,
        ),
    ),
    MarketState(
        "resting",
        "The venue refused it; it is asked about again, ever more rarely.",
        lambda facts: facts.refused,
        False,
        (
            Exit("it is asked about again", "a sensor", _LONGEST_REFUSAL, ("being fetched",)),
            _ADDED,
            _REMOVED,
        ),
    ),
    MarketState(
        "asked for",
        "What it lacks was asked for and did not come; the cause rests.",
        lambda facts: facts.asked and (facts.history_lacking or facts.behind),
        False,
        (
            Exit("a bar closes", "the clock", None, ("behind",)),
            Exit("it is asked for again", "a sensor", LONGEST_REST, ("being fetched",)),
            _REMOVED,
        ),
    ),
    MarketState(
        "new",
        "Nothing of it is stored.",
        lambda facts: not facts.stored,
        True,
        (Exit("its history is asked for", "a sensor", _TICK, ("being fetched",)), _REMOVED),
    ),
    MarketState(
        "history lacking",
        "A closed month of its history is not whole.",
        lambda facts: facts.history_lacking,
        True,
        (Exit("it is asked for", "a sensor", _TICK, ("being fetched",)), _REMOVED),
    ),
    MarketState(
        "behind",
        "Bars have closed that are not stored.",
        lambda facts: facts.behind,
        True,
        (Exit("they are asked for", "a sensor", _TICK, ("being fetched",)), _REMOVED),
    ),
    MarketState(
        "unheard",
        "Bars are absent, and were not asked for often enough to be believed absent.",
        lambda facts: facts.unheard,
        False,
        (
            Exit("they are asked for again", "a sensor", LONGEST_REST, ("being fetched",)),
            _REMOVED,
        ),
    ),
    MarketState(
        "live",
        "Every closed bar is stored or known to be absent.",
        lambda _: True,
        False,
        (Exit("a bar closes", "the clock", None, ("behind",)), _REMOVED),
    ),
)
