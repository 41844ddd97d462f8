"""The figures of a backtest, worked by hand from two trades: +10 %, then -5 %."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from traderai_assets.domain.backtest.costs import Costs
from traderai_assets.domain.backtest.metrics import backtest_metrics

HOUR = timedelta(hours=1)
TIMES = pd.date_range("2026-03-01", periods=4, freq="h", tz="UTC")
CANDLES = pd.DataFrame({"open_time": TIMES, "open": 100.0, "close": [100.0, 110, 110, 120]})
TRADES = pd.DataFrame(
    {
        "entry_price": [100.0, 100.0],
        "exit_price": [110.0, 95.0],
        "net_return": [0.10, -0.05],
    }
)
EQUITY = pd.DataFrame(
    {"open_time": TIMES, "equity": [1, 1.1, 1.1, 1.045], "position": [0, 1, 0, 1]}
)


@pytest.fixture(scope="module")
def metrics():
    return backtest_metrics(CANDLES, TRADES, EQUITY, bar=HOUR, costs=Costs(0.001, 0))


def test_the_account_and_the_market_are_compared_over_the_same_bars(metrics):
    assert metrics["total_return"] == pytest.approx(0.045)
    assert metrics["buy_and_hold_return"] == pytest.approx(0.2)


def test_sharpe_is_per_bar_times_the_root_of_the_bars_in_a_year(metrics):
    # Returns 0, 0.1, 0, -0.05: mean 0.0125, squared deviations 0.00015625 twice, 0.00765625 and
    # 0.00390625, sum 0.011875, over 3.
    assert metrics["bars_per_year"] == 8760
    assert metrics["sharpe"] == pytest.approx(0.0125 / np.sqrt(0.011875 / 3) * np.sqrt(8760))


def test_sortino_counts_only_the_losing_bars_as_risk(metrics):
    assert metrics["sortino"] == pytest.approx(0.0125 / np.sqrt(0.0025 / 4) * np.sqrt(8760))


def test_drawdown_is_the_largest_fall_from_a_peak(metrics):
    assert metrics["max_drawdown"] == pytest.approx(0.05)


def test_a_fall_from_the_start_is_a_drawdown_too():
    falling = EQUITY.assign(equity=[0.9, 0.8, 0.85, 0.85])
    metrics = backtest_metrics(CANDLES, TRADES, falling, bar=HOUR, costs=Costs(0, 0))
    assert metrics["max_drawdown"] == pytest.approx(0.2)


def test_money_won_and_lost_is_counted_at_the_size_of_the_account(metrics):
    assert metrics["hit_rate"] == 0.5
    assert metrics["profit_factor"] == pytest.approx(0.10 / (0.05 * 1.1))


def test_turnover_and_fees_count_both_sides_of_a_trade(metrics):
    assert metrics["turnover"] == pytest.approx(2.1 + 1.95)
    assert metrics["total_fees"] == pytest.approx(0.001 * (2.1 + 1.1 * 1.95))
    assert metrics["exposure"] == 0.5


def test_without_a_loss_the_profit_factor_is_undefined():
    winner = backtest_metrics(CANDLES, TRADES[:1], EQUITY, bar=HOUR, costs=Costs(0, 0))
    assert np.isnan(winner["profit_factor"])
