"""The ledger balances, on any stream of orders: to 1e-9, against a second book kept by hand."""

import numpy as np
import pandas as pd
import pytest

from tests.domain.backtest.markets import MINUTE, jumpy_market
from traderai_assets.domain.backtest.costs import Costs
from traderai_assets.domain.backtest.engine import run_backtest

MARK = pd.Timedelta(hours=8)


def order_stream(seed):
    """A market, decisions, costs that may ruin, funding and stretches."""
    rng = np.random.default_rng(seed)
    candles, decisions = jumpy_market(rng, int(rng.integers(2, 60)))
    n_bars = len(candles)
    if rng.random() < 0.2:  # Prices that multiply: shorts are liquidated
        leap = np.exp(np.cumsum(rng.normal(0, 0.4, n_bars)))
        prices = ["open", "high", "low", "close"]
        candles[prices] = candles[prices].to_numpy() * leap[:, None]
        decisions = decisions._replace(stop=np.full(n_bars, 0.99), target=np.full(n_bars, 0.99))
    return {
        "candles": candles,
        "decisions": decisions,
        "bar": MINUTE,
        "costs": Costs(rng.choice([0, 0.001, 0.02]), rng.choice([0, 0.0005, 0.01])),
        "funding": rng.normal(0, 0.01, n_bars) if rng.random() < 0.7 else None,
        "starts": np.unique(rng.integers(0, n_bars, 2)) if rng.random() < 0.5 else None,
        "order": str(rng.choice(["pessimistic", "optimistic"])),
    }


def assert_balances(seed):
    stream = order_stream(seed)
    result = run_backtest(**stream)
    equity, trades = result.equity, result.trades
    account = equity["equity"].to_numpy()
    assert abs(equity["cash"] + equity["value"] - account).max() <= 1e-9
    kept = kept_by_hand(stream, trades)
    np.testing.assert_allclose(equity["cash"], kept["cash"], rtol=0, atol=1e-9)
    np.testing.assert_allclose(equity["value"], kept["value"], rtol=0, atol=1e-9)
    np.testing.assert_allclose(equity["funding"], kept["funding"], rtol=0, atol=1e-9)
    earned = (trades["pnl"] - trades["fees"] - trades["funding"]).sum()
    assert abs(earned - (account[-1] - 1)) <= 1e-9
    assert abs(trades["fees"].sum() - equity["fees"].sum()) <= 1e-9
    assert abs(trades["funding"].sum() - equity["funding"].sum()) <= 1e-9
    assert (account >= 0).all()
    return set(trades["exit_reason"])


def kept_by_hand(stream, trades):
    """Cash, value of the position and funding at every bar, from the fills alone."""
    candles, fee = stream["candles"], stream["costs"].fee_rate
    opened, closes = candles["open_time"].tolist(), candles["close"].tolist()
    opens = candles["open"].tolist()
    rates = stream["funding"] if stream["funding"] is not None else np.zeros(len(candles))
    book = {name: np.zeros(len(candles)) for name in ("cash", "value", "funding")}
    cash, after = 1.0, 0
    for trade in trades.itertuples():
        entry = opened.index(trade.entry_time)
        last = entry + trade.bars - 1
        book["cash"][after:entry] = cash
        units = trade.side * trade.size * cash / (1 + fee) / trade.entry_price
        cash -= units * trade.entry_price + fee * abs(units) * trade.entry_price
        for row in range(entry, last + 1):
            if row > entry:
                gap = marks(opened[row - 1] + MINUTE, opened[row])
                book["funding"][row] = gap * rates[row - 1] * units * closes[row - 1]
            left = cash - book["funding"][row]
            if row < last or not over_at_open(stream, trade, entry, last, units, left):
                inside = marks(opened[row], opened[row] + MINUTE)
                book["funding"][row] += inside * rates[row] * units * opens[row]
            cash -= book["funding"][row]
            book["cash"][row], book["value"][row] = cash, units * closes[row]
        cash += units * trade.exit_price - fee * abs(units) * trade.exit_price
        book["cash"][last], book["value"][last] = cash, 0.0
        after = last + 1
    book["cash"][after:] = cash
    return book


def over_at_open(stream, trade, entry, last, units, cash):
    """Whether the trade was over when its last bar opened, before the marks of that bar."""
    candles, decisions, side = stream["candles"], stream["decisions"], trade.side
    entered, price = candles["open"][entry], candles["open"][last]
    costs = stream["costs"]
    leaving = units * price * (1 - side * costs.slippage_rate) * (1 - side * costs.fee_rate)
    waited = candles["open_time"][last] - candles["open_time"][entry - 1]
    return (
        cash + leaving <= 0
        or waited >= MINUTE * (1 + int(decisions.horizon_bars[entry - 1]))
        or side * (price - entered * (1 - side * decisions.stop[entry - 1])) <= 0
        or side * (price - entered * (1 + side * decisions.target[entry - 1])) >= 0
    )


def marks(begin, end):
    mark, count = begin.ceil(MARK), 0
    while mark < end:
        mark, count = mark + MARK, count + 1
    return count


def test_the_ledger_of_any_stream_of_orders_balances():
    reasons = set().union(*(assert_balances(seed) for seed in range(80)))
    assert reasons == {"end", "target", "stop", "time", "liquidation"}


@pytest.mark.torture
def test_the_ledgers_of_ten_thousand_streams_of_orders_balance():
    for seed in range(10_000):
        assert_balances(seed)
