"""`python -m benchmarks.capacity.strain`: what live markets suffer from heavy work and from others.

`--form beside`: 50 live markets alone, then while 18 months of ten other markets are backfilled and
four models are trained, over and over. `--form broken`: of 200 markets as many are broken as there
are ways, each in its own, and the others' words are counted. The home is one of run.py. Writes
docs/capacity_beside.md or docs/capacity_broken.md where `--page` is given.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import dagster as dg

from benchmarks.capacity.broken_ways import WAYS
from benchmarks.capacity.feed import markets
from benchmarks.capacity.measured import Usage, words
from benchmarks.capacity.run import BAR, LEAD, close_a_bar, platform, rest
from benchmarks.capacity.strain_report import (
    Closes,
    Healed,
    Heavy,
    beside_page,
    broken_page,
)
from benchmarks.judging import ROOT
from tests.pipeline.running_platform import RunningPlatform
from traderai_assets.cli.atomic_write import atomic_write
from traderai_assets.cli.launch_selected import launch_selected
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month, months_between
from traderai_assets.partitions import partition_key
from traderai_assets.sandbox.fault_rules import FaultRule, Revision
from traderai_assets.schemas.predictions import PREDICTIONS

LIVE, BACKFILLED, TRAINED, MARKETS = 50, 10, 4, 200
BACKFILLED_DAYS = 548
JOBS = ("backfill", "train")
BARS_TO_HEAL = 2


def beside(running: RunningPlatform, now: datetime, bars: int) -> Iterator[Closes | Heavy]:
    """Yield the words of 50 markets alone, then beside heavy work, then what became of that."""
    known = markets(LIVE + BACKFILLED)
    live, others = known[:LIVE], known[LIVE:]
    yield _closed(running, "alone", live, bars)
    rest(running)
    before = {one.dagster_run.run_id for one in running.runs(*JOBS)}
    month = Month.of(now)
    oldest = months_between(now - timedelta(days=BACKFILLED_DAYS), now)[0]
    for market in others:
        keys = [partition_key(market.key, one.key) for one in (oldest, month)]
        launch_selected(running.url, "backfill", keys)

    def train() -> None:
        """Let there always be four trainings that wait or work."""
        waiting = sum(not one.dagster_run.is_finished for one in running.runs("train"))
        for market in live[: max(TRAINED - waiting, 0)]:
            launch_selected(running.url, "train", [partition_key(market.key, month.shift(1).key)])

    yield _closed(running, "beside heavy work", live, bars, before_each=train)
    running.until(lambda: _backfills_done(running, before))
    rest(running)
    for job in JOBS:
        yield _heavy(
            job, [one for one in running.runs(job) if one.dagster_run.run_id not in before]
        )


def broken(running: RunningPlatform, bars: int) -> Iterator[Closes | Healed]:
    """Yield the words of the unharmed before, while and after as many are broken as there are ways.

    Each broken market is broken in its own way, all of them at once; then it is told who has
    spoken of the newest bar since.
    """
    known = markets(MARKETS)
    others = known[len(WAYS) :]
    yield _closed(running, "before", others, 1)
    opened = _next_open(running)
    for market, way in zip(known, WAYS, strict=False):
        rule: FaultRule | Revision = WAYS[way](market, opened)
        running.sandbox.faults.add(rule)
    yield _closed(running, f"while {len(WAYS)} are broken", others, bars)
    running.sandbox.faults.clear()
    yield _closed(running, "after", others, BARS_TO_HEAL)
    rest(running)
    said = running.lake.snapshot(PREDICTIONS)
    newest = said.last(others[-1])
    for market, way in zip(known, WAYS, strict=False):
        yield Healed(way, said.last(market) == newest)


def _next_open(running: RunningPlatform) -> datetime:
    """When the bar opens that `close_a_bar` will let close."""
    now = running.sandbox.clock.now() + LEAD
    return now - (now - now.replace(hour=0, minute=0, second=0, microsecond=0)) % BAR


def _closed(
    running: RunningPlatform,
    what: str,
    awaited: Sequence[Market],
    bars: int,
    *,
    before_each: Callable[[], None] = lambda: None,
) -> Closes:
    """Let bars close; tell when those that are awaited were spoken of."""
    closes, usage = {}, Usage()
    for _ in range(bars):
        before_each()
        opened, at = close_a_bar(running, awaited, usage)
        closes[opened] = at
    said = words(running.lake, awaited, closes)
    return Closes(what, bars * len(awaited), tuple(one.seconds for one in said))


def _backfills_done(running: RunningPlatform, before: set[str]) -> bool:
    return all(
        one.dagster_run.is_finished
        for one in running.runs("backfill")
        if one.dagster_run.run_id not in before
    )


def _heavy(job: str, records: Sequence[dg.RunRecord]) -> Heavy:
    """Tell what became of the runs of a job, and how long they waited and worked."""
    begun = [one for one in records if one.start_time is not None]
    waited = [one.start_time - one.create_timestamp.timestamp() for one in begun]  # type: ignore[operator]
    worked = [one.end_time - one.start_time for one in begun if one.end_time]  # type: ignore[operator]
    return Heavy(
        job=job,
        runs=len(records),
        succeeded=sum(one.dagster_run.is_success for one in records),
        longest_wait=max(waited, default=0.0),
        longest_work=max(worked, default=0.0),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure one form in a home; return 1 where a word of an unharmed market is missing."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.capacity.strain", description=__doc__
    )
    parser.add_argument("--form", choices=("beside", "broken"), required=True)
    parser.add_argument("--bars", type=int, default=3, help="Under strain.")
    parser.add_argument("--home", type=Path, required=True, help="One that run.py has made.")
    parser.add_argument("--page", action="store_true")
    asked = parser.parse_args(arguments)
    stamp = asked.home / "capacity.txt"
    now = datetime.fromisoformat(stamp.read_text())
    count = LIVE + BACKFILLED if asked.form == "beside" else MARKETS
    found: list[Closes | Heavy | Healed] = []
    with platform(asked.home, count, now) as running:
        for _ in range(2):  # To warm up
            close_a_bar(running, markets(count), Usage())
        rest(running)
        told = beside(running, now, asked.bars)
        for one in told if asked.form == "beside" else broken(running, asked.bars):
            print(one.line, flush=True)
            found.append(one)
        stamp.write_text((running.sandbox.clock.now() + LEAD).isoformat())
    closes = [one for one in found if isinstance(one, Closes)]
    if asked.page:
        heavy = [one for one in found if isinstance(one, Heavy)]
        healed = [one for one in found if isinstance(one, Healed)]
        page = beside_page(closes, heavy) if asked.form == "beside" else broken_page(closes, healed)
        with atomic_write(ROOT / "docs" / f"capacity_{asked.form}.md") as draft:
            draft.write_text(page)
    return int(any(len(one.seconds) != one.expected for one in closes))


if __name__ == "__main__":
    sys.exit(main())
