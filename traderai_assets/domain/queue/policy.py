"""What Dagster's run queue starts in one iteration of its daemon, and why the rest waits.

Equal to `QueuedRunCoordinatorDaemon._get_runs_to_dequeue`, held to it by a test, paging included:
the queue is read in pages, oldest first, and what a page leaves over once limits and slots are
applied is not read again before the next iteration. The order is whole only within one page.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from traderai_assets.domain.queue.limits import Limits, Occupancy, QueueRun, TagLimit

__all__ = ["PAGE", "Limits", "QueueRun", "TagLimit", "Wait", "in_turn", "next_runs", "waits"]

# Dagster's pages do not show tags that begin so
_HIDDEN = ".dagster/"
PAGE = 1_000
"""Queued runs that our daemon reads at a time: longer than its queue ever is.

Whoever starts it says so in DAGSTER_RUN_QUEUE_PAGE_SIZE. By Dagster's own 100 a less urgent run may
pass, where more than that wait.
"""


@dataclass(frozen=True)
class Wait:
    """Why one run waits.

    Attributes
    ----------
    run_id : str
        The run that waits.
    kind : str
        "limit": a tag limit is full, so a free slot would not help; "slot": all slots are taken;
        "turn": the free slots go to runs before it.
    reason : str
        The same in a sentence.
    behind : tuple of str
        Ids of the runs it waits for.
    """

    run_id: str
    kind: Literal["slot", "limit", "turn"]
    reason: str
    behind: tuple[str, ...]


def in_turn(queued: Iterable[QueueRun]) -> list[QueueRun]:
    """Sort by priority, highest first; runs of one priority stay in the order they came in."""
    return sorted(queued, key=lambda run: -run.priority)


def next_runs(
    queued: Sequence[QueueRun], running: Sequence[QueueRun], limits: Limits, *, page: int = PAGE
) -> list[QueueRun]:
    """Return what the daemon starts in one iteration, in order.

    Parameters
    ----------
    queued : runs that wait, in the order of their submission
    running : runs that start, run or are being cancelled: all of them hold a slot
    limits : slots and tag limits
    page : how many queued runs the daemon reads at a time
    """
    free = limits.slots - len(running)
    if free <= 0:
        return []
    batch: list[QueueRun] = []
    for first in range(0, len(queued), page):
        occupancy = Occupancy(limits, running)
        candidates = in_turn([*batch, *queued[first : first + page]])
        batch = [run for run in candidates if occupancy.admit(run)][:free]
    return batch


def waits(queued: Sequence[QueueRun], running: Sequence[QueueRun], limits: Limits) -> list[Wait]:
    """Say of each run that `next_runs` leaves waiting why it waits, first in turn first."""
    starting = next_runs(queued, running, limits)
    now, then = Occupancy(limits, running), Occupancy(limits, [*running, *starting])
    started = {run.run_id for run in starting}
    waiting = [run for run in in_turn(queued) if run.run_id not in started]
    full = len(running) >= limits.slots
    found = []
    for before, run in enumerate(waiting):
        obstacle = now.obstacle(run) or (None if full else then.obstacle(run))
        if obstacle:
            found.append(_limited(run, *obstacle))
        elif full:
            found.append(_slotless(run, running, limits.slots, before))
        else:
            found.append(_outranked(run, starting))
    return found


def _limited(run: QueueRun, limit: TagLimit, held: tuple[str, ...]) -> Wait:
    value = run.tags[limit.key]
    own = limit.key.removeprefix(_HIDDEN)
    _, *words = re.split("[/.]", own)
    if limit.key != own and not limit.per_value and limit.value is None:
        verb, *nouns, value = own.split("/")[1:]  # namespace/verb/noun/value
        reason = f"waits for {_names(held)}, which {verb} {'/'.join(nouns)} of {value}"
    elif len(words) >= 2:  # namespace/verb/noun, as in writes/models of traderai
        noun = "/".join(words[1:])
        reason = f"waits for {_names(held)}, which {words[0]} {noun} of {value}"
    else:
        of_value = limit.per_value or limit.value is not None
        what = f"{words[-1] if words else limit.key}{f' {value}' if of_value else ''}"
        reason = f"waits for {what}: {len(held)} of {limit.most} run ({_names(held)})"
    return Wait(run.run_id, "limit", reason, held)


def _slotless(run: QueueRun, running: Sequence[QueueRun], slots: int, before: int) -> Wait:
    held = tuple(other.run_id for other in running)
    reason = f"waits for a slot: {len(held)} of {slots} are taken by {_names(held)}"
    if before:
        reason += f"; {_count(before)} before it"
    return Wait(run.run_id, "slot", reason, held)


def _outranked(run: QueueRun, starting: Sequence[QueueRun]) -> Wait:
    behind = tuple(other.run_id for other in starting)
    least = min(other.priority for other in starting)
    if least > run.priority:
        why = "of higher priority"
    elif least == run.priority:
        why = f"that {'is' if len(behind) == 1 else 'are'} older or more urgent"
    else:
        why = f"because more than {PAGE} runs are queued, and they are read {PAGE} at a time"
    return Wait(
        run.run_id, "turn", f"goes after {_count(len(behind))} {why}: {_names(behind)}", behind
    )


def _count(runs: int) -> str:
    return f"{runs} run{'s' if runs != 1 else ''}"


def _names(run_ids: Iterable[str]) -> str:
    return ", ".join(run_id[:8] for run_id in run_ids)
