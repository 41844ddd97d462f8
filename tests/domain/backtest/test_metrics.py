"""The figures of a backtest, worked by hand from two trades: +10 %, then -5 %."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from traderai_assets.domain.backtest.metrics import backtest_metrics

HOUR = timedelta(hours=1)
TIMES = pd.date_range("2026-03-01", periods=4, freq="h", tz="UTC")
CANDLES = pd.DataFrame({"open_time": TIMES, "open": 100.0, "close": [100.0, 110, 110, 120]})
TRADES = pd.DataFrame(
    {
        "size": [1.0, 0.5],
        "entry_price": [100.0, 100.0],
        "exit_price": [110.0, 95.0],
        "pnl": [0.11, -0.05],
        "fees": [0.008, 0.004],
        "funding": [0.002, 0.001],
    }
)
EQUITY = pd.DataFrame(
    {"open_time": TIMES, "equity": [1, 1.1, 1.1, 1.045], "position": [0, 1, 0, 1]}
)


@pytest.fixture(scope="module")
def metrics():
    return backtest_metrics(CANDLES, TRADES, EQUITY, bar=HOUR)


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
    metrics = backtest_metrics(CANDLES, TRADES, falling, bar=HOUR)
    assert metrics["max_drawdown"] == pytest.approx(0.2)


def test_calmar_is_the_mean_of_a_year_over_the_drawdown(metrics):
    assert metrics["calmar"] == pytest.approx(0.0125 * 8760 / 0.05)


def test_the_market_has_a_sharpe_ratio_too(metrics):
    # Closes 100, 110, 110, 120 from an open of 100: returns 0, 0.1, 0, 1/11.
    returns = np.array([0, 0.1, 0, 1 / 11])
    expected = returns.mean() / returns.std(ddof=1) * np.sqrt(8760)
    assert metrics["buy_and_hold_sharpe"] == pytest.approx(expected)


def test_an_account_that_always_earns_the_same_has_no_ratio():
    steady = EQUITY.assign(equity=1.5 ** np.arange(1, 5))
    metrics = backtest_metrics(CANDLES, TRADES, steady, bar=HOUR)
    assert np.isnan(metrics["sharpe"])
    assert np.isnan(metrics["sortino"])
    assert np.isnan(metrics["calmar"])
    assert metrics["max_drawdown"] == 0


def test_an_account_that_is_gone_returns_nothing_more():
    gone = EQUITY.assign(equity=[1.1, 0.0, 0.0, 0.0])
    metrics = backtest_metrics(CANDLES, TRADES, gone, bar=HOUR)
    assert metrics["total_return"] == -1
    assert metrics["max_drawdown"] == 1
    assert metrics["sharpe"] == pytest.approx(
        -0.225 / np.std([0.1, -1, 0, 0], ddof=1) * np.sqrt(8760)
    )


def test_money_won_and_lost_is_counted_after_fees_and_funding(metrics):
    # 0.11 - 0.01 won; 0.05 + 0.005 lost.
    assert metrics["hit_rate"] == 0.5
    assert metrics["profit_factor"] == pytest.approx(0.10 / 0.055)


def test_turnover_and_fees_count_both_sides_of_a_trade(metrics):
    assert metrics["turnover"] == pytest.approx(2.1 + 0.5 * 1.95)
    assert metrics["total_fees"] == pytest.approx(0.012)
    assert metrics["total_funding"] == pytest.approx(0.003)
    assert metrics["exposure"] == 0.5


def test_without_a_loss_the_profit_factor_is_undefined():
    winner = backtest_metrics(CANDLES, TRADES[:1], EQUITY, bar=HOUR)
    assert np.isnan(winner["profit_factor"])
