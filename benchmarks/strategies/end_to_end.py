"""`make end-to-end`: strategies judged end to end, from candles through all assets to the verdict.

Lakes of noise, in which no strategy has skill, and lakes with a planted edge. It takes more than
an hour on two cores, goes on where it was stopped, and writes docs/strategy_end_to_end.md.
"""

import argparse
import hashlib
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, replace
from pathlib import Path

from benchmarks.evidence import ONE_THREAD
from benchmarks.judging import ROOT
from benchmarks.planted import Edge
from benchmarks.strategies.end_to_end_report import Lakes, end_to_end_page
from benchmarks.strategies.lakes import Found, Plan, judged_lake
from traderai_assets.cli.atomic_write import atomic_write
from traderai_assets.domain.code_versions import CODE_VERSIONS

PAGE = ROOT / "docs" / "strategy_end_to_end.md"
WORK = ROOT / ".traderai" / "strategy_end_to_end"
PROCESSES = 2
LAKES = 10
# A decision takes a side wherever its mean return is above 0: silent strategies would show nothing
_TRAINING = {
    "folds": 2,
    "lookback_days": 60,
    "minimum_rows": 20,
    "confidence": 0.5,
    "horizon_bars": 3,
    "learners": ("lightgbm",),
}
NOISE = Plan(
    "noise",
    # Nothing is paid: with costs no strategy without skill would come near a bound
    Edge("noise", drift=0.0, volatility=0.001),
    markets=10,
    months=9,
    strategies={
        "short": {},
        "middle": {"training": {"horizon_bars": 6}},
        "long": {"training": {"horizon_bars": 12}},
        "wide": {"training": {"barrier_multiple": 2.0}},
        "young": {"training": {"lookback_days": 30}},
    },
    training=_TRAINING,
    costs={"fee_rate": 0.0, "slippage_rate": 0.0},
)
PLANTED = Plan(
    "planted",
    # Found on four other markets: .06 gave a Sharpe ratio of 0 a market, .07 of 2.4, .075 of 3.8
    Edge("planted", drift=0.068, volatility=0.001),
    markets=10,
    months=18,
    strategies={"one": {}},
    training=_TRAINING,
    costs={"fee_rate": 0.0002, "slippage_rate": 0.0},
)


def smaller(plan: Plan) -> Plan:
    """The same of two markets and three months, for a test."""
    return replace(plan, markets=2, months=3, strategies=dict(list(plan.strategies.items())[:1]))


def _code(plan: Plan) -> str:
    """Digest of all that decides what is found: what assets make, and of what."""
    text = json.dumps(CODE_VERSIONS, sort_keys=True) + plan.to_text()
    for part in (Path(__file__).parent / "lakes.py", ROOT / "benchmarks" / "planted.py"):
        text += part.read_text()
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def gather(plans: Sequence[Plan], lakes: int, work: Path, processes: int) -> list[Lakes]:
    """Judge every lake that is not known of the same code; a file a lake keeps what was found."""
    began = time.monotonic()
    asked = [(plan, number) for plan in plans for number in range(1, lakes + 1)]
    missing = [one for one in asked if not _kept(work, *one).exists()]
    print(f"{len(asked) - len(missing)} of {len(asked)} lakes are known", flush=True)
    for done, (plan, number, found) in enumerate(_judged(missing, work, processes), 1):
        with atomic_write(_kept(work, plan, number)) as draft:
            draft.write_text(json.dumps([asdict(one) for one in found]))
        minutes = (time.monotonic() - began) / 60
        print(f"{minutes:.1f} min: {done} of {len(missing)}, {plan.name} {number}", flush=True)
    return [known(plan, lakes, work) for plan in plans]


def known(plan: Plan, lakes: int, work: Path) -> Lakes:
    """What is known of a plan's lakes so far."""
    files = [_kept(work, plan, number) for number in range(1, lakes + 1)]
    return Lakes(
        plan,
        asked=lakes,
        found=[
            [Found(**one) for one in json.loads(file.read_text())]
            for file in files
            if file.exists()
        ],
    )


def _kept(work: Path, plan: Plan, number: int) -> Path:
    return work / f"{plan.name}-{number}-{_code(plan)}.json"


def _judged(
    missing: Sequence[tuple[Plan, int]], work: Path, processes: int
) -> Iterator[tuple[Plan, int, list[Found]]]:
    work.mkdir(parents=True, exist_ok=True)
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=spawn) as pool:
        futures = {
            pool.submit(judged_lake, plan, number, _kept(work, plan, number).with_suffix("")): (
                plan,
                number,
            )
            for plan, number in missing
        }
        for future in as_completed(futures):
            yield (*futures[future], future.result())


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the lakes, print, write the page; 1 where a demand is not met."""
    parser = argparse.ArgumentParser(description="Strategies judged from candles to the verdict")
    parser.add_argument("--lakes", type=int, default=LAKES, help="of either kind")
    parser.add_argument("--processes", type=int, default=PROCESSES)
    parser.add_argument("--known", action="store_true", help="write what is known, make no lake")
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument("--page", type=Path, default=PAGE)
    asked = parser.parse_args(arguments)
    os.environ.update(ONE_THREAD)
    plans = (PLANTED, NOISE)
    lakes = (
        [known(plan, asked.lakes, asked.work) for plan in plans]
        if asked.known
        else gather(plans, asked.lakes, asked.work, asked.processes)
    )
    page, met = end_to_end_page(*lakes)
    print(page)
    with atomic_write(asked.page) as draft:
        draft.write_text(page)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
