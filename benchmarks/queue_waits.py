"""How long each class waits while a backfill of a week holds one of the three slots.

Nothing is timed: the queue's model serves a stated workload in virtual time, so that the same
table comes out on every machine. `python -m benchmarks.queue_waits` prints it; the section "How
long each class can wait" of docs/operations.md holds it.
"""

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from math import ceil

from benchmarks.table import markdown
from tests.domain.queue.simulation import Aging, Request, simulate
from traderai_assets.domain.queue.aging import aged_priority
from traderai_assets.domain.queue.policy import QueueRun
from traderai_assets.work_classes import (
    CLASS_TAG,
    JOBS,
    LIMITS,
    LONG_TAG,
    SIGNALS_GENERATE,
    UPDATE_LATEST,
    WORK_CLASSES,
    WRITES_TAG,
    classify,
)

MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0
WEEK = 7 * DAY
BAR = 5 * MINUTE
OPEN_MONTH, PAST_MONTH = "2026-10", "2026-01"
# Queued to ended, in seconds, as measured on a machine of two cores
SECONDS = {
    "generate_signals": (1.5, 2.5),
    "expire_signals": (1.5, 2.5),
    "train": (2 * MINUTE, 6 * MINUTE),
    "choose_champion": (4.0, 6.0),
    "monitor_drift": (5.0, 7.0),
    "replay_history": (9.0, 11.0),
    # Three runs of six months for each of twenty markets fill a slot for a week
    "backfill": (1.4 * HOUR, 4.2 * HOUR),
}
# Of a live update: what it takes at all, and for each market more
LIVE_SECONDS, SECONDS_A_MARKET = (2.0, 4.0), 0.3
SHARD_MARKETS = 25
BACKFILLED_MARKETS, RUNS_A_MARKET = 20, 3
SENSOR_SECONDS, LIVE_LOOK_SECONDS, GRACE_SECONDS = 30.0, 2.0, 5.0


@dataclass(frozen=True)
class Scenario:
    """How many markets live beside the backfill, and what is done for who waits."""

    name: str
    markets: int
    aging_minutes: float = 0

    @property
    def aging(self) -> Aging | None:
        """What the sensor aging_runs makes of a run that has waited so many seconds."""
        if not self.aging_minutes:
            return None
        step = timedelta(minutes=self.aging_minutes)
        return lambda run, waited: aged_priority(
            run.priority, timedelta(seconds=waited), step, SIGNALS_GENERATE.priority
        )


SCENARIOS = (
    Scenario("10 markets", 10),
    Scenario("50 markets", 50),
    Scenario("200 markets", 200),
    Scenario("200, aging", 200, aging_minutes=10),
)


class Workload:
    """What is asked for in the week, and on for a while after it, drawn from one seed."""

    def __init__(self, markets: int, seconds: float = WEEK, seed: int = 1) -> None:
        self._markets = [f"live{number}" for number in range(markets)]
        self._end = seconds + min(DAY, seconds)
        self._chance = random.Random(seed)
        self._numbers = count()

    def requests(self) -> Iterator[Request]:
        """Yield every request; the order of those of one moment counts."""
        for number in range(BACKFILLED_MARKETS):
            for _ in range(RUNS_A_MARKET):
                yield self._request("backfill", f"old{number}", 0.0, month=PAST_MONTH)
        for market in self._markets:
            judged = self._request("choose_champion", market, self._look())
            yield self._request("train", market, self._chance.uniform(0, HOUR), then=(judged,))
        for bar in self._every(BAR):
            look = bar + GRACE_SECONDS + self._chance.uniform(0, LIVE_LOOK_SECONDS)
            shards = ceil(len(self._markets) / SHARD_MARKETS)
            yield from (self._live(number, shards, look) for number in range(shards))
        # What a live update left behind is asked for by itself: a market's an hour, say
        for hour in self._every(HOUR):
            for job in ("generate_signals", "expire_signals"):
                market = self._chance.choice(self._markets)
                yield self._request(job, market, hour + self._chance.uniform(0, HOUR))
        for job, every in (("monitor_drift", 6 * HOUR), ("replay_history", DAY)):
            for beginning in self._every(every):
                look = beginning + self._look()
                yield from (self._request(job, market, look) for market in self._markets)

    def _live(self, number: int, shards: int, at: float) -> Request:
        """A live update of one shard, from its candles to the outcomes of its signals."""
        tags = {CLASS_TAG: UPDATE_LATEST.name}
        run = QueueRun(f"{next(self._numbers):08d}", UPDATE_LATEST.priority, tags)
        lasts = self._chance.uniform(*LIVE_SECONDS)
        lasts += SECONDS_A_MARKET * len(self._markets) / shards
        return Request(at, run, lasts, f"live/{number}", ())

    def _request(
        self,
        job: str,
        market: str,
        at: float,
        *,
        month: str = OPEN_MONTH,
        then: tuple[Request, ...] = (),
    ) -> Request:
        work, number = classify(JOBS[job], {month}, OPEN_MONTH), next(self._numbers)
        writes = {f"{WRITES_TAG}{asset}": market for asset in sorted(JOBS[job])}
        long = {LONG_TAG: "true"} if work.is_long else {}
        run = QueueRun(f"{number:08d}", work.priority, {CLASS_TAG: work.name, **long, **writes})
        lasts = self._chance.uniform(*SECONDS[job])
        # The sensors ask for nothing that is being done; a backfill is asked for all at once
        cause = "" if job == "backfill" else f"{job}/{market}"
        return Request(at, run, lasts, cause, then)

    def _look(self) -> float:
        return self._chance.uniform(0, SENSOR_SECONDS)

    def _every(self, seconds: float) -> Iterator[float]:
        return (number * seconds for number in range(ceil(self._end / seconds)))


def waits(scenario: Scenario, seconds: float = WEEK) -> dict[str, list[float]]:
    """Return the waits of each class, in seconds, shortest first, of runs asked for in time."""
    found: dict[str, list[float]] = defaultdict(list)
    requests = Workload(scenario.markets, seconds).requests()
    for service in simulate(requests, LIMITS, aging=scenario.aging):
        if service.asked < seconds:
            found[service.request.run.tags[CLASS_TAG]].append(service.waited)
    return {name: sorted(times) for name, times in found.items()}


def longest_and_usual(times: Sequence[float]) -> str:
    """Write the longest wait and the 99th percentile."""
    return f"{spoken(times[-1])}, {spoken(times[(len(times) - 1) * 99 // 100])}"


def spoken(seconds: float) -> str:
    """Write a time in the unit that a person would use."""
    for unit, name in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min")):
        if seconds >= 1.5 * unit:
            return f"{seconds / unit:.1f} {name}"
    return f"{seconds:.0f} s"


def table(scenarios: Sequence[Scenario], seconds: float = WEEK) -> str:
    """Lay out the longest wait and the 99th percentile of each class in each scenario."""
    columns = [waits(scenario, seconds) for scenario in scenarios]
    head = ["class", *(scenario.name for scenario in scenarios)]
    body = [
        [
            work.name,
            *(longest_and_usual(column[work.name]) for column in columns),
        ]
        for work in WORK_CLASSES
    ]
    return markdown([head, *body])


if __name__ == "__main__":
    print(table(SCENARIOS))
