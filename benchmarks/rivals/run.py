"""`make rivals`: the product against its rivals, month served by month served.

Ten minutes on two cores. Without a folder of real candles only simulated markets are served. For
experiments, `compare` puts any other learners side by side in the same way.
"""

import argparse
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import pandas as pd

from benchmarks.evidence import ONE_THREAD
from benchmarks.judging import ROOT, platform_plan, quick_plan
from benchmarks.planted import FAINT, MIDDLING, NOISE, UNPAYABLE
from benchmarks.rivals.comparison import differences, differences_table, means_table
from benchmarks.rivals.forecasts import (
    Rival,
    last_value,
    logistic_regression,
    plain_lightgbm,
    product,
)
from benchmarks.rivals.freqai import freqai_like
from benchmarks.rivals.markets import MarketMonth
from benchmarks.rivals.measures import Measured, frame_of, measure
from benchmarks.rivals.report import rivals_page
from benchmarks.rivals.sources import RealMonth, SimulatedMonth, real_months
from traderai_assets.cli.atomic_write import atomic_write
from traderai_assets.domain.training.plan import TrainingPlan

PRODUCT = "product"
RIVALS: Mapping[str, Rival] = {
    PRODUCT: product,
    "plain LightGBM": plain_lightgbm,
    "logistic regression": logistic_regression,
    "last value": last_value,
    "FreqAI-like": freqai_like,
}
PROCESSES = 2
FIRST_SEED, SEEDS = 2_000, 4
SIMULATED = [
    SimulatedMonth(edge, FIRST_SEED + seed)
    for edge in (NOISE, UNPAYABLE, FAINT, MIDDLING)
    for seed in range(SEEDS)
]
PAGE = ROOT / "docs" / "rivals.md"

Unopened = RealMonth | SimulatedMonth


def gather(
    months: Sequence[Unopened],
    rivals: Mapping[str, Rival],
    plan: TrainingPlan,
    processes: int,
    days: int | None = None,
) -> pd.DataFrame:
    """Measure every rival on every market-month; say a line for each as it comes.

    Parameters
    ----------
    months, rivals, plan, processes, days
        As in `compare`.

    Returns
    -------
    DataFrame
        The fields of `Measured`, a row for each rival and market-month, in the order asked for.
    """
    found: dict[int, list[Measured]] = {}
    began = time.monotonic()
    for number, measured in _measured(months, rivals, plan, processes, days):
        found[number] = measured
        left = (time.monotonic() - began) / len(found) * (len(months) - len(found))
        told = ", ".join(f"{one.rival} {one.auc:.3f}" for one in measured)
        print(
            f"{len(found)}/{len(months)} {measured[0].market} {measured[0].month}: "
            f"AUC {told}; {left / 60:.0f} min left",
            flush=True,
        )
    return frame_of([one for number in sorted(found) for one in found[number]])


def compare(
    variants: Mapping[str, Rival],
    months: Sequence[Unopened],
    *,
    plan: TrainingPlan,
    processes: int = PROCESSES,
    days: int | None = None,
) -> str:
    """Put learners side by side, the first of them against each other; for experiments.

    Parameters
    ----------
    variants : mapping of str to callable
        `functools.partial(product, own=plan)` to compare plans, `by_frames(function)` for any
        function of features, labels, candles and plan. With several processes they must be
        importable: functions of a module, no lambdas.
    months : sequence
        `real_months(folder, days)` or some `SimulatedMonth`.
    plan : TrainingPlan
        Its labels are what all are measured by, its costs what all pay.
    processes : int, default=2
    days : int, optional
        The longest look-back of a variant, where that is not the plan's.

    Returns
    -------
    str
        Two tables for each group of markets, as on the page.
    """
    measured = gather(months, variants, plan, processes, days)
    names = list(variants)
    parts = []
    for group, own in measured.groupby("group", sort=False):
        against = differences_table(differences(own, names[0], names))
        parts.append(f"{group}\n\n{means_table(own, names)}\n\n{names[0]} less:\n\n{against}")
    return "\n\n".join(parts)


def measure_month(
    unopened: Unopened, rivals: Mapping[str, Rival], plan: TrainingPlan, days: int | None
) -> list[Measured]:
    """Measure every rival on one market-month."""
    month: MarketMonth = unopened.open(days or plan.lookback_days)
    month.known(plan)  # What all share is computed before any is timed
    return [measure(name, rival, month, plan) for name, rival in rivals.items()]


def _measured(
    months: Sequence[Unopened],
    rivals: Mapping[str, Rival],
    plan: TrainingPlan,
    processes: int,
    days: int | None,
) -> Iterator[tuple[int, list[Measured]]]:
    """What was measured, as it comes, with the number of its market-month."""
    if processes == 1:
        for number, month in enumerate(months):
            yield number, measure_month(month, rivals, plan, days)
        return
    os.environ.update(ONE_THREAD)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        futures = {
            pool.submit(measure_month, month, rivals, plan, days): number
            for number, month in enumerate(months)
        }
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write the page."""
    parser = argparse.ArgumentParser(description="The product against its rivals")
    parser.add_argument("--candles", type=Path, help="folder of real candles, Parquet files")
    parser.add_argument("--quick", action="store_true", help="two simulated months, no page")
    parser.add_argument("--processes", type=int, default=PROCESSES)
    parser.add_argument("--page", type=Path, default=PAGE)
    asked = parser.parse_args(arguments)
    plan = quick_plan() if asked.quick else platform_plan()
    real = real_months(asked.candles, plan.lookback_days) if asked.candles else []
    months: list[Unopened] = [*real, *SIMULATED]
    measured = gather(SIMULATED[:2] if asked.quick else months, RIVALS, plan, asked.processes)
    page = rivals_page(measured, PRODUCT, list(RIVALS), plan)
    print(page)
    if not asked.quick:
        with atomic_write(asked.page) as draft:
            draft.write_text(page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
