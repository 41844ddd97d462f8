"""`make evidence`: many planted markets, each searched in full; how many models clear the bar.

It takes half an hour on two cores. Each verdict is written to a journal, so that a run that was
stopped goes on where it stood, as long as neither code nor settings have changed.
"""

import argparse
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from benchmarks.evidence_report import Demand, evidence_page
from benchmarks.judging import ROOT, Judged, code_of, judge, platform_plan, quick_plan
from benchmarks.planted import FAINT, MIDDLING, NOISE, PAYABLE, UNPAYABLE
from traderai_assets.cli.atomic_write import atomic_write
from traderai_assets.domain.training.plan import TrainingPlan

# The strength of the payable edge was settled on seeds 0 to 5; those counted are others
FIRST_SEED = 1_000
DEMANDS = (
    Demand(NOISE, markets=100, at_most=1, first_seed=FIRST_SEED),
    Demand(PAYABLE, markets=30, at_least=29, first_seed=FIRST_SEED),
    Demand(UNPAYABLE, markets=40, at_most=2, first_seed=FIRST_SEED),
    # Nothing is demanded of these: they show where between noise and the payable edge the bar is
    Demand(MIDDLING, markets=10, first_seed=FIRST_SEED),
    Demand(FAINT, markets=10, first_seed=FIRST_SEED),
)
QUICK_DEMANDS = (Demand(NOISE, markets=3, at_most=0), Demand(PAYABLE, markets=2, at_least=2))
PROCESSES = 2
JOURNAL = ROOT / ".traderai" / "evidence.jsonl"
PAGE = ROOT / "docs" / "evidence.md"
# Each market is judged on one thread; the processes are what is parallel
ONE_THREAD = {"OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


@dataclass(frozen=True)
class Journal:
    """The verdicts so far, one line each."""

    path: Path

    def read(self, code: str) -> dict[tuple[str, int], Judged]:
        """Verdicts of the same code and settings, by edge and seed; a torn last line is none."""
        if not self.path.exists():
            return {}
        whole = self.path.read_text().rpartition("\n")[0]
        found = [Judged.from_line(line) for line in whole.splitlines() if line]
        return {(one.edge, one.seed): one for one in found if one.code == code}

    def add(self, judged: Judged) -> None:
        """Write one verdict down, over a line that a kill tore."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a+b") as journal:
            journal.seek(0)
            journal.truncate(journal.read().rfind(b"\n") + 1)
            journal.write(judged.to_line().encode() + b"\n")


def gather_verdicts(
    demands: Sequence[Demand], plan: TrainingPlan, journal: Journal, processes: int
) -> list[Judged]:
    """Judge every market that the journal does not know, and return all verdicts."""
    asked = [(demand.edge.name, seed) for demand in demands for seed in demand.seeds]
    known = journal.read(code_of(plan))
    missing = [market for market in asked if market not in known]
    if len(missing) < len(asked):
        print(f"{len(asked) - len(missing)} of {len(asked)} markets are in the journal")
    began = time.monotonic()
    for done, judged in enumerate(_judged(missing, plan, processes), start=1):
        journal.add(judged)
        known[judged.edge, judged.seed] = judged
        left = (time.monotonic() - began) / done * (len(missing) - done)
        verdict = "promotable" if judged.promotable else "not promotable"
        print(
            f"{done}/{len(missing)} {judged.edge} {judged.seed}: {verdict}, "
            f"Sharpe {judged.test_sharpe:.1f}, best trial {judged.best_trial_sharpe:.1f}; "
            f"{left / 60:.0f} min left",
            flush=True,
        )
    return [known[market] for market in asked]


def _judged(
    markets: Sequence[tuple[str, int]], plan: TrainingPlan, processes: int
) -> Iterator[Judged]:
    """Verdicts as they come."""
    if processes == 1:
        yield from (judge(edge, seed, plan) for edge, seed in markets)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        futures = [pool.submit(judge, edge, seed, plan) for edge, seed in markets]
        try:
            for future in as_completed(futures):
                yield future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge, print, write the page; 1 where a demand is not met."""
    parser = argparse.ArgumentParser(description="How many planted markets give a promotable model")
    parser.add_argument("--quick", action="store_true", help="a few markets and trials, no page")
    parser.add_argument("--processes", type=int, default=PROCESSES)
    parser.add_argument("--journal", type=Path, default=JOURNAL)
    asked = parser.parse_args(arguments)
    os.environ.update(ONE_THREAD)
    demands, plan = (QUICK_DEMANDS, quick_plan()) if asked.quick else (DEMANDS, platform_plan())
    verdicts = gather_verdicts(demands, plan, Journal(asked.journal), asked.processes)
    page = evidence_page(demands, verdicts, plan)
    print(page)
    if not asked.quick:
        with atomic_write(PAGE) as draft:
            draft.write_text(page)
    return 0 if all(demand.met(verdicts) for demand in demands) else 1


if __name__ == "__main__":
    sys.exit(main())
