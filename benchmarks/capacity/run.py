"""`make capacity`: bars close by a clock at real speed, and each market's word is awaited.

The whole platform runs over a sandbox exchange: code server, daemon, web server, queue. Its home
was lived in by three markets, and the others are their copies (home.py). Writes docs/capacity.md.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from dagster._core.definitions.run_request import InstigatorType

from benchmarks.capacity.feed import TIMEFRAME, RepeatedFeed, markets
from benchmarks.capacity.home import HISTORY_DAYS, prepare
from benchmarks.capacity.measured import (
    Measured,
    Usage,
    event_rows,
    median,
    percentile,
    size_of,
    words,
)
from benchmarks.capacity.report import capacity_page
from benchmarks.judging import ROOT
from resources.lake.resource import LakeResource
from tests.pipeline.running_platform import RunningPlatform
from tests.processes import processes_of
from traderai_assets.cli.atomic_write import atomic_write
from traderai_assets.cli.context import dagster_home, open_instance
from traderai_assets.domain.markets import Market
from traderai_assets.partitions import MARKETS
from traderai_assets.sandbox.clock import Clock
from traderai_assets.sandbox.server import SandboxServer
from traderai_assets.schemas.predictions import PREDICTIONS
from traderai_assets.settings import load_settings
from traderai_assets.work_classes import LIVE_JOB

PAGE = ROOT / "docs" / "capacity.md"
COUNTS = (1, 10, 50, 100, 200)
BARS = 6
BAR = timedelta(minutes=5)
WARM_UP_BARS = 2
# So long before a close the exchange's clock is set back to run
LEAD = timedelta(seconds=15)
MOST_WAITED = timedelta(seconds=180)
IDLE_SECONDS = 60.0
QUIET_SECONDS = 8.0
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# When homes are made; each measurement goes on where the one before ended
PREPARED = datetime(2026, 3, 20, 11, 50, 10, tzinfo=UTC)
# Those without which no bar is spoken of; models, verdicts and drift are other pages' matter
SENSORS = frozenset(
    {"live_ticks", "stale_candles", "missing_signals", "expiring_signals", "orphaned_runs"}
)
SETTINGS = {
    "TIMEFRAME": TIMEFRAME,
    "HISTORY_DAYS": str(HISTORY_DAYS),
    "TRAINING__LOOKBACK_DAYS": "20",
    "TRAINING__FOLDS": "3",
    "TRAINING__MAX_MODEL_AGE_DAYS": "365",
    "TRAINING__HORIZON_BARS": "12",
    "SEARCH__LEARNER_TRIALS": "2",
    "SEARCH__POLICY_TRIALS": "3",
    "SEARCH__EVERY_MONTHS": "1",
    "SEARCH__HORIZON_BARS": "[]",
    "SEARCH__COMBINATORIAL_GROUPS": "0",
    "CHAMPIONS__ALLOW_UNPROVEN": "true",
    "COSTS__FEE_RATE": "0",
    "COSTS__SLIPPAGE_RATE": "0",
}


@contextmanager
def platform(home: Path, count: int, now: datetime) -> Iterator[RunningPlatform]:
    """Run the platform with its first `count` markets, from a moment of the exchange's on."""
    kept = markets(count)
    told = [f"{one.exchange}:{one.symbol}" for one in kept]
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        patch.chdir(ROOT)
        patch.delenv("DAGSTER_HOME", raising=False)
        quoted = ", ".join(f'"{one}"' for one in told)
        changes = {"HOME": str(home), "MARKETS": f"[{quoted}]"}
        for name, value in {**SETTINGS, **changes}.items():
            patch.setenv(f"TRADERAI_{name}", value)
        settings = load_settings()
        clock = Clock(now, speed=1.0)
        sandbox = stack.enter_context(SandboxServer(RepeatedFeed(200), clock=clock))
        instance = stack.enter_context(open_instance(settings))
        instance.add_dynamic_partitions(MARKETS, [one.key for one in kept])
        running = RunningPlatform(settings, sandbox, instance)
        stack.callback(running.crash)  # How a platform stops is a test's matter
        running.start()
        _stop_other_sensors(running)
        yield running


def measure(home: Path, count: int, now: datetime, bars: int) -> Measured:
    """Let bars close, the first two of them to warm up, and see when each market was spoken of."""
    with platform(home, count, now) as running:
        clock, kept = running.sandbox.clock, markets(count)
        for _ in range(WARM_UP_BARS):
            close_a_bar(running, kept, Usage())
        rest(running)
        instance_home = dagster_home(running.settings)
        rows, size = event_rows(instance_home), size_of(home)
        usage, closes = Usage(), {}
        for _ in range(bars):
            opened, at = close_a_bar(running, kept, usage)
            closes[opened] = at
        rest(running)
        busy, seconds = usage.busy, usage.seconds
        idle = Usage()
        time.sleep(IDLE_SECONDS)
        rate = idle.busy / idle.seconds
        said = words(running.lake, kept, closes)
        late = [one.seconds for one in said] or [float("inf")]
        made, length = bars * count, bars * BAR.total_seconds()
        cpu = busy + rate * max(length - seconds, 0.0)
        runs = [one.dagster_run for one in running.runs(LIVE_JOB)]
        return Measured(
            markets=count,
            bars=bars,
            words=len(said),
            expected=made,
            median=median(late),
            p99=percentile(late, 0.99),
            worst=max(late),
            cpu_share=cpu / length / (os.cpu_count() or 1),
            cpu_seconds=cpu / bars,
            idle_share=rate / (os.cpu_count() or 1),
            most_mb=usage.most_mb,
            bytes_a_bar=(size_of(home) - size) / made,
            rows_a_bar=(event_rows(instance_home) - rows) / made,
            troubles=sum(run.is_finished and not run.is_success for run in runs),
            until=clock.now(),
        )


