"""The engine: against vectorbt, backtesting.py and a bare kernel, and its cost against bars.

vectorbt and the bare kernel make the same trades as we do, which is checked before anything is
timed: the same number, and the same account at the end.
"""

import tracemalloc
from functools import partial

import numpy as np
import pandas as pd

from benchmarks.engine_market import (
    BAR,
    BAR_MS,
    COSTS,
    PRICING,
    SETS,
    bare_set,
    decided_signals,
    given_signals,
    market,
    parameter_sets,
)
from benchmarks.engine_peers import (
    Signals,
    backtesting_run,
    vectorbt_figures,
    vectorbt_portfolio,
)
from benchmarks.table import Ratio, at_least, at_most, best_of
from traderai_assets.domain.backtest.account_kernel import walk_account
from traderai_assets.domain.backtest.bars import MAX_HELD_BARS, Bars, Decisions, utc_times
from traderai_assets.domain.backtest.curve_kernel import measure_curve
from traderai_assets.domain.backtest.engine import run_backtest
from traderai_assets.domain.backtest.layout import Rules
from traderai_assets.domain.backtest.policy import Policy, decide
from traderai_assets.domain.backtest.sweep import evaluate_policies

MONTH, YEARS, DECADES = 8_640, 155_520, 1_555_200
NOISE = 0.05
"""Of a slope between two times that a busy machine gives."""


def our_sets(bars: Bars, signals: Signals, *, figures: bool = False) -> list[tuple[int, float]]:
    """Trades and last account of every set, on one thread; with `figures` also measured."""
    rules = Rules(BAR_MS, COSTS.fee_rate, COSTS.slippage_rate, False)
    rows = bars.close.size
    ends, found = np.array([rows]), []
    one, horizon = np.ones(rows), np.full(rows, MAX_HELD_BARS)
    for side, target, stop in zip(signals.side.T, signals.target, signals.stop, strict=True):
        equity, decisions = np.empty(rows), Decisions(side, one, one, one, horizon)
        trades = walk_account(
            bars, decisions, (target, stop), rules, None, None, ends, equity, None, None
        )
        if figures:
            measure_curve(equity)
        found.append((int(trades), float(equity[-1])))
    return found


def check_same(bars: Bars, signals: Signals) -> None:
    """Refuse to time what trades differently."""
    ours = our_sets(bars, signals)
    bare = [bare_set(bars, signals, number) for number in range(SETS)]
    portfolio = vectorbt_portfolio(bars, signals, COSTS)
    theirs = list(zip(portfolio.trades.count(), portfolio.total_return() + 1, strict=True))
    for name, peer in (("the bare kernel", bare), ("vectorbt", theirs)):
        for (count, account), (other_count, other) in zip(ours, peer, strict=True):
            if count != other_count or abs(account - other) > 1e-9 * max(account, 1):
                raise AssertionError(
                    f"{name} made {other_count} trades and {other}, we {count} and {account}"
                )


def against_peers(rows: int, times: int) -> list[Ratio]:
    """Time twenty sets of the same trades, and twenty policies, at so many bars."""
    bars, probability, width = market(rows)
    signals = given_signals(bars, probability, width)
    check_same(bars, signals)
    ours, bare = best_of(
        5 * times,
        partial(our_sets, bars, signals),
        lambda: [bare_set(bars, signals, number) for number in range(SETS)],
    )
    priced = [(policy, PRICING) for policy in parameter_sets()]
    walked, vectorbt, measured, with_figures, swept, decided = best_of(
        times,
        partial(our_sets, bars, signals),
        lambda: vectorbt_portfolio(bars, signals, COSTS),
        partial(our_sets, bars, signals, figures=True),
        lambda: vectorbt_figures(vectorbt_portfolio(bars, signals, COSTS)),
        lambda: evaluate_policies(
            bars, probability, width, priced, bar=BAR, horizon_bars=MAX_HELD_BARS, costs=COSTS,
        ),
        lambda: vectorbt_portfolio(bars, decided_signals(probability, width), COSTS).returns(),
    )  # fmt: skip
    what, same = f"{SETS} parameter sets, {rows:,} bars", "the same trades; one thread of ours"
    rule = "from probabilities to returns per bar; vectorbt's signals by numpy; our cores at will"
    return [
        _at_least(what, "the walk", walked, vectorbt, same),
        _at_least(f"{what}, and their figures", "walk and figures", measured, with_figures, same),
        _at_least(f"{SETS} policies, {rows:,} bars", "evaluate_policies", swept, decided, rule),
        Ratio(what, "the walk", "bare kernel", ours, bare, at_most(1.3), ours <= 1.3 * bare, same),
    ]


def _at_least(what: str, ours: str, mine: float, theirs: float, note: str) -> Ratio:
    return Ratio(what, ours, "vectorbt", mine, theirs, at_least(30), theirs >= 30 * mine, note)


def against_backtesting(times: int) -> Ratio:
    """Time one set with its ledger, trades and figures."""
    bars, probability, width = market(MONTH)
    signals = given_signals(bars, probability, width)
    run = partial(_run, bars, probability, width)
    mine, theirs = best_of(times, run, lambda: backtesting_run(bars, signals, COSTS))
    note = "near the same trades: its barriers hang on the last close, not on the fill"
    return Ratio(
        f"one set, {MONTH:,} bars, all frames", "run_backtest", "backtesting.py",
        mine, theirs, at_least(10), theirs >= 10 * mine, note,
    )  # fmt: skip


def _run(bars: Bars, probability: np.ndarray, width: np.ndarray) -> object:
    candles = pd.DataFrame(bars._asdict()).assign(open_time=utc_times(bars.open_time))
    decided = decide(
        probability,
        width,
        cost=COSTS.round_trip,
        policy=Policy(),
        pricing=PRICING,
        horizon_bars=12,
    )
    return run_backtest(candles, decided, bar=BAR, costs=COSTS)


def scaling(sizes: tuple[int, ...], times: int) -> list[Ratio]:
    """Time and weigh a whole backtest at more and more bars."""
    seconds, peaks = [], []
    for rows in sizes:
        run = partial(_run, *market(rows))
        seconds.append(best_of(times, run)[0])
        tracemalloc.start()
        run()
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    found = []
    for small, large in zip(range(len(sizes) - 1), range(1, len(sizes)), strict=True):
        growth = sizes[large] / sizes[small]
        slope, weight = (
            float(np.log(of[large] / of[small]) / np.log(growth)) for of in (seconds, peaks)
        )
        found.append(
            Ratio(
                f"run_backtest, {sizes[large]:,} bars against {sizes[small]:,}",
                f"{sizes[large]:,} bars",
                f"{growth:g} times {sizes[small]:,}",
                seconds[large],
                seconds[small] * growth,
                f"slope at most 1.0, and {NOISE} for noise",
                slope <= 1 + NOISE and weight <= 1 + NOISE,
                f"slope {slope:.3f}; of peak memory {weight:.3f} ({peaks[large] / 1e6:.0f} MB)",
            )
        )
    return found


def measure(*, quick: bool) -> list[Ratio]:
    """Measure it all; `quick` leaves the decades out and repeats less."""
    times = 3 if quick else 7
    sizes = (MONTH, YEARS) if quick else (MONTH, YEARS, DECADES)
    return [
        *against_peers(MONTH, 3 * times),
        *against_peers(YEARS, times),
        against_backtesting(times),
        *scaling(sizes, times),
    ]
