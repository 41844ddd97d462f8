"""The same trades as vectorbt on what both know: no time exit, no funding, the whole account.

vectorbt places one order a bar and looks at no stop in the bar of the entry. So each candle is two
of its bars, the moment of the open and the rest: then its rules are ours, with nothing left out.
"""

import warnings
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from traderai_assets.domain.backtest.bars import MAX_HELD_BARS, Bars, Decisions, utc_times
from traderai_assets.domain.backtest.costs import Costs
from traderai_assets.domain.backtest.engine import run_backtest

COSTS = Costs(fee_rate=0.0005, slippage_rate=0.0002)
# Seventeen thousand trades at those costs leave an account that vectorbt takes for nothing.
SMALL_COSTS = Costs(fee_rate=0.00005, slippage_rate=0.00002)
BAR = timedelta(minutes=5)


@pytest.fixture(scope="module")
def vectorbt():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("vectorbt")


def market(rng, n_bars):
    """Candles with gaps in price between them."""
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.003, n_bars)))
    opens = np.concatenate([[100.0], close[:-1]]) * np.exp(rng.normal(0, 0.001, n_bars))
    high = np.maximum(opens, close) * (1 + rng.exponential(0.001, n_bars))
    low = np.minimum(opens, close) * (1 - rng.exponential(0.001, n_bars))
    open_time = np.arange(n_bars) * (BAR // timedelta(milliseconds=1))
    return Bars(open_time, opens, high, low, close)


def twice(first, second):
    """Interleave what holds at the opens and what holds of the bars, a parameter set a column."""
    mixed = np.stack([first, second], axis=1)
    return mixed.reshape(2 * len(first), -1)


def vectorbt_portfolio(vectorbt, bars, sides, target, stop, costs):
    """All parameter sets, one a column."""
    delayed = np.zeros_like(sides)
    delayed[1:] = sides[:-1]
    nothing = np.zeros_like(delayed)
    signal = twice(delayed, nothing)
    over = np.zeros((len(signal), 1), bool)
    over[-1] = True  # We close what is held at the last close
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return vectorbt.Portfolio.from_signals(
            close=twice(bars.open, bars.close),
            open=twice(bars.open, bars.open),
            high=twice(bars.open, bars.high),
            low=twice(bars.open, bars.low),
            price=twice(bars.open, bars.close),
            entries=signal > 0,
            exits=over,
            short_entries=signal < 0,
            short_exits=over,
            tp_stop=target[None, :],
            sl_stop=stop[None, :],
            stop_entry_price="price",
            stop_exit_price="stopmarket",
            upon_opposite_entry="ignore",
            fees=costs.fee_rate,
            slippage=costs.slippage_rate,
            init_cash=1e6,
            freq="1min",
        )


def assert_same(vectorbt, n_bars, seed, costs, n_sets=20):
    rng = np.random.default_rng(seed)
    bars = market(rng, n_bars)
    sides = rng.choice([-1, 0, 0, 0, 1], (n_bars, n_sets))
    target, stop = rng.uniform(0.003, 0.02, (2, n_sets))
    portfolio = vectorbt_portfolio(vectorbt, bars, sides, target, stop, costs)
    theirs = portfolio.trades.records
    candles = frame_of(bars)
    count = 0
    for column in range(n_sets):
        decisions = Decisions.of(
            sides[:, column],
            target=target[column],
            stop=stop[column],
            horizon_bars=MAX_HELD_BARS,
        )
        ours = run_backtest(candles, decisions, bar=BAR, costs=costs)
        same = theirs[theirs["col"] == column]
        entry = candles["open_time"].searchsorted(ours.trades["entry_time"])
        np.testing.assert_array_equal(same["entry_idx"] // 2, entry)
        np.testing.assert_array_equal(
            same["exit_idx"] // 2, entry + ours.trades["bars"].to_numpy() - 1
        )
        np.testing.assert_array_equal(1 - 2 * same["direction"], ours.trades["side"])
        for name in ("entry_price", "exit_price"):
            np.testing.assert_allclose(same[name], ours.trades[name], rtol=1e-12)
        np.testing.assert_allclose(
            portfolio.total_return().iloc[column],
            ours.metrics["total_return"],
            rtol=1e-9,
            atol=1e-9,
        )
        count += len(same)
    return count


def frame_of(bars):
    return pd.DataFrame(bars._asdict()).assign(open_time=utc_times(bars.open_time), volume=1.0)


def test_every_trade_of_twenty_parameter_sets_is_vectorbts(vectorbt):
    assert assert_same(vectorbt, 1_000, 0, COSTS) > 1_000


@pytest.mark.torture
def test_every_trade_of_eighteen_months_is_vectorbts(vectorbt):
    assert assert_same(vectorbt, 155_520, 1, SMALL_COSTS) > 150_000
