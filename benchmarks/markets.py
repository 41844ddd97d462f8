"""Markets: two trainings at once against one after the other, each in a process as a run is."""

import multiprocessing
from functools import partial

from benchmarks import bare_job
from benchmarks.judging import platform_plan
from benchmarks.planted import PAYABLE, planted_market
from benchmarks.table import Ratio, at_most, best_of
from benchmarks.training import Job
from traderai_assets.domain.features.month import warm_up_bars

BOUND = 0.6
SEEDS = (0, 1)


def train(seed: int, *, quick: bool) -> None:
    """Train one market from its candles on; `quick` with fewer trials and shorter fits."""
    candles = planted_market(PAYABLE, seed, warm_up_bars=warm_up_bars()).candles
    plan = platform_plan()
    Job(candles, bare_job.smaller(plan) if quick else plan).run()


def train_in_processes(seeds: tuple[int, ...], *, quick: bool) -> None:
    """Train markets at once, a process each; its start and end included.

    Raises
    ------
    RuntimeError
        If a training did not end well.
    """
    context = multiprocessing.get_context("spawn")  # As a worker is: nothing is inherited
    started = [
        context.Process(target=train, args=(seed,), kwargs={"quick": quick}) for seed in seeds
    ]
    for process in started:
        process.start()
    for process in started:
        process.join()
    if any(process.exitcode for process in started):
        raise RuntimeError(f"trainings ended with {[process.exitcode for process in started]}")


def measure(*, quick: bool) -> list[Ratio]:
    """Time both ways; `quick` with fewer trials and shorter fits."""
    together = partial(train_in_processes, SEEDS, quick=quick)

    def in_turn() -> None:
        for seed in SEEDS:
            train_in_processes((seed,), quick=quick)

    at_once, one_by_one = best_of(1, together, in_turn)
    return [
        Ratio(
            what="two markets trained, 30 days each",
            ours="side by side",
            peer="one after the other",
            ours_seconds=at_once,
            peer_seconds=one_by_one,
            bound=at_most(BOUND),
            met=at_once <= BOUND * one_by_one,
            note="a process each, either way; start and end included",
        )
    ]
