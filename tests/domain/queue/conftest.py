"""Runs with the tags that the coordinator stamps on them, drawn at random."""

import pytest

from tests.domain.queue.simulation import Request
from traderai_assets.domain.queue.policy import QueueRun
from traderai_assets.work_classes import (
    CLASS_TAG,
    JOBS,
    LONG_TAG,
    WORK_CLASSES,
    WRITES_TAG,
    classify,
)

MARKETS = ("binance.BTC-USDT.5m", "binance.ETH-USDT.5m", "kraken.XRP-EUR.1h")
MONTHS = (("2026-09", "2026-10"), ("2026-10",))


def run_of(run_id, job, market, months=("2026-10",)):
    """A run of one of our jobs, as it stands in the queue."""
    assets = JOBS[job]
    work = classify(assets, months, "2026-10")
    writes = {f"{WRITES_TAG}{asset}": market for asset in assets}
    long = {LONG_TAG: "true"} if work.is_long else {}
    return QueueRun(run_id, work.priority, {CLASS_TAG: work.name, **long, **writes})


def random_schedule(chance):
    """A few runs, many of them at once, that last from less than a tick to ten."""
    return [
        Request(
            at=chance.choice((0.0, chance.uniform(0, 20), float(chance.randint(0, 10)))),
            run=run_of(
                f"run{place}",
                chance.choice([*JOBS]),
                chance.choice(MARKETS),
                chance.choice(MONTHS),
            ),
            lasts=chance.choice((0.3, 1.0, 2.5, chance.uniform(0.1, 10))),
        )
        for place in range(chance.randint(2, 14))
    ]


@pytest.fixture(scope="session")
def job_run():
    return run_of


@pytest.fixture(scope="session")
def schedule():
    return random_schedule


@pytest.fixture(scope="session")
def slots_of_class():
    return {work.name: work.slots for work in WORK_CLASSES}
