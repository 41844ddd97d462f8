"""The backtest against numbers worked by hand; every bar is a minute long."""

import numpy as np
import pandas as pd
import pytest

from tests.domain.backtest.markets import CALM, FREE, MINUTE, START, candles, decided
from traderai_assets.domain.backtest.bars import Decisions
from traderai_assets.domain.backtest.costs import Costs
from traderai_assets.domain.backtest.engine import Backtest, run_backtest
from traderai_assets.domain.errors import InvalidInput


def backtest(frame, sides, *, costs=FREE, order="pessimistic", **decisions) -> Backtest:
    return run_backtest(frame, decided(sides, **decisions), bar=MINUTE, costs=costs, order=order)


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


def test_target_and_stop_lie_as_far_away_as_was_decided_of_each():
    frame = candles(CALM, (100, 101.9, 98.1, 100), (100, 103.5, 99, 103))
    long = backtest(frame, [1, 0, 0], target=0.03, stop=0.02).trades.iloc[0]
    short = backtest(frame, [-1, 0, 0], target=0.02, stop=0.03).trades.iloc[0]
    assert (long["exit_reason"], long["exit_price"]) == ("target", 103)
    assert (short["exit_reason"], short["exit_price"]) == ("stop", 103)


def test_a_bar_that_holds_target_and_stop_counts_as_the_stop_or_if_asked_as_the_target():
    frame = candles(CALM, (100, 102, 98, 101))
    found = {
        (side, order): backtest(frame, [side, 0], order=order).trades["exit_price"].item()
        for side in (1, -1)
        for order in ("pessimistic", "optimistic")
    }
    assert found == pytest.approx(
        {
            (1, "pessimistic"): 99,
            (1, "optimistic"): 101,
            (-1, "pessimistic"): 101,
            (-1, "optimistic"): 99,
        }
    )


@pytest.mark.parametrize("order", ["pessimistic", "optimistic"])
def test_a_gap_through_the_stop_is_filled_at_the_open(order):
    trade = backtest(candles(CALM, CALM, (95, 103, 94, 102)), [1, 0, 0], order=order).trades.iloc[0]
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


def test_no_position_and_no_decision_crosses_the_start_of_a_stretch():
    frame = candles(CALM, CALM, (100, 100.5, 99.5, 100.4), CALM, CALM)
    result = run_backtest(frame, decided([1, 0, 1, 0, 0]), bar=MINUTE, costs=FREE, starts=[0, 3])
    trade = result.trades.iloc[0]
    assert len(result.trades) == 1  # What the third bar said would have been filled in the fourth
    assert (trade["exit_reason"], trade["exit_price"]) == ("end", 100.4)
    assert result.equity["equity"].to_numpy() == pytest.approx([1, 1, 1.004, 1.004, 1.004])


def test_decisions_made_while_a_position_is_held_are_ignored_but_not_those_of_its_last_bar():
    frame = candles(CALM, CALM, (100, 101.5, 100, 101), (102, 102.5, 101.5, 102), CALM)
    trades = backtest(frame, [1, -1, 1, 0, 0], horizon_bars=3).trades
    assert trades["entry_time"].tolist() == [START + MINUTE, START + 3 * MINUTE]
    assert trades["side"].tolist() == [1, 1]


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
    ("decisions", "named"),
    [
        ({"sides": [1]}, "expected one per bar"),
        ({"sides": [2, 0]}, "side 2 at row 0"),
        ({"sides": [0, -1], "stop": [0.01, np.nan]}, "stop nan at row 1"),
        ({"sides": [1, 0], "target": [1.5, 0.01]}, "target 1.5 at row 0"),
        ({"sides": [1, 0], "size": 0}, "size 0.0 at row 0"),
        ({"sides": [0, 1], "size": 1.1}, "size 1.1 at row 1"),
        ({"sides": [1, 0], "horizon_bars": 0}, "horizon_bars 0 at row 0"),
        ({"sides": [1, 0], "target": [0.1]}, r"target of shape \(1,\) for 2 sides"),
    ],
)
def test_decisions_that_cannot_be_traded_are_refused(decisions, named):
    with pytest.raises(InvalidInput, match=named):
        run_backtest(candles(CALM, CALM), decided(**decisions), bar=MINUTE, costs=FREE)


def test_an_unknown_order_and_starts_out_of_order_are_refused():
    with pytest.raises(InvalidInput, match="order 'best'"):
        backtest(candles(CALM), [0], order="best")
    for starts in ([1, 1], [3], [-1]):
        with pytest.raises(InvalidInput, match="rising row numbers"):
            run_backtest(
                candles(CALM, CALM), decided([0, 0]), bar=MINUTE, costs=FREE, starts=starts
            )


def test_decisions_that_are_not_contiguous_are_traded_all_the_same():
    frame = candles(CALM, CALM, CALM)
    every_other = Decisions._make(np.repeat(values, 2)[::2] for values in decided([1, 0, 0]))
    assert len(run_backtest(frame, every_other, bar=MINUTE, costs=FREE).trades) == 1


def test_costs_outside_their_limits_are_refused():
    with pytest.raises(InvalidInput, match="fee_rate nan"):
        Costs(fee_rate=np.nan, slippage_rate=0)
    with pytest.raises(InvalidInput, match="funding_rate 1"):
        Costs(0, 0, funding_rate=1.0)
