"""PostgreSQL stopped at once and started again while the queue is at work: nothing shows of it."""

import json
import random
import time
from collections import Counter

import dagster as dg
import pytest

from tests.postgres.conftest import MARKET, deployed
from tests.postgres.server import PostgresServer
from tests.queue.launch_ways import launch_job
from tests.queue.queue_platform import ALL, QueuePlatform
from traderai_assets.schemas.models import MODELS
from traderai_assets.work_classes import JOBS

BTC, ETH = "binance.BTC-USDT.5m", "binance.ETH-USDT.5m"
JOBS_ASKED = ("generate_signals", "update_latest", "train", "expire_signals", "replay_history")
WAITING = 4  # runs that wait or work whenever the server goes
RECOVERY_SECONDS = 60
ONCE = ("RUN_ENQUEUED", "RUN_STARTING", "RUN_START", "RUN_SUCCESS")


@pytest.fixture
def server():
    with PostgresServer(durable=True) as server:
        yield server


@pytest.fixture
def platform(server, tmp_path, repository, monkeypatch, guarded):
    for name, value in server.database("queue").items():
        monkeypatch.setenv(name, value)
    guarded(tmp_path / "platform")
    platform = QueuePlatform(tmp_path / "platform", repository / "deploy/dagster.yaml", seconds=0.7)
    yield platform
    platform.close()


class Asking:
    """Keeps the queue filled, and remembers each run that was acknowledged."""

    def __init__(self, platform):
        self.platform, self.acknowledged = platform, []

    def fill(self):
        unfinished = [run for run in self.platform.instance.get_runs() if not run.is_finished]
        for _ in range(WAITING - len(unfinished)):
            number = len(self.acknowledged)
            job = JOBS_ASKED[number % len(JOBS_ASKED)]
            market = (BTC, ETH)[number // len(JOBS_ASKED) % 2]
            keys = [f"{market}|2026-03"]
            self.acknowledged.append((launch_job(self.platform, job, keys, {}), JOBS[job]))


def restart(server, away):
    """Stop the server at once; return when it was back."""
    server.stop("immediate")
    time.sleep(away)
    server.start()
    return time.time()


@pytest.mark.parametrize("restarts", [1, pytest.param(30, marks=pytest.mark.torture)])
def test_a_server_that_is_restarted_during_runs_costs_no_run_and_no_event(
    platform, server, restarts
):
    chance = random.Random(7)
    platform.start(*ALL)
    asking = Asking(platform)
    recoveries = []
    for number in range(restarts):
        asking.fill()
        begun = len(platform.journal())
        platform.until(lambda begun=begun: len(platform.journal()) > begun)
        time.sleep(chance.uniform(0, 1.5))
        # Every third time it is away for longer than Dagster's own patience
        back = restart(server, chance.uniform(0, 1) if number % 3 else chance.uniform(12, 16))
        platform.until(lambda back=back: recovered(platform, back), seconds=RECOVERY_SECONDS)
        recoveries.append(time.time() - back)
    platform.until(lambda: all(run.is_finished for run in platform.instance.get_runs()))
    print(  # noqa: T201
        f"\n{restarts} restarts, {len(asking.acknowledged)} runs, recovered within "
        f"{max(recoveries):.1f} s, {sorted(recoveries)[len(recoveries) // 2]:.1f} s in the median"
    )
    assert max(recoveries) < RECOVERY_SECONDS
    asked = {run_id for run_id, _ in asking.acknowledged}
    assert {run.run_id for run in platform.instance.get_runs()} == asked, trouble(platform)
    ended = Counter((line["run"], line["asset"]) for line in platform.journal())
    for run_id, assets in asking.acknowledged:
        run = platform.instance.get_run_by_id(run_id)
        assert run.status == dg.DagsterRunStatus.SUCCESS, trouble(platform)
        happened = kinds(platform, run_id)
        assert {kind: happened[kind] for kind in ONCE} == dict.fromkeys(ONCE, 1)
        for asset in assets:
            assert ended.pop((run_id, asset)) == 2  # began and ended, each once
        assert happened["STEP_SUCCESS"] == happened["ASSET_MATERIALIZATION"] == len(assets)
        assert tags_by_row(server, run_id) == run.tags_for_storage()
    assert not ended


@pytest.mark.torture
def test_history_and_a_model_are_made_while_the_server_comes_and_goes(server, tmp_path, repository):
    chance = random.Random(7)
    with deployed(tmp_path, repository, server) as platform:
        restarts = 0
        while not any(run.is_finished for run in platform.runs("train")):
            restart(server, chance.uniform(0, 3))
            restarts += 1
            time.sleep(chance.uniform(2, 12))
        print(f"\n{restarts} restarts until there was a model")  # noqa: T201
        runs = [*platform.runs("backfill"), *platform.runs("train")]
        assert [run.status for run in runs] == [dg.DagsterRunStatus.SUCCESS] * 2
        [model] = platform.lake.snapshot(MODELS).read(MARKET, ["2026-04"]).to_dict("records")
        assert json.loads(model["card"])
        assert restarts > 3


def recovered(platform, back):
    """Whether work went on, or all there was had been done and its end is stored by now."""
    went_on = any(line["time"] > back for line in platform.journal())
    return went_on or all(run.is_finished for run in platform.instance.get_runs())


def kinds(platform, run_id):
    named = {"PIPELINE": "RUN"}
    return Counter(
        named.get(kind.partition("_")[0], kind.partition("_")[0]) + "_" + kind.partition("_")[2]
        for kind in (
            entry.dagster_event_type.value
            for entry in platform.instance.all_logs(run_id)
            if entry.is_dagster_event
        )
    )


def trouble(platform):
    """What every run said that did not succeed, for whoever reads the failure."""
    told = [
        f"{run.run_id[:8]} {run.status.value}: {entry.dagster_event_type} {entry.message[:2000]}"
        for run in platform.instance.get_runs()
        if not run.is_success
        for entry in platform.instance.all_logs(run.run_id)
        if entry.is_dagster_event
    ]
    return "\n".join([*told, platform.tail_of_logs()])


def tags_by_row(server, run_id):
    """What a search by tag finds: rows that Dagster keeps beside the run itself."""
    statement = f"SELECT key, value FROM run_tags WHERE run_id = '{run_id}'"  # noqa: S608
    rows = server.execute(statement, "queue")
    assert len(rows) == len(dict(rows))
    return dict(rows)
