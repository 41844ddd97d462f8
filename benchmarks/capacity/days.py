"""`python -m benchmarks.capacity.days`: weeks of live markets within the hour, and what they leave.

Ticks run one after the other in one process; between two of them the exchange's clock moves on.
This machine's clock cannot, so what is kept for days is counted in days that were lived: after each
day runs go that ended `RUN_DAYS` before, and what the lake's tables replaced on it. Writes
docs/capacity_days.md and its picture.
"""

import argparse
import json
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from benchmarks.capacity.days_report import days_page, days_picture
from benchmarks.capacity.feed import RepeatedFeed, markets
from benchmarks.capacity.home import SETTINGS, prepare
from benchmarks.capacity.measured import event_rows, size_of
from benchmarks.capacity.run import PREPARED
from benchmarks.judging import ROOT
from tests.assets.in_process_platform import InProcessPlatform, opened
from tests.assets.killed_run import remembering
from tests.live.ticks import tick
from traderai_assets.cli.atomic_write import atomic_write
from traderai_assets.cli.processes import answers, free_port, service_running, wait_until
from traderai_assets.instance.old_runs import delete_old_runs
from traderai_assets.jobs import MOST_RUNS_A_DAY
from traderai_assets.partitions import MARKETS, partition_key
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.predictions import PREDICTIONS
from traderai_assets.schemas.signals import SIGNALS
from traderai_assets.strategies import tables_of

MODULE = "benchmarks.capacity.days"
# As [retention] run_days
RUN_DAYS = 14
PAGE = ROOT / "docs" / "capacity_days.md"
PICTURE = ROOT / "docs" / "images" / "capacity_days.svg"
QUERIES = (
    "{runsOrError(limit:25){__typename ... on Runs{results{id status startTime tags{key value}}}}}",
    '{assetOrError(assetKey:{path:["candles"]}){... on Asset{assetMaterializations(limit:100)'
    "{timestamp partition metadataEntries{label}}}}}",
    '{assetNodeOrError(assetKey:{path:["features"]}){... on AssetNode'
    "{assetPartitionStatuses{__typename}}}}",
    "{assetNodes{assetKey{path} staleStatus}}",
)


@dataclass(frozen=True)
class Day:
    """What there is at the end of a day, after its cleaning up."""

    number: int
    lake_mb: float
    instance_mb: float
    rows: int
    runs: int
    tick_seconds: float
    page_seconds: float | None
    words: int
    stale: int


def live(home: Path, count: int, days: int, ticks_a_day: int) -> Iterator[Day]:
    """Let days pass, and tell of each."""
    kept = markets(count)
    names = tuple(f"{one.exchange}:{one.symbol}" for one in kept)
    step, began = timedelta(days=1) / ticks_a_day, PREPARED
    with (
        remembering(home) as instance,
        opened(
            home, RepeatedFeed(count), began, instance=instance, markets=names, **SETTINGS
        ) as platform,
    ):
        instance.add_dynamic_partitions(MARKETS, [one.key for one in kept])
        passed = timedelta()
        ended: list[datetime] = []
        for number in range(1, days + 1):
            spent = 0.0
            for _ in range(ticks_a_day):
                passed += step
                platform.now_is(began + passed)
                start = time.monotonic()
                tick(platform, *(one.key for one in kept))
                spent += time.monotonic() - start
            ended.append(datetime.now(UTC))
            _clean_up(platform, ended)
            looked_at = number in (1, days) or number % 10 == 0
            yield Day(
                number=number,
                lake_mb=size_of(home / "lake") / 1e6,
                instance_mb=size_of(home / "dagster") / 1e6,
                rows=event_rows(home / "dagster"),
                runs=instance.get_runs_count(),
                tick_seconds=spent / ticks_a_day,
                page_seconds=_page_seconds(platform) if looked_at else None,
                words=sum(_spoken(platform, began + passed)),
                stale=sum(_differs(platform)),
            )


