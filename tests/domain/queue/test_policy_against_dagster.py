"""The model against the code it models, on random queues in Dagster's own storage."""

import random

import dagster as dg
import pytest
from dagster._core.instance.config import ConcurrencyConfig, PoolConfig
from dagster._core.remote_origin import (
    RegisteredCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.run_coordinator.queued_run_coordinator import RunQueueConfig
from dagster._core.storage.dagster_run import DagsterRun, DagsterRunStatus
from dagster._core.utils import make_new_run_id
from dagster._daemon.run_coordinator.queued_run_coordinator_daemon import (
    QueuedRunCoordinatorDaemon,
)

from traderai_assets.domain.queue.policy import Limits, QueueRun, TagLimit, next_runs
from traderai_assets.instance.run_coordinator import as_dagster_says

QUEUES = 120
HOLDING = (DagsterRunStatus.STARTING, DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING)
ORIGIN = RemoteJobOrigin(
    RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("elsewhere"), "__repository__"), "job"
)
NO_POOLS = PoolConfig(
    pool_granularity=None, default_pool_limit=None, op_granularity_run_buffer=None
)
KEYS, VALUES = ("class", "writes/a", "exchange"), ("x", "y", "z")


@pytest.fixture(scope="module")
def instance():
    with dg.DagsterInstance.ephemeral() as instance:
        # Its runs lie in memory: three hundred queues on disk would take a minute
        instance._run_coordinator = dg.QueuedRunCoordinator()
        yield instance


def random_limits(chance):
    tags = []
    for key in KEYS:
        most = chance.choice((0, 1, 1, 2, 2, 3))
        tags += chance.choice(
            (
                [],
                [TagLimit(key, most)],
                [TagLimit(key, most, per_value=True)],
                [TagLimit(key, most, value=value) for value in VALUES],
                [TagLimit(key, most), TagLimit(key, 1, value="x")],
            )
        )
    return Limits(chance.randint(1, 5), tuple(tags))


def random_run(chance):
    tags = {key: chance.choice(VALUES) for key in KEYS if chance.random() < 0.6}
    return QueueRun(make_new_run_id(), chance.choice((0, 1, 3, 5, 7, 10)), tags)


def stored(run, status):
    priority = {"dagster/priority": str(run.priority)} if run.priority else {}
    return DagsterRun(
        "job",
        run_id=run.run_id,
        status=status,
        tags={**run.tags, **priority},
        remote_job_origin=ORIGIN,
    )


def store(instance, chance, queued, running):
    instance.run_storage.wipe()
    for run in running:
        instance.add_run(stored(run, chance.choice(HOLDING)))
    for run in queued:
        instance.add_run(stored(run, DagsterRunStatus.QUEUED))


def chosen_by_dagster(instance, limits, page):
    configured = RunQueueConfig(limits.slots, as_dagster_says(limits.tags))
    concurrency = ConcurrencyConfig(pool_config=NO_POOLS, run_queue_config=configured)
    with QueuedRunCoordinatorDaemon(interval_seconds=1, page_size=page) as daemon:
        chosen = daemon._get_runs_to_dequeue(instance, concurrency, None)
    return [run.run_id for run in chosen]


@pytest.mark.slow
def test_it_chooses_what_dagster_chooses_in_the_same_order_also_past_a_page(instance):
    for seed in range(QUEUES):
        chance = random.Random(seed)
        queued = [random_run(chance) for _ in range(chance.randint(0, 14))]
        running = [random_run(chance) for _ in range(chance.randint(0, 3))]
        store(instance, chance, queued, running)
        for page in (1, chance.randint(2, 5), 100):
            limits = random_limits(chance)
            ours = [run.run_id for run in next_runs(queued, running, limits, page=page)]
            assert ours == chosen_by_dagster(instance, limits, page), (seed, page)
