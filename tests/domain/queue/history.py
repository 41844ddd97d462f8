"""Whether a queue that was recorded started only what the model allows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from traderai_assets.domain.queue.policy import Limits, QueueRun, next_runs, waits

_AT_ONE_TIME = {"ended": 0, "submitted": 1, "started": 2}


@dataclass(frozen=True)
class QueueEvent:
    """Something that happened to a run.

    Attributes
    ----------
    time : float
        Seconds, from any beginning.
    kind : str
        "submitted": it waits from now on, also once more, as after a failed launch or with another
        priority; "started": it left the queue for a slot; "ended": it holds no slot any more, or
        was cancelled while it waited.
    run : QueueRun
    """

    time: float
    kind: Literal["submitted", "started", "ended"]
    run: QueueRun


@dataclass(frozen=True)
class _State:
    """The queue from one event to the next."""

    since: float
    queued: tuple[QueueRun, ...]
    running: tuple[QueueRun, ...]


@dataclass(frozen=True)
class _Stretch:
    """The states between two starts, and the start that ended them."""

    states: tuple[_State, ...]
    start: QueueEvent


def forbidden_starts(
    history: Sequence[QueueEvent], limits: Limits, *, slack_seconds: float
) -> list[str]:
    """Return a sentence for each start that the model does not allow; empty: all are allowed.

    An iteration of the daemon reads the queue, then launches what it chose, one run after another.
    So a start is allowed if some iteration within `slack_seconds` before it chose the run, and
    chose also, and before it, all that was started between that iteration and it. An iteration
    reads what runs and what waits one after the other: each may be of another moment, but no start
    lies between the two.

    Parameters
    ----------
    history : events in any order of time; those of submission in the order in which the runs were
        created, which is the order that counts for Dagster
    limits : what the queue was limited by
    slack_seconds : the longest time from an iteration to the last launch of what it chose
    """
    stretches = tuple(_stretches(history))
    return [
        _sentence(stretch, limits)
        for place, stretch in enumerate(stretches)
        if not _explained(stretches[: place + 1], limits, slack_seconds)
    ]


def _stretches(history: Sequence[QueueEvent]) -> Iterator[_Stretch]:
    submitted = (event.run.run_id for event in history if event.kind == "submitted")
    created = {run_id: place for place, run_id in enumerate(dict.fromkeys(submitted))}
    queued: dict[str, QueueRun] = {}
    running: dict[str, QueueRun] = {}
    states = [_State(float("-inf"), (), ())]
    for event in sorted(history, key=lambda event: (event.time, _AT_ONE_TIME[event.kind])):
        run_id = event.run.run_id
        if event.kind == "started":
            yield _Stretch(tuple(states), event)
            states = []
        queued.pop(run_id, None)
        running.pop(run_id, None)
        if event.kind == "submitted":
            queued[run_id] = event.run
        elif event.kind == "started":
            running[run_id] = event.run
        in_order = sorted(queued.values(), key=lambda run: created[run.run_id])
        states.append(_State(event.time, tuple(in_order), tuple(running.values())))


def _explained(stretches: Sequence[_Stretch], limits: Limits, slack_seconds: float) -> bool:
    """Whether one iteration, in one of the stretches, explains the start that ended the last."""
    until = stretches[-1].start.time
    earliest = until - slack_seconds
    started: list[str] = []
    for stretch in reversed(stretches):
        if stretch.start.time < earliest:
            return False
        started.insert(0, stretch.start.run.run_id)
        if any(_in_order(started, chosen) for chosen in _iterations(stretch, limits, earliest)):
            return True
    return False


def _iterations(stretch: _Stretch, limits: Limits, earliest: float) -> Iterator[list[str]]:
    """Yield what each possible iteration, not before `earliest`, chooses; last first."""
    ends = [state.since for state in stretch.states[1:]] + [stretch.start.time]
    states = [state for state, end in zip(stretch.states, ends, strict=True) if end >= earliest]
    for queued in reversed(states):
        for running in reversed(states):
            yield [run.run_id for run in next_runs(queued.queued, running.running, limits)]


def _in_order(started: Sequence[str], chosen: Sequence[str]) -> bool:
    """Whether `started` is `chosen` up to its last one, or that with some left out."""
    rest = iter(chosen)
    return all(run_id in rest for run_id in started)


def _sentence(stretch: _Stretch, limits: Limits) -> str:
    start, state = stretch.start, stretch.states[-1]
    run = start.run
    why = "it did not wait in the queue"
    for wait in waits(state.queued, state.running, limits):
        if wait.run_id == run.run_id:
            why = f"just before, it {wait.reason}"
    return (
        f"run {run.run_id[:8]} of priority {run.priority} was started at {start.time:.3f}, "
        f"where no iteration of the queue could have chosen it; {why}"
    )
