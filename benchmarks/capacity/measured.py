"""What is seen while bars close: when each was spoken of, CPU, memory, rows and bytes."""

import os
import sqlite3
import statistics
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from resources.lake.commit_log import kept_versions, read_commits
from resources.lake.resource import LakeResource
from resources.lake.storage import Storage
from traderai_assets.domain.markets import Market
from traderai_assets.schemas.predictions import PREDICTIONS

_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
_PAGE_KB = 1024


@dataclass(frozen=True)
class Word:
    """When one bar of one market had its word, in seconds after its close."""

    market: str
    open_time: datetime
    seconds: float


@dataclass(frozen=True)
class Measured:
    """What so many markets cost."""

    markets: int
    bars: int
    words: int
    expected: int
    median: float
    p99: float
    worst: float
    cpu_share: float
    cpu_seconds: float
    idle_share: float
    most_mb: float
    bytes_a_bar: float
    rows_a_bar: float
    troubles: int
    until: datetime


@dataclass
class Usage:
    """CPU of the whole machine but for this process, which is the exchange; and memory of runs."""

    began: float = field(default_factory=time.monotonic)
    busy_at_first: float = field(default_factory=lambda: busy_seconds() - own_seconds())
    most_kb: int = 0

    def look(self, processes: Iterable[int]) -> None:
        """Note the most memory that any of these processes has had."""
        for process in processes:
            try:
                status = Path(f"/proc/{process}/status").read_text()
            except OSError:  # It has ended
                continue
            for line in status.splitlines():
                if line.startswith("VmHWM:"):
                    self.most_kb = max(self.most_kb, int(line.split()[1]))

    @property
    def seconds(self) -> float:
        """Seconds since it began."""
        return time.monotonic() - self.began

    @property
    def busy(self) -> float:
        """CPU seconds since it began, the exchange's part left out."""
        return busy_seconds() - own_seconds() - self.busy_at_first

    @property
    def most_mb(self) -> float:
        """The most that any run has had, in MB."""
        return self.most_kb / _PAGE_KB


def busy_seconds() -> float:
    """CPU seconds of the machine since it started: all but idle and waiting for a disk."""
    fields = [int(value) for value in Path("/proc/stat").read_text().split("\n")[0].split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / _TICKS_A_SECOND


def own_seconds() -> float:
    """CPU seconds of this process."""
    return time.process_time()


def words(
    lake: LakeResource, markets: Iterable[Market], closes: Mapping[datetime, datetime]
) -> list[Word]:
    """Return when bars were spoken of, told by the log of the table of predictions.

    Parameters
    ----------
    lake : LakeResource
    markets : iterable of Market
    closes : mapping of datetime to datetime
        Open time of each bar -> when it closed, by this machine's clock.
    """
    bars = {market.key: market.bar for market in markets}
    storage = Storage(f"{lake.root}/{PREDICTIONS.name}", {})
    said: dict[tuple[str, datetime], datetime] = {}
    before: dict[str, datetime] = {}
    for commit in read_commits(storage, kept_versions(storage)):
        for (market, _), summary in commit.partitions.items():
            if market not in bars or summary.last is None:
                continue
            opened = before.get(market, summary.last - bars[market])
            while opened < summary.last:
                opened += bars[market]
                said.setdefault((market, opened), commit.published_at)
            before[market] = summary.last
    return [
        Word(market, opened, (at - closes[opened]).total_seconds())
        for (market, opened), at in said.items()
        if opened in closes
    ]


def percentile(values: list[float], share: float) -> float:
    """The value that this share of them does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def median(values: list[float]) -> float:
    """The value in the middle."""
    return statistics.median(values)


def size_of(folder: Path) -> int:
    """Bytes of all files under a folder."""
    total = 0
    for parent, _, files in os.walk(folder):
        for file in files:
            try:
                total += Path(parent, file).stat().st_size
            except OSError:  # Removed meanwhile
                continue
    return total


def event_rows(dagster_home: Path) -> int:
    """Rows of events in all SQLite files of an instance."""
    rows = 0
    for file in (dagster_home / "history" / "runs").glob("*.db"):
        with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as database:
            try:
                rows += database.execute("SELECT count(*) FROM event_logs").fetchone()[0]
            except sqlite3.OperationalError:  # It has no such table
                continue
    return rows
