"""Fitting in several processes: as many tasks at once, handed back in their order.

Which process fits what never changes what is fitted: a fit is a function of its rows, its
parameters and its seed.
"""

import os
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from contextlib import contextmanager
from queue import SimpleQueue

from resources.fitting.process import FitProcess
from traderai_assets.domain.training.fit_arrays import FitArrays
from traderai_assets.domain.training.fitting import (
    Fit,
    FitTask,
    Fitter,
    InProcessFitter,
    ReportRounds,
)

# A process takes about a second to start
FITS_WORTH_A_PROCESS = 20
_SECONDS_BETWEEN_REPORTS = 0.5


class PoolFitter:
    """Fits in the processes of a pool.

    Parameters
    ----------
    arrays : FitArrays
        Rows to fit on.
    pool : _Pool
        Processes, started already.
    """

    def __init__(self, arrays: FitArrays, pool: "_Pool") -> None:
        self._rows = arrays.to_bytes()
        self._pool = pool
        self._here = InProcessFitter(arrays)

    def fit_all(self, tasks: Sequence[FitTask], report: ReportRounds) -> Generator[Fit]:
        """Yield what each task gave, in their order; what has not begun when closed never does."""
        if not self._pool.ready():
            # To import what they fit with takes them as long as some fits take here
            yield from self._here.fit_all(tasks, report)
            return
        ahead: deque[Future[Fit]] = deque()
        try:
            for task in tasks:
                ahead.append(self._pool.submit(self._rows, task))
                # No further ahead than processes: a search gives most of its trials up early
                if len(ahead) == self._pool.size:
                    yield self._wait(ahead.popleft(), report)
            while ahead:
                yield self._wait(ahead.popleft(), report)
        finally:
            for future in ahead:
                future.cancel()

    def _wait(self, future: "Future[Fit]", report: ReportRounds) -> Fit:
        while True:
            try:
                return future.result(_SECONDS_BETWEEN_REPORTS)
            except NotYet:
                report(self._pool.rounds)


class _Pool:
    """Processes, each with a thread of this one that talks to it."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._processes = [FitProcess() for _ in range(size)]
        self._idle: SimpleQueue[FitProcess] = SimpleQueue()
        for process in self._processes:
            self._idle.put(process)
        self._threads = ThreadPoolExecutor(size, thread_name_prefix="fitting")
        self._starting = [self._threads.submit(process.await_ready) for process in self._processes]

    @property
    def rounds(self) -> int:
        """Rounds of the fit that is furthest on."""
        return max(process.rounds for process in self._processes)

    def ready(self) -> bool:
        """Whether all processes can fit; raise WorkerDied where one never will."""
        done = [future for future in self._starting if future.done()]
        for future in done:
            future.result()
        return len(done) == len(self._starting)

    def submit(self, rows: bytes, task: FitTask) -> "Future[Fit]":
        """Fit as soon as a process is idle."""
        return self._threads.submit(self._fit, rows, task)

    def end(self) -> None:
        """End every process, whatever it does."""
        for process in self._processes:
            process.end()
        self._threads.shutdown(cancel_futures=True)

    def _fit(self, rows: bytes, task: FitTask) -> Fit:
        process = self._idle.get()
        process.rounds = 0
        try:
            return process.fit(rows, task)
        finally:
            self._idle.put(process)


def cores_are_taken() -> bool:
    """Whether more processes would only take the cores from each other.

    Two fits side by side on two cores take each some 1.3 times as long as alone, so where another
    training is at work already, more processes make both slower.
    """
    return os.getloadavg()[0] > (os.cpu_count() or 1) - 0.5


class FitProcesses:
    """Opens fits; the processes start with the first that are worth it."""

    def __init__(self, size: int, busy: Callable[[], bool]) -> None:
        self._size = size
        self._busy = busy
        self._pool: _Pool | None = None

    def __call__(self, arrays: FitArrays, fits_planned: int) -> Fitter:
        """Fit here where there is little to do or no core to spare, else in the processes."""
        if self._size == 1 or fits_planned < FITS_WORTH_A_PROCESS or self._busy():
            return InProcessFitter(arrays)
        self._pool = self._pool or _Pool(self._size)
        return PoolFitter(arrays, self._pool)

    def end(self) -> None:
        """End the processes, if any were started."""
        if self._pool:
            self._pool.end()


@contextmanager
def fit_processes(size: int, busy: Callable[[], bool] = cores_are_taken) -> Iterator[FitProcesses]:
    """Open up to `size` fitting processes for one run; they end with it."""
    processes = FitProcesses(size, busy)
    try:
        yield processes
    finally:
        processes.end()
