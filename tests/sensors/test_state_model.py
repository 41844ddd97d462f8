"""No market without a way on, no healthy run marked, nothing waits unseen: over random sequences.

A sequence is thirty steps in which anything may break between two writes. Then all is well again,
and time passes: what must come is looked for.
"""

from contextlib import suppress
from datetime import timedelta

import dagster as dg
import pytest

from tests.sensors.state_model import HOUR, MINUTE, SECOND, Cut, World
from traderai_assets.domain.states.markets import MarketFacts, market_state
from traderai_assets.instance.run_states import state_of, unfinished
from traderai_assets.partitions import MARKETS
from traderai_assets.status.reading import read_status

STEPS = 30
NAMES = ["sensors", "dequeue", "work", "sweep", "retries", "accident"]
WEIGHTS = [3, 4, 4, 3, 3, 2]


@pytest.fixture(scope="module")
def instance():
    with dg.DagsterInstance.ephemeral(settings={"run_retries": {"enabled": True}}) as made:
        yield made


@pytest.mark.slow
@pytest.mark.parametrize(
    "number", [6, pytest.param(1000, marks=pytest.mark.torture)], ids=lambda number: f"{number}"
)
def test_no_sequence_of_crashes_deletions_and_refusals_leaves_anything_behind(instance, number):
    for seed in range(number):
        world = World(instance, seed)
        try:
            disturb(world)
            see_all_that_waits(world)
            recover(world)
        except AssertionError as error:
            raise AssertionError(f"sequence {seed}: {error}") from error
        finally:
            forget(world)


def disturb(world):
    """Let anything happen in any order."""
    for _ in range(STEPS):
        name = world.chance.choices(NAMES, WEIGHTS)[0]
        later = world.chance.choice([SECOND, 15 * SECOND, MINUTE, 10 * MINUTE, HOUR])
        with world.at(later):
            healthy = world.healthy()
            with suppress(Cut):
                getattr(world, name)()
            marked = world.marked(healthy)
        assert not marked, f"healthy runs were ended: {marked}"
        twice = {run_id for run_id in world.executed if world.executed.count(run_id) > 1}
        assert not twice, f"runs were executed twice: {twice}"


def see_all_that_waits(world):
    """Whatever has not ended is told by status, wherever it stands."""
    with world.at(SECOND):
        state = read_status(world.instance)
        parts = ("running", "queued", "unqueued", "leftovers")
        told = {row["run"] for part in parts for row in state[part]}
        there = {record.dagster_run.run_id for record in unfinished(world.instance)}
    assert there <= told, f"unseen: {there - told}"


def recover(world):
    """From now on nothing breaks: all comes to rest, and every market is live again."""
    world.calm = True
    for _ in range(12):
        all_at_once(world, 10 * SECOND)
    with world.at(SECOND):
        lost = [record for record in unfinished(world.instance) if not can_move(world, record)]
    assert not lost, f"two minutes later nobody can finish {lost}"
    for _ in range(30):
        all_at_once(world, HOUR)
        for _ in range(3):
            all_at_once(world, MINUTE)
        if live(world):
            return
    raise AssertionError(f"never live again: {[market.key for market in world.markets]}")


def all_at_once(world, later):
    with world.at(later):
        for name in ("sweep", "retries", "sensors", "dequeue", "work"):
            getattr(world, name)()


def can_move(world, record):
    state = state_of(record, world.now)
    return state.at_work and state.reconciled == "no"


def live(world):
    """Whether every market is known up to its last bar, by the table of its states too."""
    with world.at(timedelta()):
        view = world.view()
        states = []
        for market in world.markets:
            known = world.tables["candles"].known.get(market.key)
            behind = known is None or world.now - known >= HOUR
            facts = MarketFacts(
                at_work=view.busy(market, "backfill", "update_latest"),
                stored=known is not None,
                behind=behind,
            )
            states.append(market_state(facts).name)
    assert set(states) <= {"live", "being fetched", "behind", "new"}
    return set(states) == {"live"}


def forget(world):
    for run in world.instance.get_runs():
        world.instance.delete_run(run.run_id)
    for market in world.markets:
        world.instance.delete_dynamic_partition(MARKETS, market.key)
