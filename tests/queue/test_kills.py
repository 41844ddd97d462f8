"""Workers killed at any moment, also before their first sign of life; and slow ones left alone."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import dagster as dg
import pytest

from tests.processes import is_fork_server, is_worker, processes_of
from tests.queue.launch_ways import launch_job
from tests.queue.location import SECONDS_TAG
from tests.queue.queue_platform import MARKETS, OPEN_MONTH, QueuePlatform
from traderai_assets.instance.run_workers import worker_of

# One of each, so that all three slots are taken at once
JOBS = (
    ("expire_signals", f"{MARKETS[0]}|{OPEN_MONTH}"),
    ("generate_signals", f"{MARKETS[1]}|{OPEN_MONTH}"),
    ("monitor_drift", f"{MARKETS[2]}|{OPEN_MONTH}"),
)
TICKS = 2
BUSY = "while True: pass"


def launch_wave(platform: QueuePlatform, seconds: float) -> list[str]:
    """Launch a run for each slot."""
    tags = {SECONDS_TAG: str(seconds)}
    return [launch_job(platform, job, [key], tags) for job, key in JOBS]


def born(platform: QueuePlatform, number: int, known: set[int]) -> Iterator[int]:
    """Yield each of the daemon's new workers as soon as the kernel knows of it."""
    deadline = time.monotonic() + 60
    while number and time.monotonic() < deadline:
        for child in platform.children("daemon") - known:
            known.add(child)
            if number and is_worker(child):
                number -= 1
                yield child
        time.sleep(0.005)


@contextmanager
def launched_wave(
    platform: QueuePlatform, seconds: float
) -> Iterator[tuple[Future[list[str]], Iterator[int]]]:
    """Launch a run for each slot beside whoever watches: a warm worker is born before all are."""
    known = platform.children("daemon")
    with ThreadPoolExecutor(1) as beside:
        launching = beside.submit(launch_wave, platform, seconds)
        yield launching, born(platform, len(JOBS), known)


def kill_wave(births: Iterator[int], chance: random.Random) -> dict[int, float]:
    """Kill each worker of a wave at a moment of its own; return when each was killed.

    A third die at birth, before the launcher has noted them; a third while they import and start;
    a third in the middle of their work.
    """
    killed: dict[int, float] = {}

    def kill(child: int) -> None:
        os.kill(child, signal.SIGKILL)
        killed[child] = time.time()

    each_after(
        births, lambda: chance.choice([0.0, chance.uniform(0, 2), chance.uniform(2, 5)]), kill
    )
    return killed


def stopped_wave(births: Iterator[int], chance: random.Random) -> list[int]:
    """Stop each worker of a wave at a moment of its own; return those that stand still."""
    stopped: list[int] = []

    def stop(child: int) -> None:
        os.kill(child, signal.SIGSTOP)
        stopped.append(child)

    each_after(births, lambda: chance.uniform(0, 2), stop)
    return stopped


def each_after(
    births: Iterator[int], seconds: Callable[[], float], act: Callable[[int], None]
) -> None:
    """Do it to each worker so many seconds after its birth."""
    timers = []
    for child in births:
        after = seconds()
        if after:  # In a thread: the next one may be long in coming
            timers.append(threading.Timer(after, act, [child]))
            timers[-1].start()
        else:
            act(child)
    for timer in timers:
        timer.join()


def ended(platform: QueuePlatform, run: dg.DagsterRun) -> float:
    [event] = platform.instance.all_logs(run.run_id, of_type=dg.DagsterEventType.RUN_FAILURE)
    return event.timestamp


