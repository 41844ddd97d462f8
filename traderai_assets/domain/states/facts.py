"""Parts of the table of run states: the facts of a run, a state, and a way out of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

Liveness = Literal["alive", "gone", "elsewhere"]
SWEEP = timedelta(seconds=10)
# Between a run's making and its queueing, and between its launch and the note of who launches it,
# lie a few writes to the database
WRITES = timedelta(minutes=1)
# A run that is cancelled is told so at once; who has not stopped by then is stopped
CANCEL_GRACE = timedelta(seconds=30)
# What only a person can judge is not told before this
SILENCE = timedelta(hours=1)
# Dagster's own: it marks what has not begun (dagster.yaml, start_timeout_seconds)
START_TIMEOUT = timedelta(hours=1)
# What no class bounds is bounded by the longest
LONGEST_CLASS = timedelta(hours=24)
# Dagster looks for failed runs every 5 s; what it has not tried again by then it never will
RETRY_GRACE = timedelta(minutes=10)


@dataclass(frozen=True)
class RunFacts:
    """What is known of a run at one moment.

    Attributes
    ----------
    status : str
        Dagster's word for it, such as "STARTED".
    unchanged : timedelta
        Since the run was last written to.
    answers : {"alive", "gone", "elsewhere"} or None
        What is seen of the worker or, before there is one, of the daemon that launches it; None
        where nobody is noted.
    at_work : timedelta or None
        Since it began; None where it did not.
    most : timedelta or None
        How long its class may be at work; None where it has no class that is known.
    retry_due : bool
        Whether it failed, was to be tried again, and has not been.
    """

    status: str
    unchanged: timedelta
    answers: Liveness | None = None
    at_work: timedelta | None = None
    most: timedelta | None = None
    retry_due: bool = False

    @property
    def overdue(self) -> bool:
        """Whether it is at work for longer than its class may be."""
        return self.most is not None and self.at_work is not None and self.at_work > self.most

    @property
    def given_up(self) -> bool:
        """Whether nothing was heard for longer than its worker may work."""
        return self.unchanged > (self.most or LONGEST_CLASS) + SILENCE


@dataclass(frozen=True)
class Exit:
    """One way out of a state.

    Attributes
    ----------
    event : what happens
    who : who makes it happen; "a person" is never the only one
    within : after how long at most; None: as long as the work, or what it waits for, takes
    to : names of the states it leads to; "removed": there is no run any more
    """

    event: str
    who: str
    within: timedelta | None
    to: tuple[str, ...]


@dataclass(frozen=True)
class RunState:
    """One state of a run.

    Attributes
    ----------
    name, meaning : str
    statuses : frozenset of str
        Dagster's words it can be found under.
    holds : callable
        Whether facts of such a status are this state.
    at_work : bool
        Whether somebody can still finish it, so that nobody else should ask for the same.
    exits : tuple of Exit
        Empty for what has ended.
    reconciled : {"no", "by itself", "by a person"}
        Whether clean-up reconciles it, and who has to say so.
    reason : str
        Why it is reconciled: half a sentence after "the run", with {who}, {hours}, {work}, {most}.
    again : bool
        Whether the retry policy may have it afterwards.
    out_of_reach : bool
        Whether it is reconciled also where its worker cannot be stopped from here: the lake refuses
        what such a worker still wants to commit.
    """

    name: str
    meaning: str
    statuses: frozenset[str]
    holds: Callable[[RunFacts], bool]
    at_work: bool
    exits: tuple[Exit, ...]
    reconciled: Literal["no", "by itself", "by a person"] = "no"
    reason: str = ""
    again: bool = True
    out_of_reach: bool = False
