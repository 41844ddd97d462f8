"""Queue: twelve runs of one second, three at a time, against what bare Dagster takes for them.

Both sides run the same code location with the same web server, code server and daemon, in turns;
only the instance differs: our coordinator, launcher and limits, or Dagster's own queue.
"""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.table import Ratio, at_most
from tests.queue.launch_ways import launch_job
from tests.queue.queue_platform import MARKETS, OPEN_MONTH, QueuePlatform
from traderai_assets.partitions import partition_key

BOUND = 1.25
# Three classes of one slot each: at any time one of each is at work, whoever orders them
JOBS = ("expire_signals", "generate_signals", "monitor_drift")
OURS = Path(__file__).parent.parent / "dagster.yaml"
BARE = """
run_coordinator:
  module: dagster.core.run_coordinator
  class: QueuedRunCoordinator
  config: { max_concurrent_runs: 3, dequeue_interval_seconds: 1 }
telemetry: { enabled: false }
nux: { enabled: false }
"""


@contextmanager
def running(instance_file: Path) -> Iterator[QueuePlatform]:
    """Run a platform over this instance, until a first run has warmed it up."""
    with tempfile.TemporaryDirectory() as folder:
        platform = QueuePlatform(Path(folder) / "platform", instance_file, seconds=1.0)
        try:
            platform.start()
            seconds_for(platform, (JOBS[0],), MARKETS[:1])
            yield platform
        finally:
            platform.close()


def seconds_for(platform: QueuePlatform, jobs: tuple[str, ...], markets: tuple[str, ...]) -> float:
    """From the first request to the end of the last run, of one run for each job and market."""
    began = time.time()
    keys = [partition_key(market, OPEN_MONTH) for market in markets]
    runs = [launch_job(platform, job, [key], {}) for key in keys for job in jobs]
    platform.until(lambda: len(ends(platform, runs)) == len(runs))
    return max(ends(platform, runs)) - began


def ends(platform: QueuePlatform, runs: list[str]) -> list[float]:
    """When each run that has ended did so."""
    records = platform.instance.get_run_records()
    return [
        record.end_time
        for record in records
        if record.dagster_run.run_id in runs and record.end_time is not None
    ]


def measure(*, quick: bool) -> list[Ratio]:
    markets = MARKETS[:1] if quick else MARKETS
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "dagster.yaml"
        bare.write_text(BARE)
        seconds = []
        for instance_file in (OURS, bare):
            with running(instance_file) as platform:
                seconds.append(seconds_for(platform, JOBS, markets))
    ours, peer = seconds
    return [
        Ratio(
            what=f"{len(JOBS) * len(markets)} runs of one second, three at a time",
            ours="coordinator, launcher and limits",
            peer="bare QueuedRunCoordinator and DefaultRunLauncher",
            ours_seconds=ours,
            peer_seconds=peer,
            bound=at_most(BOUND),
            met=ours <= BOUND * peer,
            note="SQLite; first request to last end, once a run",
        )
    ]