@pytest.mark.parametrize("waves", [1, pytest.param(34, marks=pytest.mark.torture)])
def test_a_killed_worker_is_noticed_within_two_ticks_and_its_run_tried_again(
    platform_on, waves, tell
):
    platform = platform_on("sqlite")
    platform.start()
    chance = random.Random(waves)
    noticed = []
    for _ in range(waves):
        # Each lasts longer than it takes to launch them all
        with launched_wave(platform, seconds=8) as (launching, births):
            killed = kill_wave(births, chance)
        roots = launching.result()
        platform.until(lambda roots=roots: all(succeeded(platform, root) for root in roots))
        failed = [run for root in roots for run in platform.attempts(root) if was_failed(run)]
        noticed += [ended(platform, run) - killed[worker_of(run).pid] for run in failed]
    assert len(noticed) == len(JOBS) * waves
    tell(f"{len(noticed)} kills, noticed after {max(noticed):.1f} s at the latest")
    assert max(noticed) < TICKS * platform.instance.run_monitoring_poll_interval_seconds


def fork_servers(platform: QueuePlatform) -> list[int]:
    return [pid for pid in processes_of(platform.home) if is_fork_server(pid)]


@pytest.mark.parametrize("kills", [2, pytest.param(30, marks=pytest.mark.torture)])
def test_a_killed_fork_server_costs_no_run(platform_on, kills, tell):
    platform = platform_on("sqlite")
    platform.start()
    chance = random.Random(kills)
    roots: list[str] = []

    def all_succeeded() -> bool:
        return all(succeeded(platform, root) for root in roots)

    for _ in range(kills):
        roots += launch_wave(platform, seconds=1)
        platform.until(lambda: fork_servers(platform))
        time.sleep(chance.uniform(0, 3))  # It loads, or forks, or waits
        send(signal.SIGKILL, fork_servers(platform))
        platform.until(all_succeeded)
    for root in roots:
        [only] = platform.attempts(root)
        assert only.status == dg.DagsterRunStatus.SUCCESS
    told = "\n".join(log.read_text() for log in platform.home.glob("daemon.log"))
    assert told.count("is away") >= 1
    tell(f"{kills} fork servers killed under {len(roots)} runs; none of them was lost")


def was_failed(run: dg.DagsterRun) -> bool:
    return run.status == dg.DagsterRunStatus.FAILURE


def succeeded(platform: QueuePlatform, root: str) -> bool:
    """Whether a run or one of its retries succeeded, and nothing of it is unfinished."""
    attempts = platform.attempts(root)
    succeeded = [run for run in attempts if run.status == dg.DagsterRunStatus.SUCCESS]
    assert len(succeeded) <= 1
    return bool(succeeded) and all(run.is_finished for run in attempts)


def send(sent: int, children: list[int]) -> None:
    for child in children:
        os.kill(child, sent)


@contextmanager
def busy_cores() -> Iterator[None]:
    """Keep every core busy."""
    command = [sys.executable, "-c", BUSY]
    loops = [subprocess.Popen(command) for _ in range(os.cpu_count() or 1)]  # noqa: S603
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


@pytest.mark.torture  # It keeps every core busy, which the tests beside it would pay for
@pytest.mark.parametrize(("waves", "stopped"), [(1, 12), (34, 30)])
def test_slow_workers_on_a_loaded_machine_are_left_alone(platform_on, waves, stopped):
    platform = platform_on("sqlite")
    platform.start()
    chance = random.Random(waves)
    roots = []
    with busy_cores():
        for wave in range(waves):
            stops = wave % 5 == 0
            # Who is to be stopped works until after the last moment at which that happens
            with launched_wave(platform, seconds=5 if stops else 1) as (launching, births):
                children = stopped_wave(births, chance) if stops else list(births)
            roots += launching.result()
            assert len(children) == len(JOBS)
            if stops:
                time.sleep(stopped)
                send(signal.SIGCONT, children)
            platform.until(lambda: not platform.at_work())
    for root in roots:
        [only] = platform.attempts(root)
        assert only.status == dg.DagsterRunStatus.SUCCESS
    done = [line for line in platform.journal() if line["event"] == "ended"]
    assert len(done) == waves * len(JOBS)  # each of them writes one asset
