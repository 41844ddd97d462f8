"""`python -m benchmarks.lineage`: how long lineage takes where ten million signals are stored.

One market is lived in for some months, in bars of five minutes; the signals and predictions of a
hundred others are drawn, so that the tables are as large. Prints milliseconds, best and worst, of
lineage back from a signal and forward from a candle, with what is loaded of the lake anew each time
and with what a process has loaded before.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import numpy as np
import pandas as pd

from benchmarks.judging import ROOT
from resources.lake import looks
from resources.lake.resource import LakeResource
from tests.assets.conftest import LATER, NOW
from tests.assets.in_process_platform import InProcessPlatform, opened
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.lineage.of_candle import CandleUses
from traderai_assets.lineage.of_signal import SignalLineage
from traderai_assets.lineage.origins import Origins
from traderai_assets.lineage.stored_rows import LoadedTables
from traderai_assets.plan import reach
from traderai_assets.sandbox.simulation import SimulatedFeed
from traderai_assets.schemas.signals import SIGNALS
from traderai_assets.strategies import strategies_of

SIGNALS_STORED = 10_000_000
MARKETS, MONTHS = 100, 12
BAR = timedelta(minutes=5)
TIMES = 15
PROMISED_MS = 100.0


@contextmanager
def lived_in(home: Path) -> Iterator[InProcessPlatform]:
    """Open a platform of one market in which every asset was made."""
    home.mkdir(parents=True, exist_ok=True)
    folder = home / "dagster"
    fresh = not folder.exists()
    if fresh:
        folder.mkdir()
        (folder / "dagster.yaml").symlink_to(ROOT / "dagster.yaml")
    os.environ["TRADERAI_HOME"] = str(home)
    instance = dg.DagsterInstance.from_config(str(folder))
    changes: dict[str, Any] = {
        "timeframe": "5m",
        "training": {"folds": 2, "horizon_bars": 12},
        "costs": {"fee_rate": 0.0, "slippage_rate": 0.0},  # Else bars as short have no signal
    }
    with opened(home, SimulatedFeed(seed=7), NOW, instance=instance, **changes) as platform:
        if fresh:
            platform.run("backfill", "2024-03", "2024-06")
            platform.run("train", "2024-07")
            platform.run("choose_champion")
            platform.now_is(LATER)
            platform.run_everything()
        yield platform


def draw_signals(lake: LakeResource, wanted: int) -> None:
    """Publish signals of other markets until the table holds as many as are wanted."""
    bars = wanted // (MARKETS * MONTHS)
    months = [Month(2023, 7).shift(one) for one in range(MONTHS)]
    for number in range(MARKETS):
        market = Market("binance", f"M{number:03d}/USDT", "5m")
        snapshot = lake.snapshot(SIGNALS)
        if snapshot.months(market):
            continue
        frames = {(market.key, month.key): _drawn(month, bars, number) for month in months}
        snapshot.publish(frames, run_id=f"drawn {number}", code_version="0")


def _drawn(month: Month, bars: int, seed: int) -> pd.DataFrame:
    draw = np.random.default_rng([seed, month.year, month.number])
    opened = pd.date_range(month.start, periods=bars, freq=BAR).as_unit("ms")
    side = draw.choice(np.array([-1, 1], np.int8), bars)
    price, width = draw.uniform(100, 200, bars), draw.uniform(0.001, 0.02, bars)
    frame = pd.DataFrame(
        {
            "open_time": opened,
            "decided_at": opened + BAR,
            "valid_until": opened + 4 * BAR,
            "model_id": f"{seed:032x}",
            "side": side,
            "size": draw.uniform(0.1, 1.0, bars),
            "probability": draw.uniform(0.0, 1.0, bars),
            "width": width,
            "target": width,
            "stop": width,
            "reference_price": price,
            "target_price": price * (1 + side * width),
            "stop_price": price * (1 - side * width),
            "paper": False,
            "strategy_state": "insufficient",
        }
    )
    return frame[list(SIGNALS.dtypes)].astype(SIGNALS.dtypes)


def timed(asked: Callable[[], object], *, anew: bool) -> list[tuple[float, float]]:
    """Return milliseconds of each of some calls, by the clock and of CPU.

    The tables are loaded anew for each, or not. On a machine that others use, CPU is what it costs.
    """
    found: list[tuple[float, float]] = []
    for _ in range(TIMES):
        if anew:
            looks._kept.clear()  # noqa: SLF001  # As a process that begins
        began, worked = time.perf_counter(), time.process_time()
        asked()
        seconds = time.perf_counter() - began, time.process_time() - worked
        found.append((seconds[0] * 1000, seconds[1] * 1000))
    return found


def measure(platform: InProcessPlatform) -> dict[str, list[tuple[float, float]]]:
    """Time lineage of the last signal and of a candle in a look-back."""
    settings, market, lake = platform.settings, platform.market, platform.lake
    [strategy] = strategies_of(settings)
    signals = lake.look(SIGNALS).read(market, ["2024-06"])
    at: datetime = signals["open_time"].iloc[-1].to_pydatetime()

    def back() -> object:
        tables = LoadedTables(lake)
        origins = Origins(tables, platform.instance)
        return SignalLineage(tables, origins, reach(settings), market, at).rows()

    def forward() -> object:
        horizon = settings.training.horizon_bars
        long_ago = at - timedelta(days=20)
        uses = CandleUses(lake, strategy, reach(settings), horizon, market, long_ago)
        return [*uses.shared(), *uses.of_strategy()]

    return {
        f"{name}, {how}": timed(asked, anew=anew)
        for name, asked in (("back from a signal", back), ("forward from a candle", forward))
        for how, anew in (("tables loaded anew", True), ("tables known", False))
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the lake, if it is not there, and print one line a measurement."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lineage", description=__doc__)
    parser.add_argument("--home", type=Path, help="Of before, if it is there; kept.")
    parser.add_argument("--signals", type=int, default=SIGNALS_STORED)
    asked = parser.parse_args(arguments)
    with ExitStack() as stack:
        home = asked.home or Path(stack.enter_context(tempfile.TemporaryDirectory()), "home")
        platform = stack.enter_context(lived_in(home))
        draw_signals(platform.lake, asked.signals)
        stored = platform.lake.snapshot(SIGNALS)
        rows = sum(stored.rows(market) for market in stored.markets())
        print(f"{rows:,} signals in {len(stored.partitions()):,} partitions")
        for name, took in measure(platform).items():
            clock, cpu = (sorted(column) for column in zip(*took, strict=True))
            print(
                f"{name}: best {clock[0]:.0f} ms, median {np.median(clock):.0f} ms, worst "
                f"{clock[-1]:.0f} ms; CPU, median {np.median(cpu):.0f} ms; at most "
                f"{PROMISED_MS:.0f} ms promised"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
