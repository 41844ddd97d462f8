"""Cash, position, fees, funding and ruin, worked by hand; every bar is a minute long."""

import numpy as np
import pandas as pd
import pytest

from tests.domain.backtest.markets import CALM, FREE, MINUTE, candles, decided
from traderai_assets.domain.backtest.costs import Costs
from traderai_assets.domain.backtest.engine import run_backtest
from traderai_assets.domain.errors import InvalidInput

EIGHT = pd.Timestamp("2026-03-01 07:59", tz="UTC")


def test_a_round_trip_pays_fee_and_slippage_on_both_sides():
    # Put in 1: a position of 1/1.001 and its fee. Bought 1 % higher, sold 1 % lower.
    frame = candles(CALM, (100, 103, 99.5, 102))
    result = run_backtest(frame, decided([1, 0], target=0.02), bar=MINUTE, costs=Costs(0.001, 0.01))
    trade, ratio = result.trades.iloc[0], (102 * 0.99) / (100 * 1.01)
    assert trade["entry_price"] == pytest.approx(101)
    assert trade["exit_price"] == pytest.approx(100.98)
    assert trade["net_return"] == pytest.approx((ratio - 1 - 0.001 * (1 + ratio)) / 1.001)
    assert trade["fees"] == pytest.approx(0.001 * (1 + ratio) / 1.001)
    assert result.metrics["total_fees"] == pytest.approx(trade["fees"])
    assert result.metrics["total_return"] == pytest.approx(trade["net_return"])
    assert result.metrics["turnover"] == pytest.approx(1 + ratio)


def test_a_short_pays_the_same_way_as_a_long():
    frame = candles(CALM, (100, 100.5, 97, 98))
    costs = Costs(0.001, 0.01)
    result = run_backtest(frame, decided([-1, 0], target=0.02), bar=MINUTE, costs=costs)
    trade, ratio = result.trades.iloc[0], (98 * 1.01) / (100 * 0.99)
    assert trade["entry_price"] == pytest.approx(99)
    assert trade["net_return"] == pytest.approx((1 - ratio - 0.001 * (1 + ratio)) / 1.001)
    assert trade["net_return"] == pytest.approx(costs.net_return(-1, trade["gross_return"]))


def test_half_an_account_put_in_earns_half_and_leaves_the_other_half_in_cash():
    frame = candles(CALM, (100, 100.5, 99.5, 100.4), (100.4, 102.5, 100, 102), CALM)
    result = run_backtest(
        frame, decided([1, 0, 0, 0], target=0.02, size=0.5), bar=MINUTE, costs=FREE
    )
    equity = result.equity
    assert equity["cash"].to_numpy() == pytest.approx([1, 0.5, 1.01, 1.01])
    assert equity["value"].to_numpy() == pytest.approx([0, 0.502, 0, 0])
    assert equity["equity"].to_numpy() == pytest.approx([1, 1.002, 1.01, 1.01])
    trade = result.trades.iloc[0]
    assert (trade["size"], trade["net_return"]) == pytest.approx((0.5, 0.02))


def test_equity_is_marked_at_each_close_with_the_entry_fee_paid():
    frame = candles(CALM, (100, 100.5, 99.5, 100.4), (100.4, 101.5, 100, 101), CALM)
    equity = run_backtest(frame, decided([1, 0, 0, 0]), bar=MINUTE, costs=Costs(0.001, 0)).equity
    marked, earned = 1.004 / 1.001, 1.01 * 0.999 / 1.001
    assert equity["equity"].to_numpy() == pytest.approx([1, marked, earned, earned])
    assert equity["fees"].to_numpy() == pytest.approx([0, 0.001 / 1.001, 0.00101 / 1.001, 0])
    assert equity["position"].tolist() == [0, 1, 1, 0]


def test_a_long_pays_and_a_short_is_paid_at_a_mark_within_the_position():
    # 08:00 is when the third bar opens, at 110; the position was entered at 100.
    frame = candles(CALM, CALM, (110, 110, 110, 110), (110, 110, 110, 110), start=EIGHT - MINUTE)
    costs = Costs(0, 0, funding_rate=0.001)
    for side in (1, -1):
        result = run_backtest(
            frame, decided([side, 0, 0, 0], target=0.5, stop=0.5), bar=MINUTE, costs=costs
        )
        due = side * 0.001 * 1.1
        assert result.equity["funding"].to_numpy() == pytest.approx([0, 0, due, 0])
        assert result.trades["funding"].item() == pytest.approx(due)
        assert result.metrics["total_funding"] == pytest.approx(due)
        assert result.metrics["total_return"] == pytest.approx(side * 0.1 - due)


