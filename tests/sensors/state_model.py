"""A platform in which everything can break between any two writes, in memory and in virtual time.

What decides is the real code: the sensors' decisions and their rests, the coordinator's stamps,
the launcher's claims, the sweep, Dagster's own storage and its rule of what is tried again. What is
made up are the processes: they begin, end and die as a sequence of random steps wants it.
"""

import random
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from unittest import mock

import dagster as dg
from dagster._core.launcher.base import LaunchRunContext
from dagster._core.remote_origin import (
    RegisteredCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.run_coordinator.base import SubmitRunContext
from dagster._core.storage.runs.schema import RunsTable
from dagster._core.test_utils import freeze_time
from dagster._daemon.auto_run_reexecution.auto_run_reexecution import should_retry

from resources.lake.partitions import EMPTY_PARTITION, PartitionSummary
from sensors import stale_candles
from sensors.market_sensor import judge
from sensors.tick_view import TickView
from sensors.tried_causes import RUN_KEY_TAG
from traderai_assets.domain.freshness.candles import last_due_bar
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month, months_between
from traderai_assets.domain.queue.limits import QueueRun
from traderai_assets.domain.queue.policy import next_runs
from traderai_assets.instance import orphans, run_launcher
from traderai_assets.instance.lost_retries import give_up_lost_retries
from traderai_assets.instance.process_identity import Liveness, ProcessIdentity
from traderai_assets.instance.run_claims import claim, release_ended, worker_claim
from traderai_assets.instance.run_coordinator import ClassifyingRunCoordinator
from traderai_assets.instance.run_workers import note_launcher, note_worker
from traderai_assets.partitions import MARKETS
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.features import FEATURES
from traderai_assets.settings import Settings
from traderai_assets.work_classes import LIMITS, PRIORITY_TAG

START = datetime(2026, 3, 20, 12, 0, 30, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
STATUS = dg.DagsterRunStatus
_HERE = ProcessIdentity.here()
_ORIGIN = RemoteJobOrigin(
    RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("traderai"), "__repository__"), "train"
)


class Cut(Exception):
    """Whoever was writing died."""


@dataclass
class Worker:
    """A process made for a run."""

    run_id: str
    claim: str
    launch: tuple[object, ...] | None = None
    began: datetime | None = None


@dataclass
class Table:
    """What the sensors see of one of the lake's tables: each market's bars up to a moment."""

    known: dict[str, datetime] = field(default_factory=dict)

    def content_hashes(self, market: str) -> dict[str, str]:
        return {month.key: "hash" for month in self._months(market)}

    def summary(self, market: Market, month: Month) -> PartitionSummary:
        if month.key not in self.content_hashes(market.key):
            return EMPTY_PARTITION
        last = min(month.end, self.known[market.key]) - HOUR
        return PartitionSummary(1, month.start, last, "hash")

    def last(self, market: Market) -> datetime | None:
        until = self.known.get(market.key)
        return until - HOUR if until else None

    def read(self, market: str, months: list[str]):
        raise AssertionError(f"rows of {market} in {months} are not looked at")

    def _months(self, market: str) -> list[Month]:
        until = self.known.get(market)
        return months_between(START - timedelta(days=60), until) if until else []


class Ledger:
    """A table in which nothing is written: no gap, no question."""

    def __init__(self, table) -> None:
        self._table = table

    def content_hashes(self, _: str) -> dict[str, str]:
        return {}

    def content_hash(self, *_: object) -> str:
        return EMPTY_PARTITION.content_hash

    def summary(self, *_: str) -> PartitionSummary:
        return EMPTY_PARTITION

    def last(self, _: Market) -> None:
        return None

    last_month = last

    def read(self, *_: object):
        return self._table.empty()


class World:
    """Two markets, one queue, a daemon, and what may happen to them."""

    def __init__(self, instance: dg.DagsterInstance, seed: int) -> None:
        self.chance = random.Random(seed)
        self.instance = instance
        self.now = START
        self.markets = [Market("binance", f"M{seed}X{number}/USDT", "1h") for number in (1, 2)]
        self.tables = {CANDLES.name: Table(), FEATURES.name: Table()}
        for market in self.markets[1:]:
            self.store(market)
        self.workers: dict[ProcessIdentity, Worker] = {}
        self.alive: set[ProcessIdentity] = set()
        self.stopped: set[ProcessIdentity] = set()
        self.executed: list[str] = []
        self.told_to_end: set[str] = set()
        self.calm = False
        self._numbers = iter(range(10_000_000 + seed * 10_000, 2**40))
        self.daemon = self.process()
        self.coordinator = ClassifyingRunCoordinator()
        self.launcher = self.new_launcher()
        self.coordinator.register_instance(instance)
        self.settings = Settings(
            live={"shard_markets": 0},  # stale_candles asks for bars that close
            markets=tuple(f"binance:{market.symbol}" for market in self.markets),
            timeframe="1h",
            history_days=40,
        )

    # What is made up

    def process(self) -> ProcessIdentity:
        made = replace(_HERE, pid=next(self._numbers))
        self.alive.add(made)
        return made

    def new_launcher(self) -> run_launcher.WatchedRunLauncher:
        made = run_launcher.WatchedRunLauncher()
        made.register_instance(self.instance)
        made._start = self.start  # type: ignore[method-assign]
        return made

    def breaks(self, likely: float = 0.15) -> bool:
        """Whether something breaks here."""
        return not self.calm and self.chance.random() < likely

    def stop(self, process: ProcessIdentity) -> bool:
        if process in self.alive:
            self.stopped.add(process)
        self.alive.discard(process)
        return True

    def store(self, market: Market) -> None:
        for table in self.tables.values():
            table.known[market.key] = last_due_bar(self.now, HOUR) + HOUR

    def start(self, run: dg.DagsterRun, mine: str):
        """Start a worker as the launcher does; it may be cut in two anywhere."""
        note_launcher(self.instance, run.run_id, self.daemon)
        self.cut(0.05)
        worker = self.process()
        note_worker(self.instance, run.run_id, worker)
        if self.breaks(0.05):  # The word to go on never came: the worker ends
            self.alive.discard(worker)
            self.kill_daemon()
            raise Cut
        self.workers[worker] = Worker(run.run_id, mine)
        return SimpleNamespace(wait=lambda: -9, pid=worker.pid), worker

    def cut(self, likely: float = 0.1) -> None:
        """Let the daemon die here, perhaps."""
        if self.breaks(likely):
            self.kill_daemon()
            raise Cut

    def kill_daemon(self) -> None:
        self.alive.discard(self.daemon)
        for worker in self.workers.values():
            worker.launch = None
        self.daemon = self.process()
        self.launcher = self.new_launcher()

    # What happens

    def sensors(self) -> None:
        """Let the sensor of candles look, and the daemon make and queue what it asks for."""
        view = self.view()
        for market in self.markets:
            finding = judge(stale_candles.decide, view, market.key)
            assert finding.sentence
            if finding.request is not None:
                self.make(finding.request)

    def view(self) -> TickView:
        world = self

        class InMemory(TickView):
            def table(self, table):
                return world.tables.get(table.name) or Ledger(table)

            def now(self, _):
                return world.now

        return InMemory(self.instance, None, None, self.settings, wall=lambda: self.now)

    def make(self, request: dg.RunRequest) -> None:
        """Make and queue a run of a request, as Dagster's sensor daemon does."""
        known = self.instance.get_runs(dg.RunsFilter(tags={RUN_KEY_TAG: request.run_key}))
        if known and known[0].status is not STATUS.NOT_STARTED:
            return
        tags = {**request.tags, RUN_KEY_TAG: request.run_key}
        run = known[0] if known else self.made(request.job_name, tags)
        self.cut()
        self.submit(run)

    def made(self, job: str, tags: dict[str, str], **more: str) -> dg.DagsterRun:
        origin = replace_job(job)
        run = dg.DagsterRun(job, str(uuid.uuid4()), tags=tags, remote_job_origin=origin, **more)
        self.instance.add_run(run)
        now = self.now.replace(tzinfo=None)  # The database's own clock cannot be held
        with self.instance.run_storage.connect() as connection:  # type: ignore[attr-defined]
            row = RunsTable.update().where(RunsTable.c.run_id == run.run_id)
            connection.execute(row.values(create_timestamp=now, update_timestamp=now))
        return run

    def submit(self, run: dg.DagsterRun) -> None:
        """Queue a run; a coordinator that raises has its run marked, as Dagster does it."""
        if self.breaks(0.05):
            self.instance.report_run_failed(run)
            return
        self.coordinator.submit_run(SubmitRunContext(run, workspace=None))

    def dequeue(self) -> None:
        """Take from the queue what may start, as Dagster's daemon does."""
        queued = self.instance.get_runs(dg.RunsFilter(statuses=[STATUS.QUEUED]), ascending=True)
        active = [STATUS.STARTING, STATUS.STARTED, STATUS.CANCELING]
        running = self.instance.get_runs(dg.RunsFilter(statuses=active))
        for chosen in next_runs(
            *(list(map(_queue_run, runs)) for runs in (queued, running)), LIMITS
        ):
            self.launch(chosen.run_id)
            if self.breaks(0.1):  # Another daemon has read the same queue
                self.launch(chosen.run_id, self.new_launcher())

    def launch(self, run_id: str, launcher: run_launcher.WatchedRunLauncher | None = None) -> None:
        starting = dg.DagsterEvent(dg.DagsterEventType.RUN_STARTING.value, job_name="job")
        self.instance.report_dagster_event(starting, run_id)
        self.cut(0.05)
        run = self.instance.get_run_by_id(run_id)
        (launcher or self.launcher).launch_run(LaunchRunContext(run, workspace=None))

    def threads(self, **thread) -> SimpleNamespace:
        """Stand in for the thread that waits for a worker: it is called when the worker dies."""
        process, run_id, worker, mine = thread["args"]
        self.workers[worker].launch = (thread["target"], process, run_id, worker, mine)
        return SimpleNamespace(start=lambda: None)

    def work(self) -> None:
        """Let each worker do its next step."""
        for process, worker in list(self.workers.items()):
            if process not in self.alive:
                continue
            if worker.began is None:
                self.begin(process, worker)
            elif self.calm or self.chance.random() < 0.5:
                self.end(process, worker, failed=self.breaks(0.3))

    def begin(self, process: ProcessIdentity, worker: Worker) -> None:
        run = self.instance.get_run_by_id(worker.run_id)
        waits = run is not None and run.status is STATUS.STARTING
        mine = worker_claim(process)
        if not waits or not claim(self.instance, run.run_id, mine, instead_of=worker.claim):
            self.bury(process)
            return
        self.executed.append(run.run_id)
        worker.began = self.now
        began = dg.DagsterEvent(dg.DagsterEventType.RUN_START.value, job_name=run.job_name)
        self.instance.report_dagster_event(began, run.run_id)

    def end(self, process: ProcessIdentity, worker: Worker, *, failed: bool) -> None:
        run = self.instance.get_run_by_id(worker.run_id)
        if run is not None:
            market = run.tags["dagster/asset_partition_range_start"].partition("|")[0]
            if not self.instance.has_dynamic_partition(MARKETS, market):
                failed = True  # Its partition was deleted under it
            if not failed:
                self.store(Market.parse(market))
            kind = dg.DagsterEventType.RUN_FAILURE if failed else dg.DagsterEventType.RUN_SUCCESS
            last = dg.DagsterEvent(kind.value, job_name=run.job_name)
            if run.is_finished:
                pass
            elif self.breaks(0.1):  # Killed between the event and the status
                entry = dg.EventLogEntry(
                    *(None, 10, "", run.run_id, self.now.timestamp()), None, "job", last
                )
                self.instance.event_log_storage.store_event(entry)
            else:
                self.instance.report_dagster_event(last, run.run_id)
        self.bury(process)

    def bury(self, process: ProcessIdentity) -> None:
        """Let a process be gone; the daemon that started it notices, if it lives."""
        self.alive.discard(process)
        worker = self.workers.pop(process)
        if worker.launch is not None:
            target, *given = worker.launch
            target(*given)

    def sweep(self) -> None:
        """Let everybody clean up."""
        for orphan in orphans.find_orphans(self.instance, self.now):
            if orphan.certain:
                orphans.reconcile(self.instance, orphan)
        give_up_lost_retries(self.instance, self.now)
        release_ended(self.instance)
        for process in [one for one in self.workers if one not in self.alive]:
            self.bury(process)

    def healthy(self) -> dict[ProcessIdentity, str]:
        """Return the workers that live and are within their hours, with the runs they work on."""
        return {
            process: worker.run_id
            for process, worker in self.workers.items()
            if process in self.alive
            and worker.began is not None
            and (run := self.run(worker.run_id)) is not None
            and run.status is STATUS.STARTED
            and self.now - worker.began < timedelta(minutes=55)
        }

    def marked(self, healthy: dict[ProcessIdentity, str]) -> list[str]:
        """Return the runs among them that were ended though nobody told them to, nor they did."""
        return [
            run_id
            for process, run_id in healthy.items()
            if run_id not in self.told_to_end
            if process in self.stopped
            or (process in self.alive and (run := self.run(run_id)) and run.is_finished)
        ]

    def retries(self) -> None:
        """Make the runs that try failed ones again, as Dagster's daemon does."""
        failed = dg.RunsFilter(statuses=[STATUS.FAILURE], tags={"dagster/will_retry": "true"})
        for run in self.instance.get_runs(failed, ascending=True):
            if "dagster/auto_retry_run_id" in run.tags or not should_retry(run, self.instance):
                continue
            if self.breaks(0.1):
                continue  # Its code location does not load just now; nobody comes back to it
            root = run.root_run_id or run.run_id
            _, group = self.instance.get_run_group(run.run_id)
            tags = {**run.tags, "dagster/parent_run_id": run.run_id, "dagster/root_run_id": root}
            tags["dagster/retry_number"] = str(len(list(group)))
            tags.pop("dagster/will_retry")
            again = self.made(run.job_name, tags, parent_run_id=run.run_id, root_run_id=root)
            if self.breaks(0.15):  # Its partition is gone: made, never queued, and not tried again
                self.instance.add_run_tags(run.run_id, {"dagster/will_retry": "false"})
                continue
            self.instance.add_run_tags(run.run_id, {"dagster/auto_retry_run_id": again.run_id})
            self.cut()
            self.submit(again)

    def accident(self) -> None:
        """Let something happen that nobody wants."""
        runs = self.instance.get_runs()
        accidents = [self.kill_daemon, self.kill_worker, self.delete_partition]
        if runs:
            run = self.chance.choice(runs)
            accidents += [lambda: self.delete(run), lambda: self.cancel(run)]
        self.chance.choice(accidents)()

    def kill_worker(self) -> None:
        if self.workers:
            self.bury(self.chance.choice(list(self.workers)))

    def delete_partition(self) -> None:
        self.instance.delete_dynamic_partition(MARKETS, self.chance.choice(self.markets).key)

    def delete(self, run: dg.DagsterRun) -> None:
        self.told_to_end.add(run.run_id)
        self.instance.delete_run(run.run_id)

    def cancel(self, run: dg.DagsterRun) -> None:
        self.told_to_end.add(run.run_id)
        if run.status is STATUS.QUEUED:
            self.coordinator.cancel_run(run.run_id)
        elif not run.is_finished:
            self.launcher.terminate(run.run_id)

    def run(self, run_id: str) -> dg.DagsterRun | None:
        return self.instance.get_run_by_id(run_id)

    @contextmanager
    def at(self, later: timedelta) -> Iterator[None]:
        """Let time pass, and everything in the block happen then."""
        self.now += later
        liveness = lambda process: Liveness.ALIVE if process in self.alive else Liveness.GONE  # noqa: E731
        with ExitStack() as stack:
            stack.enter_context(freeze_time(self.now))
            for target, stand_in in (
                ("traderai_assets.instance.process_identity.ProcessIdentity.liveness", liveness),
                ("traderai_assets.instance.orphans.stop", self.stop),
                ("traderai_assets.instance.run_launcher.threading.Thread", self.threads),
            ):
                stack.enter_context(mock.patch(target, stand_in))
            here = "traderai_assets.instance.run_launcher.ProcessIdentity.here"
            stack.enter_context(mock.patch(here, return_value=self.daemon))
            yield


def replace_job(job: str) -> RemoteJobOrigin:
    return RemoteJobOrigin(_ORIGIN.repository_origin, job)


def _queue_run(run: dg.DagsterRun) -> QueueRun:
    return QueueRun(run.run_id, int(run.tags.get(PRIORITY_TAG, "0")), run.tags)
