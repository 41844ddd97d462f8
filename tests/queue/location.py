"""A code location as quick as one can be: all assets and jobs by name, without their work.

The partitions are the real ones, so the queue sees what it sees in the platform. A body sleeps, and
writes one line into the journal when it begins and one when it ends: what was done, how often, by
which process and when. The folder that holds the journal is given by the environment, and with it
what the sensor and the schedules are to ask for. The sweep of orphaned runs is the platform's own.
Nothing heavy is imported: a worker starts fast.
"""

import json
import os
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg

from sensors.orphaned_runs import orphaned_runs_sensor
from traderai_assets import partitions
from traderai_assets.domain.queue.hand_jobs import HAND_JOBS
from traderai_assets.settings import Settings
from traderai_assets.work_classes import ALL_ASSETS, JOBS

warnings.filterwarnings("ignore", category=dg.BetaWarning)  # as the platform does

FOLDER_VARIABLE = "TRADERAI_TEST_QUEUE"
SECONDS_TAG = "test/seconds"  # how long each step of the run takes
HOLD_TAG = "test/hold"  # the run goes on when a file of this name is there
SECONDS_FILE = "seconds"  # how long a step takes whose run does not say
JOURNAL = "journal"
# Sorted: every process is to load the same location
PARTITIONS: dict[str, dg.PartitionsDefinition | None] = dict.fromkeys(
    sorted(ALL_ASSETS), partitions.market_months
) | {
    "models": partitions.market_served_months,
    "backtests": partitions.market_served_months,
    "record": partitions.market_served_months,
    "verdict": None,
    "champions": partitions.markets,
}
SCHEDULED = ("generate_signals", "train", "replay_history")


def folder() -> Path:
    """Return where the journal lies."""
    return Path(os.environ[FOLDER_VARIABLE])


def write_down(**line: Any) -> None:
    """Append one line to the journal, whole: other processes append to it as well."""
    text = json.dumps({"pid": os.getpid(), "time": time.time(), **line}) + "\n"
    journal = os.open(folder() / JOURNAL, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(journal, text.encode())
    finally:
        os.close(journal)


def work(context: dg.OpExecutionContext | dg.AssetExecutionContext, name: str) -> None:
    """Be at work for as long as the run, or the folder, says."""
    tags = context.run.tags
    told = {
        "asset": name,
        "partition": tags.get("dagster/partition")
        or tags.get("dagster/asset_partition_range_start", ""),
        "run": context.run.run_id,
        "root": context.run.root_run_id or context.run.run_id,
    }
    write_down(event="began", **told)
    default = folder() / SECONDS_FILE
    time.sleep(float(tags.get(SECONDS_TAG) or default.read_text()))
    while HOLD_TAG in tags and not (folder() / tags[HOLD_TAG]).exists():
        time.sleep(0.05)
    write_down(event="ended", **told)


def asset_named(name: str) -> dg.AssetsDefinition:
    """Return an asset of the platform that only sleeps."""

    @dg.asset(
        name=name,
        partitions_def=PARTITIONS[name],
        backfill_policy=partitions.MANY_PARTITIONS_A_RUN,
    )
    def sleeping(context: dg.AssetExecutionContext) -> None:
        work(context, name)

    return sleeping


@dg.op
def sleep_without_assets(context: dg.OpExecutionContext) -> None:
    work(context, "")


@dg.job
def maintain_lake() -> None:
    sleep_without_assets()


def asked(of: str) -> Iterator[dg.RunRequest]:
    """Requests in the file of this name; the same file is asked for once, however often read."""
    file = folder() / of
    for request in json.loads(file.read_text()) if file.exists() else []:
        yield dg.RunRequest(
            run_key=request["key"], job_name=request["job"], tags=request.get("tags", {})
        )


def schedule_of(job: str) -> dg.ScheduleDefinition:
    """Return a schedule that asks once for what its file says: each of its ticks is a new cause."""

    @dg.schedule(name=f"{job}_schedule", job_name=job, cron_schedule="* * * * *")
    def schedule() -> Iterator[dg.RunRequest | dg.SkipReason]:
        file = f"schedule-{job}.json"
        requests = list(asked(file))
        (folder() / file).unlink(missing_ok=True)
        yield from requests or [dg.SkipReason("nothing is asked of the schedule")]

    return schedule


ASSET_JOBS = {
    name: dg.define_asset_job(name, selection=dg.AssetSelection.assets(*sorted(assets)))
    for name, assets in JOBS.items()
    if assets and name not in HAND_JOBS
}


@dg.sensor(
    name="asking",
    jobs=list(ASSET_JOBS.values()),
    minimum_interval_seconds=1,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def asking() -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Ask for what the file says, as the platform's sensors do."""
    yield from list(asked("sensor.json")) or [dg.SkipReason("nothing is asked of the sensor")]


defs = dg.Definitions(
    assets=[asset_named(name) for name in PARTITIONS],
    jobs=[*ASSET_JOBS.values(), maintain_lake],
    sensors=[asking, orphaned_runs_sensor(Settings())],
    schedules=[schedule_of(job) for job in SCHEDULED],
    executor=dg.in_process_executor,
)
