"""The truth lies between the pessimistic and the optimistic result, and finer candles find it."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from tests.domain.backtest.markets import CALM, FREE, MINUTE, START, candles, decided
from traderai_assets.domain.backtest.costs import Costs
from traderai_assets.domain.backtest.engine import run_backtest

QUARTER = timedelta(minutes=15)
COSTS = Costs(fee_rate=0.0005, slippage_rate=0.0002)
TICKS = 12
"""Of a minute; between two of them the price runs straight."""


def inside(*minutes):
    """The second quarter of an hour, minute by minute."""
    return candles(*minutes, start=START + QUARTER)


def quarters(*bars):
    return candles(*bars, minutes=[15 * number for number in range(len(bars))])


@pytest.mark.parametrize(
    ("minutes", "price"),
    [
        ([(100, 100, 98.5, 99.5), (99.5, 101.5, 99.5, 101)], 99),
        ([(100, 101.5, 100, 101), (101, 101, 98.5, 99)], 101),
        ([(100, 100.5, 99.5, 100), (102, 102, 98, 98)], 101),  # Opens beyond the target
        ([(100, 100.5, 99.5, 100), (98, 102, 98, 102)], 99),  # Opens beyond the stop
        ([(100, 101.5, 98.5, 100)], 99),  # Holds both itself: the order decides
        ([], 99),
    ],
)
def test_finer_candles_say_which_barrier_came_first(minutes, price):
    frame = quarters(CALM, (100, 102, 98, 100))
    trade = run_backtest(
        frame, decided([1, 0]), bar=QUARTER, costs=FREE, finer=inside(*minutes)
    ).trades.iloc[0]
    assert trade["exit_price"] == pytest.approx(price)


def test_a_short_asks_the_finer_candles_the_other_way_round():
    frame = quarters(CALM, (100, 102, 98, 100))
    finer = inside((100, 100, 98.5, 99.5), (99.5, 101.5, 99.5, 101))
    trade = run_backtest(frame, decided([-1, 0]), bar=QUARTER, costs=FREE, finer=finer).trades.iloc[
        0
    ]
    assert (trade["exit_reason"], trade["exit_price"]) == ("target", 99)


def path(seed, n_bars=40):
    """A price at every tick: candles of a minute and of a quarter, and decisions at the latter."""
    rng = np.random.default_rng(seed)
    ticks = n_bars * 15 * TICKS
    price = 100 * np.exp(np.cumsum(rng.normal(0, 0.0006, ticks)))
    starts = (START + pd.to_timedelta(np.arange(n_bars * 15), unit="min")).as_unit("ms")
    minutes = bars_of(price.reshape(-1, TICKS), starts)
    frame = bars_of(price.reshape(n_bars, -1), starts[::15])
    decisions = decided(
        rng.choice([-1, 0, 1], n_bars),
        target=rng.uniform(0.002, 0.01, n_bars),
        stop=rng.uniform(0.002, 0.01, n_bars),
        size=rng.choice([0.3, 1.0], n_bars),
        horizon_bars=rng.integers(1, 5, n_bars),
    )
    return price.reshape(n_bars, -1), minutes, frame, decisions


def bars_of(ticks, times):
    return pd.DataFrame(
        {
            "open_time": times,
            "open": ticks[:, 0],
            "high": ticks.max(axis=1),
            "low": ticks.min(axis=1),
            "close": ticks[:, -1],
            "volume": 1.0,
        }
    )


def true_exits(ticks, decisions):
    """Price before costs at which each position ends, walking tick by tick."""
    exits, now = [], 0
    while now < len(ticks) - 1:
        side, entry = int(decisions.side[now]), now + 1
        if side == 0:
            now += 1
            continue
        opened = ticks[entry, 0]
        stop = opened * (1 - side * decisions.stop[now])
        target = opened * (1 + side * decisions.target[now])
        last = min(now + int(decisions.horizon_bars[now]), len(ticks) - 1)
        walked = ticks[entry : last + 1]
        over = (side * (walked - stop) <= 0) | (side * (walked - target) >= 0)
        price, row = walked[-1, -1], last
        if over.any():
            bar, tick = divmod(int(over.argmax()), walked.shape[1])
            barrier = stop if side * (walked[bar, tick] - stop) <= 0 else target
            price, row = (walked[bar, 0] if tick == 0 else barrier), entry + bar
        exits.append(price)
        now = row
    return np.array(exits)


def assert_truth_is_inside(seed):
    """Return how many trades the order decides, and how many the minutes leave open."""
    ticks, minutes, frame, decisions = path(seed)
    worst, exact, best = (
        run_backtest(frame, decisions, bar=QUARTER, costs=COSTS, order=order, finer=finer)
        for order, finer in (("pessimistic", None), ("pessimistic", minutes), ("optimistic", None))
    )
    truth = true_exits(ticks, decisions)
    net = COSTS.net_return(
        worst.trades["side"],
        worst.trades["side"] * (truth / frame.set_index("open_time")["open"]
                                .loc[worst.trades["entry_time"]].to_numpy() - 1),
    )  # fmt: skip
    same = ["entry_time", "exit_time", "side", "size", "bars"]
    for other in (exact, best):
        pd.testing.assert_frame_equal(worst.trades[same], other.trades[same])
    for low, high in ((worst, exact), (exact, best)):
        assert (low.trades["net_return"] <= high.trades["net_return"] + 1e-12).all()
        assert (low.equity["equity"] <= high.equity["equity"] + 1e-12).all()
    assert (worst.trades["net_return"] <= net + 1e-12).all()
    assert (net <= best.trades["net_return"] + 1e-12).all()
    total = (1 + worst.trades["size"] * net).prod() - 1
    assert worst.metrics["total_return"] - 1e-12 <= total <= best.metrics["total_return"] + 1e-12
    open_to_doubt = (worst.trades["net_return"] < best.trades["net_return"] - 1e-12).sum()
    wrong = (np.abs(exact.trades["net_return"] - net) > 1e-9).sum()
    return open_to_doubt, wrong


def test_the_true_path_lies_inside_the_bracket_trade_by_trade_and_in_all():
    doubted, wrong = np.sum([assert_truth_is_inside(seed) for seed in range(60)], axis=0)
    assert doubted > 50
    assert wrong < doubted / 20  # A minute that holds both barriers


@pytest.mark.torture
def test_a_thousand_true_paths_lie_inside_the_bracket():
    doubted, wrong = np.sum([assert_truth_is_inside(seed) for seed in range(1_000)], axis=0)
    assert wrong < doubted / 20


def test_an_optimist_who_is_not_gone_goes_on_trading():
    frame = candles(CALM, (100, 250, 40, 100), (100, 102, 99.5, 101), CALM)
    decisions = decided([-1, 1, 0, 0], target=[0.5, 0.01, 0, 0], stop=[0.999, 0.01, 0, 0])
    worst, best = (
        run_backtest(frame, decisions, bar=MINUTE, costs=COSTS, order=order)
        for order in ("pessimistic", "optimistic")
    )
    assert (len(worst.trades), len(best.trades)) == (1, 2)
    assert worst.equity["equity"].iloc[-1] < 0.01 < best.equity["equity"].iloc[-1]
