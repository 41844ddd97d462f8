"""`make evidence`, second part: what the verdict on strategies finds, and what it takes for skill.

It takes three quarters of an hour on two cores, and writes docs/strategy_evidence.md.
"""

import argparse
import ast
import hashlib
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.evidence import ONE_THREAD
from benchmarks.judging import ROOT
from benchmarks.strategies.evidence_report import LEAST_POWER, Findings, evidence_page
from benchmarks.strategies.trials import (
    copies,
    kept_promise,
    live_stage,
    null_family,
    power,
    stepwise_null,
    stepwise_power,
)
from benchmarks.strategies.worlds import DAYS, World
from traderai_assets.cli.atomic_write import atomic_write

PAGE = ROOT / "docs" / "strategy_evidence.md"
JOURNAL = ROOT / ".traderai" / "strategy_evidence.json"
PROCESSES = 2
# Markets and the true Sharpe ratio of each
POWER_ROWS = ((1, 0.0), (1, 2.0), (1, 3.0), (2, 1.5), (2, 2.0), (10, 1.0), (10, 1.5), (10, 2.0))
LAWS = ("quiet", "rough")
FAMILIES = {"quiet": 2_000, "rough": 1_000}
LIVE_LAWS = ("quiet", "rough", "creeping")
# Of each row that is demanded: tells .70 from .69
DEMANDED_WORLDS = 4_000
YEAR, LIVE_DAYS = 365, 730
POOL_SHARPES = (1.0, 1.5, 2.0)
# Sharpe ratio of ten markets before they are live, and after
LIVE_ROWS = ((2.0, 2.0), (1.5, 1.5), (1.0, 1.0), (2.0, 0.0), (2.0, -1.0))


class Workers:
    """Processes that make one world each, on one thread, and say how far they are.

    What was found of the same code is kept in a journal, so that a run that was stopped goes on.
    """

    def __init__(self, pool: ProcessPoolExecutor, journal: Path) -> None:
        self._pool = pool
        self._began = time.monotonic()
        self._journal = journal
        self._code = _code()
        known = json.loads(journal.read_text()) if journal.exists() else {}
        self._known = known if known.get("code") == self._code else {"code": self._code}

    def each(self, name: str, trial: Callable[[int], Any], worlds: int) -> list[Any]:
        """What the trial says of the worlds with the seeds from 0 on."""
        key = f"{name}, {worlds} worlds"
        if key not in self._known:
            chunk = max(1, worlds // 40)
            self._known[key] = list(self._pool.map(trial, range(worlds), chunksize=chunk))
            self._journal.parent.mkdir(parents=True, exist_ok=True)
            with atomic_write(self._journal) as draft:
                draft.write_text(json.dumps(self._known))
        print(f"{(time.monotonic() - self._began) / 60:.1f} min: {key}", flush=True)
        found: list[Any] = self._known[key]
        return found


def _code() -> str:
    """Digest of all that decides what is found."""
    parts = [Path(__file__).parent / f"{part}.py" for part in ("worlds", "trials")]
    for folder in ("statistics", "strategies"):
        parts += sorted((ROOT / "traderai_assets" / "domain" / folder).glob("*.py"))
    return hashlib.sha256(
        "".join(ast.unparse(ast.parse(one.read_text())) for one in parts).encode()
    ).hexdigest()


def gather(workers: Workers, scale: float) -> Findings:
    """Make all trials, each so many times `scale`."""

    def times(worlds: int) -> int:
        return max(4, round(worlds * scale))

    live = World(1, 0.0, days=YEAR + LIVE_DAYS, live_from=YEAR)
    return Findings(
        copies=workers.each("copies", copies, times(20)),
        families={
            law: workers.each(
                f"families, {law}", partial(null_family, 2, law), times(FAMILIES[law])
            )
            for law in LAWS
        },
        power={
            (markets, sharpe): workers.each(
                f"{markets} markets, Sharpe ratio {sharpe}",
                partial(power, World(markets, sharpe)),
                times(800),
            )
            for markets, sharpe in POWER_ROWS
        },
        among_five={
            (markets, sharpe): [
                found[0]
                for found in workers.each(
                    f"{markets} markets, Sharpe ratio {sharpe}, among five",
                    partial(power, World(markets, sharpe), counts=(5,)),
                    times(DEMANDED_WORLDS),
                )
            ]
            for markets, sharpe, _ in LEAST_POWER
        },
        stepwise={
            law: workers.each(f"stepwise, {law}", partial(stepwise_null, law=law), times(120))
            for law in LAWS
        },
        stepwise_power={
            sharpe: workers.each(
                f"stepwise, Sharpe ratio {sharpe}",
                partial(stepwise_power, pool_sharpe=sharpe),
                times(120),
            )
            for sharpe in (1.6, 2.4, 3.1)
        },
        live_null={
            law: [
                found[0]
                for found in workers.each(
                    f"live without skill, {law}", partial(live_stage, _of(live, law)), times(1_000)
                )
            ]
            for law in LIVE_LAWS
        },
        kept={
            law: workers.each(f"promise kept, {law}", partial(kept_promise, law=law), times(1_000))
            for law in LIVE_LAWS
        },
        live={
            (before, after): workers.each(
                f"live, Sharpe ratio {before} and then {after}",
                partial(
                    live_stage,
                    World(
                        10,
                        before,
                        days=DAYS + LIVE_DAYS,
                        live_from=DAYS,
                        later_sharpe=after,
                    ),
                ),
                times(200),
            )
            for before, after in LIVE_ROWS
        },
    )


def _of(world: World, law: Any) -> World:
    return World(1, 0.0, law, days=world.days, live_from=world.live_from)


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the trials, print, write the page; 1 where a demand is not met."""
    parser = argparse.ArgumentParser(description="What the verdict on strategies finds")
    parser.add_argument("--scale", type=float, default=1.0, help="share of the worlds; no page")
    parser.add_argument("--processes", type=int, default=PROCESSES)
    parser.add_argument("--journal", type=Path, default=JOURNAL)
    parser.add_argument("--page", type=Path, default=PAGE)
    asked = parser.parse_args(arguments)
    os.environ.update(ONE_THREAD)
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(asked.processes, mp_context=spawn) as pool:
        findings = gather(Workers(pool, asked.journal), asked.scale)
    page = evidence_page(findings)
    print(page)
    if asked.scale == 1.0:
        with atomic_write(asked.page) as draft:
            draft.write_text(page)
    return 0 if findings.all_met else 1


if __name__ == "__main__":
    sys.exit(main())
