"""Timeouts: work in a thread that is waited for, with signs of life, until its time is over."""

import threading
from collections.abc import Callable
from typing import TypeVar

TICK_SECONDS = 1.0

Result = TypeVar("Result")


def run_within(
    work: Callable[[], Result],
    seconds: float,
    waiting: Callable[[], None],
    stopwatch: Callable[[], float],
) -> tuple[Result | None, float]:
    """Run `work` in a thread of its own; give it up after `seconds`.

    A thread cannot be killed: work that was given up ends by itself, and must touch nothing that
    others use. The process waits for it at its end: torch aborts where it is cut off at work.

    Parameters
    ----------
    work : callable
        What to do.
    seconds : float
        Until it is given up.
    waiting : callable
        Called every second meanwhile; what it raises ends the waiting.
    stopwatch : callable
        Seconds since any fixed moment.

    Returns
    -------
    tuple
        What `work` returned, or None where it was given up; the seconds it took.
    """
    results: list[Result] = []
    faults: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as fault:  # noqa: BLE001  raised again where it is waited for
            faults.append(fault)

    started = stopwatch()
    thread = threading.Thread(target=run, name="sampler")
    thread.start()
    while True:
        left = seconds - (stopwatch() - started)
        if left > 0.0:
            thread.join(min(TICK_SECONDS, left))
        if not thread.is_alive():
            break
        if left <= 0.0:
            return None, stopwatch() - started
        waiting()
    if faults:
        raise faults[0]
    return results[0], stopwatch() - started
