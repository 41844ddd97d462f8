"""The pandas loop that the policy search is timed against trades, and both sides can be timed."""

import numpy as np

from benchmarks.planted import PAYABLE, planted_market
from benchmarks.policy_search import WINDOW, PandasLoop, measure_search
from traderai_assets.domain.backtest.policy import Policy

CANDLES = planted_market(PAYABLE, 0, warm_up_bars=0).candles


def test_the_loop_makes_and_ends_trades():
    candles = CANDLES.head(WINDOW + 60)
    equity = PandasLoop(candles, np.full(len(candles), 0.95)).run(Policy())["equity"]
    assert len(equity) == 60
    assert equity.nunique() > 3


def test_a_loop_without_a_reason_to_trade_keeps_its_account():
    candles = CANDLES.head(WINDOW + 20)
    equity = PandasLoop(candles, np.full(len(candles), 0.5)).run(Policy())["equity"]
    assert (equity == 1.0).all()


def test_both_sides_are_timed():
    ratio = measure_search(CANDLES, quick=True)
    assert ratio.ours_seconds > 0
    assert ratio.peer_seconds > 0
