"""THE table of the states a run can be in: what each means, what leads out of it, how soon.

Sensors, status and clean-up read it; `instance/run_liveness.py` gathers the facts, and nothing here
knows where they come from. A state is decided by the first row that holds.
"""

from traderai_assets.domain.states.ended_runs import DELETED, ENDED_RUN_STATES, always
from traderai_assets.domain.states.facts import (
    CANCEL_GRACE,
    LONGEST_CLASS,
    SILENCE,
    START_TIMEOUT,
    SWEEP,
    WRITES,
    Exit,
    RunFacts,
    RunState,
)


def run_state(facts: RunFacts) -> RunState:
    """Return the state these facts make."""
    return next(
        state for state in RUN_STATES if facts.status in state.statuses and state.holds(facts)
    )


def _of(*statuses: str) -> frozenset[str]:
    return frozenset(statuses)


_CLAIMS_A_WORKER = _of("STARTING", "STARTED", "CANCELING")
_ENDED = ("succeeded", "failed", "cancelled", "retry due")
_SWEPT = Exit("it is reconciled", "the sweep", SWEEP, _ENDED)
_BY_HAND = Exit('"traderai runs clean --apply"', "a person", None, _ENDED)
_CANCELLED = Exit("it is cancelled", "a person", None, ("stopping", "cancelled"))

RUN_STATES = (
    RunState(
        "worker gone",
        "It claims a worker, or a daemon that launches it, which is no more.",
        _CLAIMS_A_WORKER,
        lambda facts: facts.answers == "gone",
        False,
        (_SWEPT, DELETED),
        "by itself",
        "{who} is gone, which worked on it",
    ),
    RunState(
        "worker lost",
        "Nothing was heard of its worker for longer than its class may be at work.",
        _of("STARTING", "STARTED", "CANCELING", "SUSPENDED"),
        lambda facts: facts.answers != "alive" and facts.given_up,
        False,
        (_SWEPT, DELETED),
        "by itself",
        "nothing was heard of {who} for longer than it may work",
        out_of_reach=True,
    ),
    RunState(
        "worker silent",
        "Its worker is on another machine and was silent for an hour.",
        _CLAIMS_A_WORKER,
        lambda facts: facts.answers == "elsewhere" and facts.unchanged > SILENCE,
        True,
        (
            _BY_HAND,
            Exit("its worker ends", "the worker, or the daemon there", None, _ENDED),
            Exit("it is given up", "time", LONGEST_CLASS + SILENCE, ("worker lost",)),
            DELETED,
        ),
        "by a person",
        f"nothing was heard of {{who}} for {SILENCE}",
        out_of_reach=True,
    ),
    RunState(
        "never queued",
        "It was made, and its making was interrupted or refused before it was queued.",
        _of("NOT_STARTED"),
        lambda facts: facts.unchanged > WRITES,
        False,
        (_SWEPT, DELETED),
        "by itself",
        "it was made and never queued",
    ),
    RunState(
        "being made",
        "It is made and on its way into the queue.",
        _of("NOT_STARTED"),
        always,
        True,
        (
            Exit("it is queued", "who makes it", WRITES, ("queued",)),
            Exit("it is given up", "time", WRITES, ("never queued",)),
            DELETED,
        ),
    ),
    RunState(
        "queued",
        "It waits for a slot, and for the limits of its class and its market.",
        _of("QUEUED"),
        always,
        True,
        (
            Exit("it leaves the queue", "the daemon", None, ("launching", "failed")),
            _CANCELLED,
            DELETED,
        ),
    ),
    RunState(
        "stop ignored",
        "It was told to stop, and its worker goes on.",
        _of("CANCELING"),
        lambda facts: facts.answers != "elsewhere" and facts.unchanged > CANCEL_GRACE,
        True,
        (_SWEPT, DELETED),
        "by itself",
        "its worker did not stop when it was told to",
    ),
    RunState(
        "stopping",
        "It was told to stop a moment ago.",
        _of("CANCELING"),
        always,
        True,
        (
            Exit("its worker ends", "the worker", CANCEL_GRACE, _ENDED),
            Exit("it goes on", "time", CANCEL_GRACE, ("stop ignored",)),
            Exit("it falls silent", "time", SILENCE, ("worker silent",)),
            DELETED,
        ),
    ),
    RunState(
        "launch cut",
        "It left the queue, and nobody noted who launches it.",
        _of("STARTING"),
        lambda facts: facts.answers is None and facts.unchanged > WRITES,
        False,
        (_SWEPT, DELETED),
        "by itself",
        "its launch was interrupted before there was a worker",
    ),
    RunState(
        "launching",
        "Its worker is being started.",
        _of("STARTING"),
        always,
        True,
        (
            Exit("its worker begins", "the worker", None, ("working",)),
            Exit("its launch fails", "the daemon", None, ("failed", "retry due")),
            Exit("who launches it dies", "a crash", None, ("worker gone",)),
            Exit("it is given up", "time", WRITES, ("launch cut",)),
            Exit("it did not begin", "run monitoring", START_TIMEOUT, ("failed", "retry due")),
            Exit("it falls silent", "time", SILENCE, ("worker silent",)),
            _CANCELLED,
            DELETED,
        ),
    ),
    RunState(
        "worker unknown",
        "It is at work and nobody noted by whom: another launcher's, from older days.",
        _of("STARTED"),
        lambda facts: facts.answers is None,
        True,
        (
            _BY_HAND,
            Exit("its worker ends", "the worker", None, _ENDED),
            Exit("it is given up", "time", LONGEST_CLASS + SILENCE, ("worker lost",)),
            DELETED,
        ),
        "by a person",
        "nobody knows its worker",
        out_of_reach=True,
    ),
    RunState(
        "overdue",
        "Its worker lives and is at work for longer than its class may be.",
        _of("STARTED"),
        lambda facts: facts.answers == "alive" and facts.overdue,
        True,
        (_SWEPT, DELETED),
        "by itself",
        "it was at work for {hours} hours, and {work} may take {most}",
        again=False,
    ),
    RunState(
        "working",
        "Its worker lives, however slow it is.",
        _of("STARTED"),
        always,
        True,
        (
            Exit("its work ends", "the worker", None, _ENDED),
            Exit("its worker dies", "a crash", None, ("worker gone",)),
            Exit("its hours are over", "time", LONGEST_CLASS, ("overdue",)),
            Exit("it falls silent", "time", SILENCE, ("worker silent",)),
            _CANCELLED,
            DELETED,
        ),
    ),
    RunState(
        "suspended",
        "It waits for work elsewhere, without a worker; nothing of ours does.",
        _of("SUSPENDED"),
        always,
        False,
        (
            _BY_HAND,
            Exit("it is given up", "time", LONGEST_CLASS + SILENCE, ("worker lost",)),
            DELETED,
        ),
        "by a person",
        "it is suspended, which nothing of ours does",
        out_of_reach=True,
    ),
    RunState(
        "managed elsewhere",
        "Another system reports it here; it never was in our queue.",
        _of("MANAGED"),
        always,
        False,
        (Exit("its end is reported", "that system", None, _ENDED), DELETED),
    ),
    *ENDED_RUN_STATES,
)
