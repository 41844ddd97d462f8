"""`python -m benchmarks.living_loop.run`: seven days, three markets, two strategies, one script.

The whole platform runs over a sandbox exchange whose clock is moved from close to close: code
server, daemon, web server, queue; all its sensors are on. Ends with exit code 1 where a claim does
not hold.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from benchmarks.judging import ROOT
from benchmarks.living_loop.counted import champions_told, counted, evidence_of
from benchmarks.living_loop.feed import ChangingFeed
from benchmarks.living_loop.report import loop_page
from benchmarks.living_loop.script import FORMS, TIMEFRAME, Script
from tests.pipeline.running_platform import RunningPlatform
from traderai_assets.cli.atomic_write import atomic_write
from traderai_assets.cli.context import open_instance
from traderai_assets.domain.markets import Market
from traderai_assets.sandbox.clock import Clock
from traderai_assets.sandbox.fault_rules import FaultRule, Revision
from traderai_assets.sandbox.server import SandboxServer
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.schemas.predictions import PREDICTIONS
from traderai_assets.settings import load_settings
from traderai_assets.strategies import strategies_of

BEGINS = datetime(2026, 3, 17, tzinfo=UTC)
SYMBOLS = ("BTC/USDT", "ETH/USDT", "SOL/USDT")
MARKETS = tuple(Market("binance", symbol, TIMEFRAME) for symbol in SYMBOLS)
STRATEGIES = """
[strategies.fast]
[strategies.slow.training]
horizon_bars = 6
max_model_age_days = 30
"""
SETTINGS = {
    "MARKETS": "[" + ", ".join(f'"binance:{symbol}"' for symbol in SYMBOLS) + "]",
    "TIMEFRAME": TIMEFRAME,
    "HISTORY_DAYS": "75",
    "TRAINING__LOOKBACK_DAYS": "30",
    "TRAINING__MAX_MODEL_AGE_DAYS": "3",
    "TRAINING__FOLDS": "2",
    "TRAINING__HORIZON_BARS": "3",
    "SEARCH__LEARNER_TRIALS": "1",
    "SEARCH__POLICY_TRIALS": "3",
    "SEARCH__EVERY_MONTHS": "1",
    "SEARCH__HORIZON_BARS": "[]",
    "SEARCH__COMBINATORIAL_GROUPS": "0",
    "CHAMPIONS__ALLOW_UNPROVEN": "true",
    "COSTS__FEE_RATE": "0",
    "COSTS__SLIPPAGE_RATE": "0",
    "SENSORS__INTERVAL_SECONDS": "2",
}
PAST_THE_CLOSE = timedelta(seconds=10)
MOST_WAITED_SECONDS = 90.0
OUT_SECONDS = 8.0
MOST_SETTLED_SECONDS = 120.0
START_SECONDS = 900.0
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@contextmanager
def platform(home: Path, script: Script, drift_hours: int) -> Iterator[RunningPlatform]:
    """Run the platform a bar before the first day, in a project that names two strategies."""
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        project = home.parent / "project"
        project.mkdir(parents=True, exist_ok=True)
        (project / "traderai.toml").write_text(STRATEGIES)
        for name in ("dagster.yaml", "workspace.yaml"):
            if not (project / name).is_symlink():
                (project / name).symlink_to(ROOT / name)
        patch.chdir(project)
        patch.delenv("DAGSTER_HOME", raising=False)
        changes = {"HOME": str(home), "SENSORS__DRIFT_EVERY_HOURS": str(drift_hours)}
        for name, value in {**SETTINGS, **changes}.items():
            patch.setenv(f"TRADERAI_{name}", value)
        settings = load_settings()
        silent = ("BTCUSDT", script.opened(script.silent))
        feed = ChangingFeed(script.opened(script.changes), [silent])
        clock = Clock(script.begins + PAST_THE_CLOSE)
        sandbox = stack.enter_context(SandboxServer(feed, clock=clock))
        instance = stack.enter_context(open_instance(settings))
        running = RunningPlatform(settings, sandbox, instance)
        stack.callback(running.crash)
        running.start()
        yield running


def live_through(running: RunningPlatform, script: Script, minutes: float) -> int:
    """Let every bar of the script close, with all that is planted; return how many did.

    Where `minutes` are over it ends after the close at hand.
    """
    ends = time.monotonic() + 60.0 * minutes
    _wait(lambda: _speaks(running), START_SECONDS)
    # What else a home is made of would stand before the first bars in the queue
    _wait(lambda: _rests(running), MOST_SETTLED_SECONDS)
    print(f"somebody speaks for {sum(_speaking(running))} of {len(MARKETS)} markets", flush=True)
    lived = 0
    for number in range(script.bars):
        began = time.monotonic()
        if began > ends and not script.is_out(number - 1):
            break
        lived = number + 1
        if script.is_out(number) and not script.is_out(number - 1):
            running.sandbox.faults.add(FaultRule(kind="status", status=503, count=None))
        if not script.is_out(number) and script.is_out(number - 1):
            running.sandbox.faults.clear()
        running.sandbox.clock.set(script.opened(number + 1) + PAST_THE_CLOSE)
        if script.is_out(number):
            time.sleep(OUT_SECONDS)
        else:
            opened = script.opened(number)
            done = _wait(lambda one=opened: _spoken_of(running, script, one), MOST_WAITED_SECONDS)
            if not done:
                print(
                    f"close {number}: not all spoke within {MOST_WAITED_SECONDS:.0f} s", flush=True
                )
        if number == script.revised:
            _revise(running, script.opened(number))
        if number in script.kills:
            running.crash()
            running.start()
        seconds = time.monotonic() - began
        print(f"close {number + 1} of {script.bars}: {seconds:.0f} s", flush=True)
    _wait(lambda: _rests(running), START_SECONDS)
    return lived


def _speaking(running: RunningPlatform) -> list[bool]:
    history = running.lake.snapshot(CHAMPIONS)
    return [history.rows(market) > 0 for market in MARKETS]


def _rests(running: RunningPlatform) -> bool:
    return all(one.dagster_run.is_finished for one in running.runs())


def _speaks(running: RunningPlatform) -> bool:
    return all(_speaking(running))


def _spoken_of(running: RunningPlatform, script: Script, opened: datetime) -> bool:
    """Whether every market that traded was spoken of, by whichever strategy speaks.

    The bar before the silent one is not waited for: that it closed is proven by the next that
    comes, as the exchange's clock stands still meanwhile.
    """
    unproven = {script.opened(script.silent - 1), script.opened(script.silent)}
    strategies = strategies_of(running.settings)
    for market in MARKETS:
        if market is MARKETS[0] and opened in unproven:
            continue
        said = [running.lake.of(one).snapshot(PREDICTIONS).last(market) for one in strategies]
        if max((one or EPOCH for one in said), default=EPOCH) < opened:
            return False
    return True


def _revise(running: RunningPlatform, opened: datetime) -> None:
    """Let the exchange correct the last candle of the last market for good."""
    market = MARKETS[-1]
    rows = running.lake.snapshot(CANDLES).read(market, [f"{opened:%Y-%m}"])
    high = float(rows.set_index("open_time").loc[opened, "high"])
    values = {"high": round(high * 1.002, 3)}
    running.sandbox.faults.add(
        Revision(symbol=market.symbol, timeframe=TIMEFRAME, open_time=opened, values=values)
    )


def _wait(condition: Callable[[], object], seconds: float) -> bool:
    """Look until it holds; False where it does not within so many seconds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(1.0)
    return False