def _clean_up(platform: InProcessPlatform, ended: Sequence[datetime]) -> None:
    """As the job clean_up does; `ended` says when each day ended, by this machine's clock."""
    if len(ended) > RUN_DAYS:
        before = ended[-1 - RUN_DAYS]
        delete_old_runs(platform.instance, before=before, at_most=MOST_RUNS_A_DAY)
    with pytest.MonkeyPatch.context() as patch:
        # A keep of less than an hour is refused, since runs may be at work; here none is
        patch.setattr("resources.lake.maintenance.SHORTEST_KEEP", timedelta())
        for table in tables_of(platform.settings, platform.lake.remembered()):
            platform.lake.maintain(table, keep=timedelta())


def _spoken(platform: InProcessPlatform, now: datetime) -> Iterator[bool]:
    """Whether each market has its word of the last bar that has closed."""
    said = platform.lake.snapshot(PREDICTIONS)
    for key in platform.settings.market_list():
        last = said.last(key)
        yield last is not None and last + 2 * key.bar > now


def _differs(platform: InProcessPlatform) -> Iterator[bool]:
    """Whether what Dagster last heard of each partition of this month is not what is stored."""
    for table in (CANDLES, FEATURES, SIGNALS):
        snapshot = platform.lake.snapshot(table)
        for market in platform.settings.market_list():
            hashes = snapshot.content_hashes(market)
            month = max(hashes)
            record = platform.instance.get_latest_data_version_record(
                dg.AssetKey(table.name),
                is_source=False,
                partition_key=partition_key(market.key, month),
            )
            told = record.event_log_entry.asset_materialization if record is not None else None
            yield told is None or (told.tags or {}).get("dagster/data_version") != hashes[month]


def _page_seconds(platform: InProcessPlatform) -> float:
    """Seconds that the web UI's questions take, one after the other; the better of two times."""
    with _web_server(platform) as url:
        return min(sum(_seconds(url, query) for query in QUERIES) for _ in range(3))


def _seconds(url: str, query: str) -> float:
    body = json.dumps({"query": query}).encode()
    asked = urllib.request.Request(  # noqa: S310 - our own server
        f"{url}/graphql", body, {"Content-Type": "application/json"}
    )
    start = time.monotonic()
    with urllib.request.urlopen(asked, timeout=120) as answer:  # noqa: S310
        told = json.loads(answer.read())
    if told.get("errors"):
        raise RuntimeError(f"{query[:60]}: {told['errors'][0]['message']}")
    return time.monotonic() - start


@contextmanager
def _web_server(platform: InProcessPlatform) -> Iterator[str]:
    port = free_port(0)
    url = f"http://127.0.0.1:{port}"
    told = {
        "DAGSTER_HOME": str(platform.home / "dagster"),
        "TRADERAI_HOME": str(platform.home),
        "TRADERAI_MARKETS": json.dumps(list(platform.settings.markets)),
        "TRADERAI_TIMEFRAME": platform.settings.timeframe,
    }
    command = [sys.executable, "-m", "traderai_assets.web", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--workspace", str(ROOT / "workspace.yaml")]
    with service_running("the web server", command, environment=told, log=None) as server:
        wait_until(server, lambda: answers(f"{url}/server_info"))
        yield url


def main(arguments: Sequence[str] | None = None) -> int:
    """Let days pass, print each, and write the page."""
    parser = argparse.ArgumentParser(prog=f"python -m {MODULE}", description=__doc__)
    parser.add_argument("--markets", type=int, default=20)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--ticks", type=int, default=12, help="A day.")
    parser.add_argument("--home", type=Path, help="A folder that is not there yet; kept.")
    parser.add_argument("--page", action="store_true", help="Write docs/capacity_days.md.")
    asked = parser.parse_args(arguments)
    home = asked.home or Path(tempfile.mkdtemp(prefix="traderai-days-"), "home")
    home.mkdir(parents=True, exist_ok=True)
    if not (home / "lake").exists():
        prepare(home, asked.markets, PREPARED)
    found = []
    for day in live(home, asked.markets, asked.days, asked.ticks):
        found.append(day)
        print(json.dumps(day.__dict__), flush=True)
    if asked.page:
        for file, text in (
            (PICTURE, days_picture(found)),
            (PAGE, days_page(found, asked.markets, asked.ticks)),
        ):
            with atomic_write(file) as draft:
                draft.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
