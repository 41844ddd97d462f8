"""When the same cause may be asked for again: no cause is lost with the run that was to serve it.

A run key keeps a tick that runs twice from asking twice. It must not keep a cause from being served
for ever, only because its run failed, was cancelled, or ended and left all as it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

FIRST_REST = timedelta(hours=1)
LONGEST_REST = timedelta(days=1)
_MOST_DOUBLINGS = 10  # long beyond the longest rest; an integer without bound is not needed


@dataclass(frozen=True)
class Try:
    """One run that was made for a cause.

    Attributes
    ----------
    key : str
        Its run key; a run that tries a failed one again has the same.
    ended : datetime or None
        None while somebody can still finish it.
    succeeded : bool
    """

    key: str
    ended: datetime | None
    succeeded: bool = False


def asked_again_at(tries: Sequence[Try], first_rest: timedelta = FIRST_REST) -> datetime | None:
    """Return from when on a cause may be asked for again; None while a run is made or at work.

    Parameters
    ----------
    tries : runs of one cause, the last made first; at least one
    first_rest : how long it rests after the first; twice as long after the second, a day at most.
        What succeeded and left the cause as it was rests for a day.
    """
    last = tries[0]
    if last.ended is None or any(one.ended is None for one in tries):
        return None
    if last.succeeded:
        return last.ended + LONGEST_REST
    doublings = min(len({one.key for one in tries}) - 1, _MOST_DOUBLINGS)
    doubled: timedelta = first_rest * 2**doublings
    return last.ended + min(doubled, max(first_rest, LONGEST_REST))


def may_ask(tries: Sequence[Try], now: datetime, first_rest: timedelta = FIRST_REST) -> bool:
    """Whether a cause may be asked for now; a clock that was set back keeps nobody waiting."""
    if not tries:
        return True
    due = asked_again_at(tries, first_rest)
    ended = tries[0].ended
    return due is not None and (now >= due or (ended is not None and ended > now))


def became_of(tries: Sequence[Try], first_rest: timedelta = FIRST_REST) -> str:
    """Say what became of the last try, and from when on there is another."""
    due = asked_again_at(tries, first_rest) if tries else None
    if due is None:
        return "a run was asked for"
    return (
        f"the run that was asked for ended at {tries[0].ended:%Y-%m-%d %H:%M} UTC, "
        f"and another is asked for from {due:%Y-%m-%d %H:%M} UTC on"
    )


def key_of_try(cause: str, tries: Sequence[Try]) -> str:
    """Return the run key of the next try: the cause itself, then numbered."""
    made = {one.key for one in tries}
    if not made:
        return cause
    number = len(made) + 1
    while f"{cause}#{number}" in made:  # Where runs in between were deleted
        number += 1
    return f"{cause}#{number}"