def main(arguments: Sequence[str] | None = None) -> int:
    """Live through the days, count, and print one line a claim."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.living_loop.run", description=__doc__
    )
    parser.add_argument("--form", choices=sorted(FORMS), default="short")
    parser.add_argument("--home", type=Path, help="Empty or not there; kept.")
    parser.add_argument("--minutes", type=float, default=120.0, help="End after so many.")
    parser.add_argument("--page", action="store_true", help="Write docs/living_loop.md.")
    asked = parser.parse_args(arguments)
    form = FORMS[asked.form]
    script = Script.of(form, BEGINS)
    with ExitStack() as stack:
        folder = asked.home or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        began = time.monotonic()
        running = stack.enter_context(
            platform(folder / "home", script, max(3, form.bars_a_day // 4))
        )
        script = replace(script, bars=live_through(running, script, asked.minutes))
        print(f"{script.bars} closes of {len(MARKETS)} markets in {time.monotonic() - began:.0f} s")
        evidence = evidence_of(running.settings, running.lake, running.instance)
        for told in champions_told(evidence, MARKETS):
            print(told)
        found = list(counted(evidence, script, MARKETS))
        print("\n".join(one.line for one in found), flush=True)
    if asked.page:
        with atomic_write(ROOT / "docs" / "living_loop.md") as draft:
            draft.write_text(loop_page(found, script))
    return int(any(one.holds is False for one in found))


if __name__ == "__main__":
    sys.exit(main())
