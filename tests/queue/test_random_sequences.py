"""Random sequences of crashes, deletions, lost submissions and restarts, through the real daemon.

The model of `tests/sensors/test_state_model.py` knows what the processes of Dagster do only as far
as we have read; here they are themselves. After each sequence all is started again, and looked at.
"""

import os
import random
import signal
import uuid
from collections import Counter
from contextlib import suppress

import dagster as dg
import pytest

from tests.queue.launch_ways import launch_job
from tests.queue.location import SECONDS_TAG
from tests.queue.queue_platform import ALL, CODE, DAEMON, MARKETS, OPEN_MONTH, WEB, QueuePlatform
from traderai_assets.instance.process_identity import Liveness
from traderai_assets.instance.run_states import unfinished
from traderai_assets.instance.run_workers import worker_of
from traderai_assets.partitions import MARKETS as KEPT
from traderai_assets.status.reading import read_status

JOBS = ("expire_signals", "generate_signals", "monitor_drift", "update_latest", "train")
STATUS = dg.DagsterRunStatus
ACTIONS = 8


class Sequences:
    """What may happen to a platform, and what was done to it."""

    def __init__(self, platform: QueuePlatform, seed: int) -> None:
        self.platform = platform
        self.chance = random.Random(seed)
        self.hurt: set[str] = set()  # Runs that may fail: something was done to them
        self.tally: Counter[str] = Counter()
        self.down: set[str] = set()
        self.others: list[str] = []

    def step(self) -> None:
        actions = [self.launch, self.launch, self.launch, self.lose, self.kill_worker]
        actions += [self.cancel, self.delete, self.kill_daemon, self.cut_power, self.second_daemon]
        actions += [self.delete_partition]
        action = self.chance.choice(actions)
        self.tally[action.__name__] += 1
        action()

    def launch(self) -> None:
        self.start(CODE, WEB)
        seconds = {SECONDS_TAG: str(self.chance.uniform(0, 4))}
        kept = self.platform.instance.get_dynamic_partitions(KEPT)
        if not kept:
            return
        market = self.chance.choice(kept)
        launch_job(self.platform, self.chance.choice(JOBS), [f"{market}|{OPEN_MONTH}"], seconds)

    def lose(self) -> None:
        """Make a run and never queue it, as who dies in between does."""
        origins = [
            run for run in self.platform.instance.get_runs(limit=20) if run.remote_job_origin
        ]
        if origins:
            made = origins[0]._replace(
                run_id=str(uuid.uuid4()),
                status=STATUS.NOT_STARTED,
                tags={},
                root_run_id=None,
                parent_run_id=None,
            )
            self.platform.instance.add_run(made)
            self.hurt.add(made.run_id)

    def kill_worker(self) -> None:
        if at_work := self.at_work():
            self.kill(self.chance.choice(at_work))

    def kill(self, run: dg.DagsterRun) -> None:
        worker = worker_of(run)
        if worker is not None and worker.liveness() is Liveness.ALIVE:
            self.hurt.add(run.run_id)
            with suppress(ProcessLookupError):
                os.kill(worker.pid, signal.SIGKILL)

    def cancel(self) -> None:
        if runs := self.unfinished():
            run = self.chance.choice(runs)
            self.hurt.add(run.run_id)
            self.platform.instance.run_coordinator.cancel_run(run.run_id)

    def delete(self) -> None:
        if runs := self.platform.instance.get_runs(limit=20):
            run = self.chance.choice(runs)
            self.hurt.add(run.run_id)
            self.platform.instance.delete_run(run.run_id)

    def kill_daemon(self) -> None:
        if DAEMON not in self.down:
            self.platform.kill(DAEMON)
            self.down.add(DAEMON)
        self.hurt_all_on_their_way()

    def hurt_all_on_their_way(self) -> None:
        """A daemon that dies takes with it what it was about to launch, and nothing at work."""
        on_their_way = (run for run in self.unfinished() if run.status is not STATUS.STARTED)
        self.hurt.update(run.run_id for run in on_their_way)

    def cut_power(self) -> None:
        self.hurt.update(run.run_id for run in self.unfinished())
        self.platform.crash()
        self.down.update(ALL)
        self.others.clear()

    def second_daemon(self) -> None:
        """Let another daemon take runs from the same queue for as long as the sequence lasts."""
        self.start(CODE, DAEMON)
        self.others.append(self.platform.second_daemon())

    def delete_partition(self) -> None:
        market = self.chance.choice(MARKETS)
        self.hurt.update(run.run_id for run in self.unfinished())
        self.platform.instance.delete_dynamic_partition(KEPT, market)

    def start(self, *names: str) -> None:
        for name in names:
            if name in self.down:
                self.platform.start(name)
                self.down.remove(name)

    def recover(self) -> None:
        """Start all again, and wait until nothing is left that moves."""
        self.platform.instance.add_dynamic_partitions(KEPT, list(MARKETS))
        self.start(CODE, WEB, DAEMON)
        if self.others:
            self.platform.kill(*self.others)
            self.others.clear()
            self.hurt_all_on_their_way()
        self.platform.until(
            lambda: all(one.status is STATUS.NOT_STARTED for one in self.unfinished())
        )

    def at_work(self) -> list[dg.DagsterRun]:
        return [run for run in self.unfinished() if run.status in (STATUS.STARTING, STATUS.STARTED)]

    def unfinished(self) -> list[dg.DagsterRun]:
        return [record.dagster_run for record in unfinished(self.platform.instance)]


