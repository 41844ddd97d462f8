"""Clean-up against a run's natural end: a success stays one, and no run is left hanging."""

import json
import logging
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.code_pointer import CodePointer
from dagster._core.events import DagsterEvent
from dagster._core.origin import JobPythonOrigin, RepositoryPythonOrigin
from dagster._daemon.monitoring.run_monitoring import monitor_started_run
from dagster._serdes import serialize_value

from tests.queue import fork_server, location
from tests.queue.queue_platform import QueuePlatform
from traderai_assets.instance.orphans import Orphan, find_orphans, reconcile
from traderai_assets.instance.process_identity import Liveness, ProcessIdentity
from traderai_assets.instance.run_workers import note_worker

QUIET = logging.getLogger("a monitor nobody reads")
ENDS = {
    dg.DagsterEventType.RUN_SUCCESS: dg.DagsterRunStatus.SUCCESS,
    dg.DagsterEventType.RUN_FAILURE: dg.DagsterRunStatus.FAILURE,
    dg.DagsterEventType.RUN_CANCELED: dg.DagsterRunStatus.CANCELED,
}
DIES = -1.0


class Races:
    """Workers of their own processes, and whoever cleans up behind them."""

    def __init__(self, platform: QueuePlatform, server: subprocess.Popen[str]) -> None:
        self.platform = platform
        self.instance = platform.instance
        self._server = server
        self._job = location.defs.resolve_job_def("maintain_lake")
        file = Path(location.__file__)
        code = CodePointer.from_python_file(str(file), "defs", str(file.parents[2]))
        repository = RepositoryPythonOrigin(sys.executable, code)
        self._origin = JobPythonOrigin("maintain_lake", repository)

    def start(self, rest: float = 0.0) -> tuple[dg.DagsterRun, ProcessIdentity]:
        """Start a run in a worker of its own, as the launcher does."""
        run = self.instance.create_run_for_job(self._job, job_code_origin=self._origin)
        starting = DagsterEvent(dg.DagsterEventType.RUN_STARTING.value, job_name=run.job_name)
        self.instance.report_dagster_event(starting, run_id=run.run_id)
        self._say(json.dumps({"rest": rest}))
        worker = ProcessIdentity.of(int(self._server.stdout.readline()))
        note_worker(self.instance, run.run_id, worker)
        self._say(json.dumps([run.run_id, serialize_value(self.instance.get_ref())]))
        return run, worker

    def wait_for_work(self, run: dg.DagsterRun) -> None:
        """Wait until a run's only step is done and what is left is to say so."""
        while not any(line["run"] == run.run_id for line in self.done()):
            time.sleep(0.005)

    def wait_for_end(self, worker: ProcessIdentity) -> None:
        """Wait until a worker is gone."""
        deadline = time.monotonic() + 60
        while worker.liveness() is Liveness.ALIVE:
            assert time.monotonic() < deadline, worker
            time.sleep(0.005)

    def done(self) -> list[dict[str, object]]:
        """What was done to its end."""
        return [line for line in self.platform.journal() if line["event"] == "ended"]

    def reconcile(self, run: dg.DagsterRun) -> None:
        """Settle the run as the sensor does with what is overdue, or a person: dead or alive."""
        reconcile(self.instance, Orphan(run, "somebody thought it was an orphan"))

    def terminate(self, run: dg.DagsterRun) -> None:
        """Press Terminate."""
        self.instance.run_launcher.terminate(run.run_id)

    def monitor(self, run: dg.DagsterRun) -> None:
        """Let run monitoring and the sweep look at the run."""
        record = self.instance.get_run_record_by_id(run.run_id)
        if record.dagster_run.status == dg.DagsterRunStatus.STARTED:
            monitor_started_run(self.instance, None, record, QUIET)
        for orphan in find_orphans(self.instance, datetime.now(UTC)):
            reconcile(self.instance, orphan)

    def all_at_once(self, run: dg.DagsterRun) -> None:
        """Let everybody clean up at the same time."""
        with ThreadPoolExecutor(3) as pool:
            for done in [
                pool.submit(one, run) for one in (self.reconcile, self.terminate, self.monitor)
            ]:
                done.result()

    def _say(self, line: str) -> None:
        self._server.stdin.write(f"{line}\n")
        self._server.stdin.flush()


@pytest.fixture
def races(platform_on, store) -> Iterator[Races]:
    platform = platform_on(store)
    (platform.home / location.SECONDS_FILE).write_text("0")
    with subprocess.Popen(  # noqa: S603
        [sys.executable, fork_server.__file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=platform.environment,
        cwd=Path(location.__file__).parents[2],
    ) as server:
        yield Races(platform, server)
        server.kill()


def end_of(races: Races, run: dg.DagsterRun) -> dg.DagsterRunStatus:
    """How a run ended; its log and its status agree, and the log says one thing only."""
    told = {ENDS[one] for one in kinds_of(races, run) if one in ENDS}
    status = races.instance.get_run_by_id(run.run_id).status
    assert told == {status}, (run.run_id, told, status)
    if status == dg.DagsterRunStatus.SUCCESS:
        done = [line["run"] for line in races.done()]
        assert done.count(run.run_id) == 1, events_of(races, run)
        succeeded = races.instance.all_logs(run.run_id, of_type=dg.DagsterEventType.STEP_SUCCESS)
        assert len(succeeded) == 1, events_of(races, run)
    return status


def kinds_of(races: Races, run: dg.DagsterRun) -> list[dg.DagsterEventType]:
    events = races.instance.all_logs(run.run_id, of_type=set(ENDS))
    return [event.dagster_event.event_type for event in events]


def events_of(races: Races, run: dg.DagsterRun) -> str:
    """Everything a run's log says."""
    events = races.instance.all_logs(run.run_id)
    return "\n".join(f"{one.timestamp:.3f} {one.message or one.user_message}" for one in events)


@pytest.mark.parametrize(
    ("store", "number"),
    [
        ("sqlite", 15),
        pytest.param("sqlite", 500, marks=pytest.mark.torture),
        pytest.param("postgres", 200, marks=pytest.mark.torture),
    ],
)
def test_whoever_cleans_up_a_run_that_ends_by_itself_leaves_a_success_a_success(
    races, number, tell
):
    chance = random.Random(number)
    cleaners: list[Callable[[dg.DagsterRun], None]] = [
        races.reconcile,
        races.terminate,
        races.monitor,
        races.all_at_once,
    ]
    tally: Counter[str] = Counter()
    for _ in range(number):
        # Half of them dwell where the log says success and the status does not yet, or die there
        rest = chance.choice([0.0, 0.0, chance.uniform(0, 0.1), DIES])
        run, worker = races.start(rest)
        # Nearly all while the last is written, some anywhere before
        if chance.random() < 0.8:
            races.wait_for_work(run)
        else:
            time.sleep(chance.uniform(0, 0.5))
        time.sleep(chance.uniform(0, 0.3))
        chance.choice(cleaners)(run)
        races.wait_for_end(worker)
        races.monitor(run)
        tally[end_of(races, run).value] += 1
    tell(f"{number} races: {dict(tally)}")
    assert tally["SUCCESS"] >= number / 5
    assert tally["FAILURE"] + tally["CANCELED"] > 0
