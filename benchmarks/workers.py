"""Workers: what a bar of one market costs, forked from a warm process against started from nothing.

Both sides are the whole platform over the sandbox exchange: web server, code server, daemon, queue.
Its sensors are stopped once there is a model that speaks; then bars close, and for each the open
month is fetched, its signal made and what has ended judged, a run each, one after the other.
"""

import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
from dagster._core.definitions.run_request import InstigatorType

from benchmarks.judging import ROOT
from benchmarks.table import Ratio, at_most
from tests.pipeline.conftest import opened
from tests.pipeline.running_platform import BTC, RunningPlatform
from tests.processes import processes_of
from traderai_assets.cli.launch import launch
from traderai_assets.domain.months import Month
from traderai_assets.instance.process_identity import Liveness
from traderai_assets.instance.run_workers import worker_of
from traderai_assets.partitions import partition_key

BOUND = 0.3
BARS = 5
JOBS = ("update_latest", "generate_signals", "expire_signals")
FILES = ("dagster.yaml", "workspace.yaml")
# Of /proc/PID/stat, counted behind the command's name: CPU of children that were waited for
_CHILDREN_USER, _CHILDREN_SYSTEM, _TICKS = 13, 14, 100
_SECONDS_TO_BURY = 0.3


@dataclass(frozen=True)
class Spent:
    """Seconds of one run: from the queue to its end, and CPU of its worker."""

    wall: float
    cpu: float


@contextmanager
def platform(*, warm: bool) -> Iterator[RunningPlatform]:
    """Run the platform until it speaks of each bar, and stop its sensors."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        project.mkdir()
        for name in FILES:
            text = (ROOT / name).read_text()
            (project / name).write_text(text.replace("warm: true", f"warm: {str(warm).lower()}"))
        with opened(Path(folder) / "home", project) as running:
            running.until_quiet()
            for state in running.instance.all_instigator_state(
                instigator_type=InstigatorType.SENSOR
            ):
                running.instance.stop_sensor(state.instigator_origin_id, state.selector_id, None)
            yield running


def spent(running: RunningPlatform, job: str) -> Spent:
    """Queue one run of the open month and wait for its end."""
    month = Month.of(running.sandbox.clock.now())
    before = _cpu_of_workers(running)
    run_id = launch(running.url, job, [partition_key(BTC.key, month.key)])

    def record() -> dg.RunRecord:
        [found] = running.instance.get_run_records(dg.RunsFilter(run_ids=[run_id]))
        return found

    while not record().dagster_run.is_finished:
        time.sleep(0.05)
    ended = record()
    if ended.dagster_run.status is not dg.DagsterRunStatus.SUCCESS or ended.end_time is None:
        raise RuntimeError(f"a run of {job} ended as {ended.dagster_run.status.value}")
    worker = worker_of(ended.dagster_run)
    while worker is not None and worker.liveness() is not Liveness.GONE:
        time.sleep(0.05)
    time.sleep(_SECONDS_TO_BURY)
    wall = ended.end_time - ended.create_timestamp.timestamp()
    return Spent(wall, _cpu_of_workers(running) - before)


def _cpu_of_workers(running: RunningPlatform) -> float:
    """CPU seconds of every worker that has ended and that the daemon has buried."""
    [daemon] = [
        pid
        for pid, command in processes_of(Path(running.instance.root_directory)).items()
        if "dagster._daemon" in command
    ]
    stat = Path(f"/proc/{daemon}/stat").read_text().rpartition(")")[2].split()
    return (int(stat[_CHILDREN_USER]) + int(stat[_CHILDREN_SYSTEM])) / _TICKS


def bars(*, warm: bool, count: int) -> dict[str, Spent]:
    """Median of each job over bars that close one after the other."""
    told: dict[str, list[Spent]] = {job: [] for job in JOBS}
    with platform(warm=warm) as running:
        for _ in range(count):
            running.let_bars_close(1)
            for job in JOBS:
                told[job].append(spent(running, job))
    return {
        job: Spent(
            statistics.median(one.wall for one in runs), statistics.median(one.cpu for one in runs)
        )
        for job, runs in told.items()
    }


def measure(*, quick: bool) -> list[Ratio]:
    count = 1 if quick else BARS
    warm, cold = (bars(warm=warm, count=count) for warm in (True, False))
    rows = []
    for what in ("CPU", "wall"):
        name = what.lower()
        for job in JOBS:
            ours, peer = getattr(warm[job], name), getattr(cold[job], name)
            rows.append(
                Ratio(
                    what=f"one bar of one market, {job}: {what}",
                    ours="forked from a warm process",
                    peer="a process of its own",
                    ours_seconds=ours,
                    peer_seconds=peer,
                    bound=at_most(BOUND),
                    met=ours <= BOUND * peer,
                    note="queued to done, the queue looks once a second" if what == "wall" else "",
                )
            )
    return rows