def close_a_bar(
    running: RunningPlatform, awaited: Sequence[Market], usage: Usage
) -> tuple[datetime, datetime]:
    """Let the exchange's clock run into a close, and wait for the word of all that are awaited.

    What lies between two closes is skipped, since nothing happens in it. Returns when the bar
    opened, by the exchange's clock, and when it closed, by this machine's.
    """
    clock = running.sandbox.clock
    close = _next_close(clock.now() + LEAD)
    clock.set(close - LEAD)
    closed_at = datetime.now(UTC) + LEAD
    deadline = time.monotonic() + (LEAD + MOST_WAITED).total_seconds()
    opened = close - BAR
    while time.monotonic() < deadline:
        usage.look(_workers(running))
        time.sleep(2.0)
        if clock.now() > close and _spoken_of(running, awaited, opened):
            break
    return opened, closed_at


def _spoken_of(running: RunningPlatform, awaited: Sequence[Market], opened: datetime) -> bool:
    said = running.lake.snapshot(PREDICTIONS)
    return all((said.last(one) or EPOCH) >= opened for one in awaited)


def rest(running: RunningPlatform) -> None:
    """Wait until no run waits or works."""
    running.until(lambda: all(one.dagster_run.is_finished for one in running.runs()))


def line(one: Measured) -> str:
    """Say what was measured."""
    return (
        f"{one.markets} markets: {one.words} of {one.expected} words, p50 {one.median:.1f} s, "
        f"p99 {one.p99:.1f} s, worst {one.worst:.1f} s; CPU {one.cpu_share:.1%} of all "
        f"({one.idle_share:.1%} between bars), a run at most {one.most_mb:.0f} MB; "
        f"{one.bytes_a_bar / 1000:.0f} kB and {one.rows_a_bar:.1f} event rows a bar and market; "
        f"{one.troubles} runs that did not succeed"
    )


def _workers(running: RunningPlatform) -> list[int]:
    return [
        process
        for process, command in processes_of(dagster_home(running.settings)).items()
        if "worker" in command or "fork" in command
    ]


def _stop_other_sensors(running: RunningPlatform) -> None:
    running.until(lambda: len(running.sensors()) >= len(SENSORS))
    states = running.instance.all_instigator_state(instigator_type=InstigatorType.SENSOR)
    for state in states:
        if state.instigator_name not in SENSORS:
            running.instance.stop_sensor(state.instigator_origin_id, state.selector_id, None)
    # What they have asked for, and were about to
    quiet_since = time.monotonic()
    while time.monotonic() - quiet_since < QUIET_SECONDS:
        others = [one.dagster_run for one in running.runs() if not one.dagster_run.is_finished]
        for run in others:
            if run.job_name != LIVE_JOB:
                running.instance.run_coordinator.cancel_run(run.run_id)
                quiet_since = time.monotonic()
        time.sleep(0.5)


def _next_close(now: datetime) -> datetime:
    return now + BAR - (now - EPOCH) % BAR


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure each number of markets after the other, in one home."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.capacity.run", description=__doc__)
    parser.add_argument("--markets", type=int, nargs="*", default=list(COUNTS))
    parser.add_argument("--bars", type=int, default=BARS)
    parser.add_argument("--home", type=Path, help="Of before, if it is there; kept.")
    parser.add_argument("--page", action="store_true", help="Write docs/capacity.md.")
    asked = parser.parse_args(arguments)
    with ExitStack() as stack:
        home = asked.home or Path(stack.enter_context(tempfile.TemporaryDirectory()), "home")
        stamp = home / "capacity.txt"
        if not stamp.exists():
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir(parents=True)
            prepare(home, max(asked.markets), PREPARED)
            stamp.write_text(PREPARED.isoformat())
        for count in asked.markets:
            now = datetime.fromisoformat(stamp.read_text())
            _refuse_a_broken_off_home(home, now)
            found = measure(home, count, now, asked.bars)
            print(line(found), flush=True)
            stamp.write_text((found.until + LEAD).isoformat())
            results = _kept(home, found)
            if asked.page:
                with atomic_write(PAGE) as draft:
                    draft.write_text(capacity_page(results))
    return 0


def _refuse_a_broken_off_home(home: Path, now: datetime) -> None:
    """Raise where bars were spoken of that are to close: a measurement there was broken off."""
    said = LakeResource(root=str(home / "lake")).snapshot(PREDICTIONS)
    last = max((said.last(one) or EPOCH for one in markets(1)), default=EPOCH)
    if last + BAR > now:
        raise SystemExit(f"{home} was broken off at {last:%F %T}; delete it, and it is made again")


def _kept(home: Path, found: Measured) -> list[Measured]:
    """Keep what was found in the home; return the latest of each number of markets there."""
    file = home / "measured.json"
    known = {one["markets"]: one for one in json.loads(file.read_text())} if file.exists() else {}
    known[found.markets] = {**asdict(found), "until": found.until.isoformat()}
    rows = [known[count] for count in sorted(known)]
    file.write_text(json.dumps(rows, indent=1))
    return [Measured(**{**one, "until": datetime.fromisoformat(one["until"])}) for one in rows]


if __name__ == "__main__":
    sys.exit(main())
