"""The market that the engine is timed on, and twenty parameter sets of decisions for it."""

from datetime import timedelta

import numpy as np

from benchmarks.engine_peers import Signals, bare_walk
from traderai_assets.domain.backtest.bars import MAX_HELD_BARS, Bars
from traderai_assets.domain.backtest.costs import Costs
from traderai_assets.domain.backtest.policy import Policy, Pricing, decide

BAR, BAR_MS = timedelta(minutes=5), 300_000
# So small that an account survives ten thousand trades: vectorbt stops at 1e-9 of one.
COSTS = Costs(fee_rate=0.00005, slippage_rate=0.00002)
SETS = 20


def market(rows: int) -> tuple[Bars, np.ndarray, np.ndarray]:
    """Return a walk whose bars open where the last closed, probabilities and widths."""
    random = np.random.default_rng(1)
    close = 100 * np.exp(np.cumsum(random.normal(0, 0.002, rows)))
    opens = np.concatenate([[100.0], close[:-1]])
    high = np.maximum(opens, close) * (1 + random.exponential(0.0005, rows))
    low = np.minimum(opens, close) * (1 - random.exponential(0.0005, rows))
    bars = Bars(np.arange(rows, dtype=np.int64) * BAR_MS, opens, high, low, close)
    lean = 0.02 * np.sin(np.arange(rows) / 50) + random.normal(0, 0.01, rows)
    return bars, np.clip(0.5 + lean, 0, 1), np.full(rows, 0.01)


# A width a unit of forecast, as where both barriers are a width away and one of them is reached
PRICING = Pricing(1.0, 1.0)


def parameter_sets() -> list[Policy]:
    """Return twenty policies that differ in margin, target and stop."""
    return [
        Policy(margin=5 * n / SETS, target=0.6 + n / 20, stop=1.4 - n / 25) for n in range(SETS)
    ]


def decided_signals(probability: np.ndarray, width: np.ndarray) -> Signals:
    """Decide under each policy, with numpy."""
    sets = [
        decide(
            probability,
            width,
            cost=COSTS.round_trip,
            policy=policy,
            pricing=PRICING,
            horizon_bars=MAX_HELD_BARS,
        )
        for policy in parameter_sets()
    ]
    return Signals(
        np.stack([decided.side for decided in sets], axis=1),
        np.array([decided.target[0] for decided in sets]),
        np.array([decided.stop[0] for decided in sets]),
    )


def given_signals(bars: Bars, probability: np.ndarray, width: np.ndarray) -> Signals:
    """Decide so, but nothing at a bar in which a position ends: vectorbt cannot."""
    decided = decided_signals(probability, width)
    signals = decided._replace(side=np.asfortranarray(decided.side))
    for number in range(SETS):
        bare_set(bars, signals, number, thin=True)
    return signals


def bare_set(bars: Bars, signals: Signals, number: int, *, thin: bool = False) -> tuple[int, float]:
    """Trades and last account of one set by the bare kernel."""
    equity = np.empty(bars.close.size)
    trades = bare_walk(
        bars.open, bars.high, bars.low, bars.close, signals.side[:, number],
        signals.target[number], signals.stop[number], MAX_HELD_BARS, COSTS.fee_rate,
        COSTS.slippage_rate, equity, thin,
    )  # fmt: skip
    return int(trades), float(equity[-1])
