"""`make promises`: what decisions promised before costs, and what came of them, on planted markets.

A model learns from a look-back of a market whose edge is known and decides over the 30 days after
it. A decision promises its pricing's slope times its forecast, less what is luck in having been
chosen and decided; what came is the gross return of that position, walked to its own end.
"""

import argparse
import multiprocessing
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import product

import numpy as np
import pandas as pd

from benchmarks.evidence import ONE_THREAD
from benchmarks.judging import ROOT, platform_plan
from benchmarks.machine import machine, versions
from benchmarks.planted import BAR, DAYS, NOISE, START, Edge, planted_market
from benchmarks.promises.pooled import Case
from benchmarks.promises.report import promises_page
from traderai_assets.cli.atomic_write import atomic_write
from traderai_assets.domain.arrays import milliseconds_of
from traderai_assets.domain.backtest.bars import Bars
from traderai_assets.domain.backtest.costs import Costs
from traderai_assets.domain.backtest.held_returns import held_returns
from traderai_assets.domain.backtest.policy import Pricing
from traderai_assets.domain.features.month import month_features, warm_up_bars
from traderai_assets.domain.labels.outcomes import label_bars
from traderai_assets.domain.models.model import decode_model, encode_model
from traderai_assets.domain.months import months_between
from traderai_assets.domain.signals.decisions import decide_bars
from traderai_assets.domain.training.engine import train_model
from traderai_assets.domain.training.plan import TrainingPlan

# Drifts that give the information coefficients of the names, over 12 bars
EDGES = (
    NOISE,
    Edge("IC .05", 0.008, 0.001),
    Edge("IC .10", 0.016, 0.001),
    Edge("IC .20", 0.033, 0.001),
    Edge("IC .45", 0.088, 0.001),
)
HORIZONS = (12, 48, 288)
# Of a round trip, fee and slippage together
ROUND_TRIPS = (0.0004, 0.0012)
# Days, and how many markets of an edge and of noise are looked back on so far
LOOK_BACKS = ((30, 8, 24), (180, 8, 8))
FIRST_SEED = 5_000
PAGE = ROOT / "docs" / "promises.md"
PROCESSES = 2


@dataclass(frozen=True)
class Asked:
    """One market, look-back, horizon and cost."""

    edge: Edge
    seed: int
    lookback_days: int
    horizon_bars: int
    round_trip: float
    quick: bool


def served(asked: Asked) -> Case:
    """Train on a market's look-back, decide over its last 30 days, and follow every decision."""
    plan = _plan(asked)
    days = asked.lookback_days + DAYS
    market = planted_market(asked.edge, asked.seed, warm_up_bars=warm_up_bars(), days=days)
    candles, opens = market.candles, pd.Timestamp(START) + timedelta(days=asked.lookback_days)
    features = pd.concat(
        [
            month_features(candles, month=month, bar=BAR)
            for month in months_between(START, START + timedelta(days=days))
        ],
        ignore_index=True,
    )
    known = candles[candles["open_time"] < opens]
    labels = label_bars(known, bar=BAR, horizon_bars=plan.horizon_bars, multiple=plan.multiple)
    trained = train_model(
        features[features["open_time"] < opens],
        labels[labels["open_time"] >= pd.Timestamp(START)].drop(columns="barrier"),
        known,
        plan=plan,
        bar=BAR,
        report=lambda _progress: None,
        inputs={"planted": f"{asked.edge.name} {asked.seed}"},
    )
    model = decode_model(encode_model(trained).iloc[0])
    decided = decide_bars(model, features[features["open_time"] >= opens], candles, bar=BAR)
    pricing = Pricing(**trained.card["chosen"]["pricing"])
    bars = Bars.of(candles)
    held = held_returns(
        bars,
        np.searchsorted(bars.open_time, milliseconds_of(decided["open_time"])),
        target=decided["target"].to_numpy(np.float64),
        stop=decided["stop"].to_numpy(np.float64),
        horizon_bars=plan.horizon_bars,
        bar=BAR,
    )
    side = decided["side"].to_numpy(np.int8)
    came = held.of_side(side)
    taken = (side != 0) & ~np.isnan(came)
    margin = trained.card["chosen"]["policy"]["margin"]
    promised = pricing.promised(
        decided["probability"].to_numpy(np.float64),
        decided["width"].to_numpy(np.float64),
        plan.costs.round_trip * (1.0 + margin),
    )
    return Case(
        edge=asked.edge.name,
        market=asked.seed,
        lookback_days=asked.lookback_days,
        horizon_bars=asked.horizon_bars,
        round_trip=asked.round_trip,
        coefficient=market.information_coefficient(plan.horizon_bars),
        bars=len(decided),
        days=_days(decided["open_time"][taken], promised[taken], came[taken]),
    )


def _plan(asked: Asked) -> TrainingPlan:
    plan = platform_plan()
    costs = Costs(fee_rate=asked.round_trip / 2.0, slippage_rate=0.0)
    plan = replace(
        plan,
        lookback_days=asked.lookback_days,
        horizon_bars=asked.horizon_bars,
        costs=costs,
    )
    plan = replace(plan, search=replace(plan.search, horizons=()))
    return replace(plan, rounds=60, learners=("lightgbm",)) if asked.quick else plan


def _days(
    open_time: "pd.Series[pd.Timestamp]", promised: np.ndarray, came: np.ndarray
) -> list[tuple[int, float, float]]:
    """Decisions, and the sums of what was promised and what came, of each day with any."""
    told = pd.DataFrame({"day": open_time.dt.floor("D"), "promised": promised, "came": came})
    sums = told.groupby("day").agg(
        decisions=("came", "size"), promised=("promised", "sum"), came=("came", "sum")
    )
    return list(sums.itertuples(index=False, name=None))


def cases(asked: Sequence[Asked], processes: int) -> Iterator[Case]:
    """Serve every market, each on one thread."""
    os.environ.update(ONE_THREAD)
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=spawn) as pool:
        for number, case in enumerate(pool.map(served, asked), start=1):
            told = f"{sum(day[0] for day in case.days)} of {case.bars} bars"
            print(
                f"{number}/{len(asked)} {case.edge}, {case.lookback_days} days, "
                f"{case.horizon_bars} bars: {told}",
                flush=True,
            )
            yield case


def all_asked(*, quick: bool) -> list[Asked]:
    """Every market; few of them if `quick`."""
    if quick:
        return [Asked(edge, 1, DAYS, 12, 0.0012, True) for edge in (NOISE, EDGES[-1])]
    return [
        Asked(edge, FIRST_SEED + number, days, horizon, cost, False)
        for edge in EDGES
        for days, planted, silent in LOOK_BACKS
        for number in range(silent if edge is NOISE else planted)
        for horizon, cost in product(HORIZONS, ROUND_TRIPS)
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve, print, write; 1 where a promise was not kept."""
    parser = argparse.ArgumentParser(description="Hold decisions to what they promised")
    parser.add_argument("--quick", action="store_true", help="short, and no page is written")
    quick = parser.parse_args(arguments).quick
    found = list(cases(all_asked(quick=quick), 1 if quick else PROCESSES))
    of = f"{versions(('numpy', 'lightgbm', 'xgboost-cpu'))}; {machine()}"
    page, kept = promises_page(found, of)
    print(page)
    if not quick:
        with atomic_write(PAGE) as draft:
            draft.write_text(page)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
