"""The backtest against numbers worked by hand; every bar is a minute long."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from traderai_assets.domain.backtest.costs import Costs
from traderai_assets.domain.backtest.engine import Backtest, run_backtest
from traderai_assets.domain.errors import InvalidInput

MINUTE = timedelta(minutes=1)
FREE = Costs(fee_rate=0, slippage_rate=0)
START = pd.Timestamp("2026-03-01", tz="UTC")


def candles(*bars: tuple[float, float, float, float], minutes: list[int] | None = None):
    """Open, high, low and close of each bar; at those minutes, or one after the other."""
    frame = pd.DataFrame(list(bars), columns=["open", "high", "low", "close"], dtype=float)
    offsets = pd.to_timedelta(minutes if minutes is not None else range(len(bars)), unit="min")
    frame.insert(0, "open_time", (START + offsets).as_unit("ms"))
    return frame.assign(volume=1.0)


def backtest(frame, sides, *, width=0.01, horizon_bars=10, costs=FREE) -> Backtest:
    widths = np.full(len(frame), width)
    return run_backtest(frame, sides, widths, bar=MINUTE, horizon_bars=horizon_bars, costs=costs)


CALM = (100, 100.5, 99.5, 100)


def test_a_decision_is_filled_at_the_next_open_and_ends_at_its_target():
    frame = candles((90, 95, 85, 90), (100, 100.9, 99.5, 100.5), (100.5, 101.2, 100.2, 101.1))
    trade = backtest(frame, [1, 0, 0]).trades.iloc[0]
    assert trade["entry_time"] == START + MINUTE
    assert trade["entry_price"] == 100
    assert trade["exit_price"] == pytest.approx(101)
    assert trade["exit_reason"] == "target"
    assert trade["exit_time"] == START + 3 * MINUTE
    assert trade["bars"] == 2
    assert trade["gross_return"] == pytest.approx(0.01)


def test_a_bar_that_holds_target_and_stop_counts_as_the_stop():
    long = backtest(candles(CALM, (100, 102, 98, 101)), [1, 0]).trades.iloc[0]
    short = backtest(candles(CALM, (100, 102, 98, 99)), [-1, 0]).trades.iloc[0]
    assert (long["exit_reason"], long["exit_price"]) == ("stop", 99)
    assert (short["exit_reason"], short["exit_price"]) == ("stop", 101)


def test_a_gap_through_the_stop_is_filled_at_the_open():
    trade = backtest(candles(CALM, CALM, (95, 103, 94, 102)), [1, 0, 0]).trades.iloc[0]
    assert (trade["exit_reason"], trade["exit_price"]) == ("stop", 95)
    assert trade["gross_return"] == pytest.approx(-0.05)


def test_a_gap_through_the_target_is_filled_at_the_open_even_if_the_bar_then_reaches_the_stop():
    trade = backtest(candles(CALM, CALM, (103, 104, 90, 91)), [1, 0, 0]).trades.iloc[0]
    assert (trade["exit_reason"], trade["exit_price"]) == ("target", 103)


def test_a_position_is_closed_when_the_last_bar_of_its_horizon_closes():
    frame = candles(CALM, CALM, (100, 100.5, 99.5, 100.2), CALM)
    trade = backtest(frame, [1, 0, 0, 0], horizon_bars=2).trades.iloc[0]
    assert (trade["exit_reason"], trade["exit_price"]) == ("time", 100.2)
    assert trade["exit_time"] == START + 3 * MINUTE


def test_where_the_last_bar_of_the_horizon_is_absent_the_next_open_is_the_first_chance_to_leave():
    frame = candles(CALM, CALM, (100.7, 102, 98, 100), minutes=[0, 1, 5])
    trade = backtest(frame, [1, 0, 0], horizon_bars=2).trades.iloc[0]
    assert (trade["exit_reason"], trade["exit_price"]) == ("time", 100.7)
    assert trade["bars"] == 2


def test_an_order_that_finds_no_bar_within_its_horizon_is_never_filled():
    frame = candles(CALM, CALM, CALM, minutes=[0, 2, 3])
    assert backtest(frame, [1, 0, 0], horizon_bars=1).trades.empty
    assert len(backtest(frame, [1, 0, 0], horizon_bars=2).trades) == 1


def test_a_position_held_when_the_candles_stop_ends_at_the_last_close():
    frame = candles(CALM, (100, 100.5, 99.5, 100.4))
    trade = backtest(frame, [1, 0]).trades.iloc[0]
    assert (trade["exit_reason"], trade["exit_price"]) == ("end", 100.4)


def test_decisions_made_while_a_position_is_held_are_ignored_but_not_those_of_its_last_bar():
    frame = candles(CALM, CALM, (100, 101.5, 100, 101), (102, 102.5, 101.5, 102), CALM)
    trades = backtest(frame, [1, -1, 1, 0, 0], horizon_bars=3).trades
    assert trades["entry_time"].tolist() == [START + MINUTE, START + 3 * MINUTE]
    assert trades["side"].tolist() == [1, 1]


def test_a_round_trip_pays_fee_and_slippage_on_both_sides():
    frame = candles(CALM, (100, 103, 99.5, 102))
    costs = Costs(fee_rate=0.001, slippage_rate=0.01)
    result = backtest(frame, [1, 0], width=0.02, costs=costs)
    trade = result.trades.iloc[0]
    ratio = (102 * 0.99) / (100 * 1.01)  # sold 1 % lower, bought 1 % higher: 0.99980198
    assert trade["entry_price"] == pytest.approx(101)
    assert trade["exit_price"] == pytest.approx(100.98)
    assert trade["net_return"] == pytest.approx(ratio - 1 - 0.001 * (1 + ratio))
    assert result.metrics["total_fees"] == pytest.approx(0.00199980198)
    assert result.metrics["turnover"] == pytest.approx(1.99980198)


def test_a_short_pays_the_same_way_as_a_long():
    frame = candles(CALM, (100, 100.5, 97, 98))
    trade = backtest(frame, [-1, 0], width=0.02, costs=Costs(0.001, 0.01)).trades.iloc[0]
    ratio = (98 * 1.01) / (100 * 0.99)
    assert trade["entry_price"] == pytest.approx(99)
    assert trade["net_return"] == pytest.approx(1 - ratio - 0.001 * (1 + ratio))


def test_equity_is_marked_at_each_close_with_the_entry_fee_paid():
    frame = candles(CALM, (100, 100.5, 99.5, 100.4), (100.4, 101.5, 100, 101), CALM)
    equity = backtest(frame, [1, 0, 0, 0], costs=Costs(0.001, 0)).equity
    net = 0.01 - 0.001 * 2.01
    assert equity["equity"].to_numpy() == pytest.approx([1, 1 + 0.004 - 0.001, 1 + net, 1 + net])
    assert equity["position"].tolist() == [0, 1, 1, 0]


def test_an_account_that_is_gone_trades_no_more():
    frame = candles(CALM, CALM, (250, 250, 250, 250), CALM, CALM)
    result = backtest(frame, [-1, 0, 1, 0, 0])
    assert result.trades["net_return"].tolist() == [-1]
    assert result.equity["equity"].tolist()[-3:] == [0, 0, 0]
    assert result.metrics["max_drawdown"] == 1
    assert result.metrics["total_return"] == -1


def test_nothing_decided_and_nothing_stored_are_both_quiet():
    for frame in (candles(CALM, CALM), candles()):
        result = backtest(frame, np.zeros(len(frame), int))
        assert result.trades.empty
        assert len(result.equity) == len(frame)
        assert result.metrics["total_return"] == 0
        assert result.metrics["trades"] == 0
        assert np.isnan(result.metrics["hit_rate"])
        assert np.isnan(result.metrics["sharpe"])


def test_the_frames_have_the_same_types_with_and_without_rows():
    full, empty = backtest(candles(CALM, CALM), [1, 0]), backtest(candles(), [])
    pd.testing.assert_series_equal(full.trades.dtypes, empty.trades.dtypes)
    pd.testing.assert_series_equal(full.equity.dtypes, empty.equity.dtypes)


@pytest.mark.parametrize(
    ("sides", "widths", "named"),
    [
        ([1], [0.01], "one of each per bar"),
        ([2, 0], [0.01, 0.01], "side 2 at row 0"),
        ([0, -1], [0.01, np.nan], "width nan at row 1"),
        ([1, 0], [1.5, 0.01], "width 1.5 at row 0"),
    ],
)
def test_decisions_that_cannot_be_traded_are_refused(sides, widths, named):
    with pytest.raises(InvalidInput, match=named):
        run_backtest(candles(CALM, CALM), sides, widths, bar=MINUTE, horizon_bars=1, costs=FREE)


def test_a_horizon_of_no_bars_is_refused():
    with pytest.raises(InvalidInput, match="horizon_bars 0"):
        backtest(candles(CALM, CALM), [1, 0], horizon_bars=0)


def test_costs_outside_zero_to_one_are_refused():
    with pytest.raises(InvalidInput, match="fee_rate nan"):
        Costs(fee_rate=np.nan, slippage_rate=0)
