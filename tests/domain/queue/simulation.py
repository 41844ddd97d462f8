"""The queue in virtual time: who is served when, if runs are asked for so and last so long.

What starts is `policy.next_runs`' business alone; here are only the clock and the bookkeeping.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from math import floor

from traderai_assets.domain.queue.policy import PAGE, Limits, QueueRun, next_runs

Aging = Callable[[QueueRun, float], int]
"""The priority of a run that has waited so many seconds."""


@dataclass(frozen=True)
class Request:
    """A run that somebody asks for.

    Attributes
    ----------
    at : float
        Seconds from the beginning, or from the end of the run it follows.
    run : QueueRun
    lasts : float
        Seconds from its start to its end, above zero.
    cause : str
        As sensors do: it is not asked for while another one of the same cause is unfinished.
        Empty: it is asked for whatever else there is.
    then : tuple of Request
        What is asked for when it has ended.
    """

    at: float
    run: QueueRun
    lasts: float
    cause: str = ""
    then: tuple["Request", ...] = ()


@dataclass(frozen=True)
class Service:
    """When a request was asked for, started and ended, in seconds from the beginning."""

    request: Request
    asked: float
    started: float
    ended: float

    @property
    def waited(self) -> float:
        """Seconds in the queue."""
        return self.started - self.asked


def simulate(
    requests: Iterable[Request],
    limits: Limits,
    *,
    tick_seconds: float = 1.0,
    aging: Aging | None = None,
    page: int = PAGE,
) -> list[Service]:
    """Serve all requests; return them in the order in which they were started.

    The daemon reads the queue every `tick_seconds`, with what has been asked for and has ended by
    then. What no tick can ever start, as where a limit is zero, is not returned.
    """
    queue = _Queue(requests, limits, aging, page)
    tick = 0
    while (due := queue.due()) is not None:
        tick = max(tick, floor(due / tick_seconds))
        while tick * tick_seconds < due:
            tick += 1
        queue.catch_up(tick * tick_seconds)
        while queue.serve(tick * tick_seconds):
            tick += 1
            queue.catch_up(tick * tick_seconds)
    return queue.served


class _Queue:
    """What waits and what runs, at one moment."""

    def __init__(
        self, requests: Iterable[Request], limits: Limits, aging: Aging | None, page: int
    ) -> None:
        self.served: list[Service] = []
        self._limits, self._aging, self._page = limits, aging, page
        self._coming: list[tuple[float, int, Request]] = []
        self._ending: list[tuple[float, int, Request]] = []
        self._waiting: dict[str, tuple[float, Request]] = {}
        self._running: dict[str, QueueRun] = {}
        self._causes: set[str] = set()
        self._count = 0
        for request in requests:
            self._await(request.at, request)

    def due(self) -> float | None:
        """Return when something is asked for or ends next; None when nothing will."""
        return min((heap[0][0] for heap in (self._coming, self._ending) if heap), default=None)

    def catch_up(self, now: float) -> None:
        """Let everything happen, in its order, that happens by `now`."""
        while (due := self.due()) is not None and due <= now:
            if self._ending and self._ending[0][0] == due:
                self._end(*heappop(self._ending))
            else:
                self._ask(*heappop(self._coming))

    def serve(self, now: float) -> bool:
        """Read the queue once and start what is next; return whether anything was started."""
        if len(self._running) >= self._limits.slots:
            return False
        queued = [self._aged(now, *waiting) for waiting in self._waiting.values()]
        starting = next_runs(queued, [*self._running.values()], self._limits, page=self._page)
        for run in starting:
            asked, request = self._waiting.pop(run.run_id)
            self._running[run.run_id] = request.run
            self.served.append(Service(request, asked, now, now + request.lasts))
            self._count += 1
            heappush(self._ending, (now + request.lasts, self._count, request))
        return bool(starting)

    def _aged(self, now: float, asked: float, request: Request) -> QueueRun:
        if self._aging is None:
            return request.run
        priority = self._aging(request.run, now - asked)
        return (
            request.run
            if priority == request.run.priority
            else replace(request.run, priority=priority)
        )

    def _await(self, at: float, request: Request) -> None:
        self._count += 1
        heappush(self._coming, (at, self._count, request))

    def _ask(self, at: float, _: int, request: Request) -> None:
        if request.cause and request.cause in self._causes:
            return
        self._causes.add(request.cause)
        self._waiting[request.run.run_id] = at, request

    def _end(self, at: float, _: int, request: Request) -> None:
        del self._running[request.run.run_id]
        self._causes.discard(request.cause)
        for following in request.then:
            self._await(at + following.at, following)
