"""The rows of the table of run states that say how a run ended, and whether it is tried again."""

from traderai_assets.domain.states.facts import RETRY_GRACE, SWEEP, Exit, RunFacts, RunState

DELETED = Exit("it is deleted", "a person", None, ("removed",))


def always(_: RunFacts) -> bool:
    """Hold, whatever the facts: the last row of a status."""
    return True


ENDED_RUN_STATES = (
    RunState(
        "retry lost",
        "It failed and was to be tried again, and nobody did.",
        frozenset({"FAILURE"}),
        lambda facts: facts.retry_due and facts.unchanged > RETRY_GRACE,
        False,
        (
            Exit("it is told so", "the sweep", SWEEP, ("failed",)),
            Exit('"traderai runs retry"', "a person", None, ("failed",)),
            DELETED,
        ),
    ),
    RunState(
        "retry due",
        "It failed and is about to be tried again, by a run of its own.",
        frozenset({"FAILURE"}),
        lambda facts: facts.retry_due,
        False,
        (
            Exit("a run is made that tries again", "the daemon", RETRY_GRACE, ("failed",)),
            Exit("it is given up", "time", RETRY_GRACE, ("retry lost",)),
            DELETED,
        ),
    ),
    RunState(
        "succeeded", "It did what it was made for.", frozenset({"SUCCESS"}), always, False, ()
    ),
    RunState("failed", "It ended with an error.", frozenset({"FAILURE"}), always, False, ()),
    RunState("cancelled", "It was ended by a person.", frozenset({"CANCELED"}), always, False, ()),
)