@pytest.mark.torture
@pytest.mark.parametrize("number", [3, 50])
def test_through_the_real_daemon_nothing_waits_unseen_and_no_healthy_run_is_marked(
    platform_on, number, tell
):
    platform = platform_on("sqlite")
    platform.start()
    sequences = Sequences(platform, number)
    for _ in range(number):
        for _ in range(ACTIONS):
            sequences.step()
        see_all_that_waits(platform)
        sequences.recover()
        see_what_was_done(platform, sequences)
    platform.until(lambda: not sequences.unfinished())
    roots = [
        launch_job(platform, job, [f"{market}|{OPEN_MONTH}"], {SECONDS_TAG: "0"})
        for market, job in zip(MARKETS, JOBS, strict=False)
    ]
    platform.until(lambda: not sequences.unfinished())
    for root in roots:
        attempts = platform.attempts(root)
        told = [(run.job_name, run.status.value, last_word(platform, run)) for run in attempts]
        assert [run.status for run in attempts] == [STATUS.SUCCESS], told
    ends = Counter(run.status.value for run in platform.instance.get_runs())
    tell(f"{number} sequences: {dict(sequences.tally)}; runs ended: {dict(ends)}")


def see_all_that_waits(platform):
    state = read_status(platform.instance)
    parts = ("running", "queued", "unqueued", "leftovers")
    told = {row["run"] for part in parts for row in state[part]}
    late = {record.dagster_run.run_id for record in unfinished(platform.instance)}
    newest = {run.run_id for run in platform.instance.get_runs(limit=3)}  # Made since status looked
    assert late - told <= newest, late - told


def see_what_was_done(platform, sequences):
    """Whoever failed had something done to it; nobody did the same twice."""
    failed = platform.instance.get_runs(dg.RunsFilter(statuses=[STATUS.FAILURE]))
    unhurt = [run for run in failed if not hurt(run, sequences.hurt)]
    assert not unhurt, [(run.run_id, last_word(platform, run)) for run in unhurt]
    began = Counter(
        (line["run"], line["asset"]) for line in platform.journal() if line["event"] == "began"
    )
    twice = {what: times for what, times in began.items() if times > 1}
    assert not twice, twice


def hurt(run, hurt_runs):
    """Whether something was done to the run, or to the one that it tries again."""
    return bool({run.run_id, run.parent_run_id, run.root_run_id} & hurt_runs)


def last_word(platform, run):
    events = platform.instance.all_logs(run.run_id, of_type=dg.DagsterEventType.RUN_FAILURE)
    told = [event.dagster_event.job_failure_data for event in events]
    return [one.error.to_string()[-2000:] if one and one.error else one for one in told] + [
        event.message for event in events
    ]