def test_a_position_entered_at_a_mark_pays_it_and_one_closed_there_does_not():
    costs = Costs(0, 0, funding_rate=0.001)
    entered = candles(CALM, CALM, CALM, start=EIGHT)
    assert run_backtest(entered, decided([1, 0, 0]), bar=MINUTE, costs=costs).trades[
        "funding"
    ].item() == pytest.approx(0.001)
    closed = candles(CALM, CALM, CALM, start=EIGHT - MINUTE)
    leaving = decided([1, 0, 0], horizon_bars=1)
    assert run_backtest(closed, leaving, bar=MINUTE, costs=costs).trades["funding"].item() == 0


def test_a_mark_in_a_gap_is_paid_on_the_last_close():
    frame = candles(CALM, (100, 120, 100, 120), (150, 150, 150, 150), minutes=[0, 1, 600])
    decisions = decided([1, 0, 0], target=0.4, stop=0.4, horizon_bars=2000)
    trade = run_backtest(
        frame, decisions, bar=MINUTE, costs=FREE, funding=[0.5, 0.001, 0.5]
    ).trades.iloc[0]
    assert trade["exit_reason"] == "target"  # At the open, and the mark at 08:00 was paid
    assert trade["funding"] == pytest.approx(0.001 * 1.2)


def test_rates_by_bar_take_the_place_of_the_one_rate():
    frame = candles(CALM, CALM, CALM, start=EIGHT)
    costs = Costs(0, 0, funding_rate=0.001)
    result = run_backtest(
        frame, decided([1, 0, 0]), bar=MINUTE, costs=costs, funding=[0, -0.002, 0]
    )
    assert result.metrics["total_funding"] == pytest.approx(-0.002)
    for bad in ([0.1], [0.1, np.nan, 0.1]):
        with pytest.raises(InvalidInput, match="one finite rate per bar"):
            run_backtest(frame, decided([1, 0, 0]), bar=MINUTE, costs=costs, funding=bad)


def test_a_short_is_liquidated_where_closing_leaves_nothing_and_the_account_trades_no_more():
    # Sold at 100: at 200 buying back takes all there is, whatever the open above it.
    frame = candles(CALM, CALM, (250, 250, 250, 250), CALM, CALM)
    result = run_backtest(frame, decided([-1, 0, 1, 0, 0]), bar=MINUTE, costs=FREE)
    trade = result.trades.iloc[0]
    assert len(result.trades) == 1
    assert (trade["exit_reason"], trade["exit_price"]) == ("liquidation", pytest.approx(200))
    assert trade["net_return"] == pytest.approx(-1)
    assert result.equity["equity"].tolist()[-3:] == [0, 0, 0]
    assert result.metrics["max_drawdown"] == 1
    assert result.metrics["total_return"] == -1


def test_costs_of_leaving_bring_the_liquidation_nearer():
    frame = candles(CALM, CALM, (250, 250, 250, 250), CALM)
    result = run_backtest(frame, decided([-1, 0, 0, 0]), bar=MINUTE, costs=Costs(0.01, 0.02))
    # Of 1, a position of v = 1/1.01 and its fee; sold at 98 that leaves 1 + v - 0.01 v = 2 v in
    # cash. Buying v/98 back at p costs 1.01 p v/98, which is 2 v at 196/1.01.
    assert result.trades["exit_price"].item() == pytest.approx(196 / 1.01)
    assert result.equity["equity"].tolist()[-1] == 0


def test_a_stop_nearer_than_the_liquidation_saves_the_account():
    frame = candles(CALM, (100, 250, 100, 250), CALM)
    trade = run_backtest(frame, decided([-1, 0, 0], stop=0.9), bar=MINUTE, costs=FREE).trades.iloc[
        0
    ]
    assert (trade["exit_reason"], trade["exit_price"]) == ("stop", pytest.approx(190))


def test_funding_can_eat_a_long_up():
    frame = candles(CALM, CALM, CALM, CALM, minutes=[0, 1, 5000, 5001])
    decisions = decided([1, 0, 0, 0], target=0.5, stop=0.5, horizon_bars=10_000)
    result = run_backtest(frame, decisions, bar=MINUTE, costs=Costs(0, 0, funding_rate=0.2))
    # Ten marks of a fifth of the position each: more than it is worth.
    assert result.trades["exit_reason"].item() == "liquidation"
    assert result.equity["equity"].iloc[-1] == 0


def test_two_decisions_compound():
    frame = candles(CALM, (100, 111, 100, 110), (100, 111, 100, 110), CALM)
    decisions = decided([1, 1, 0, 0], target=0.1)
    result = run_backtest(frame, decisions, bar=MINUTE, costs=FREE)
    assert result.metrics["total_return"] == pytest.approx(0.21)
    assert result.trades["pnl"].to_numpy() == pytest.approx([0.1, 0.11])
