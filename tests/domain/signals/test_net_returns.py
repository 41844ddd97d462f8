"""Live signals and backtests' trades have one net return, funding included."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from traderai_assets.domain.backtest.bars import Decisions
from traderai_assets.domain.backtest.costs import Costs
from traderai_assets.domain.backtest.engine import run_backtest
from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.signals.net_returns import net_returns

HOUR = timedelta(hours=1)
START = pd.Timestamp("2026-03-01", tz="UTC")


def times(rows: int) -> pd.DatetimeIndex:
    return pd.date_range(START, periods=rows, freq=HOUR, unit="ms")


def market(rows: int, seed: int) -> pd.DataFrame:
    """Hourly candles with a tenth of the bars absent."""
    rng = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.01, rows)))
    opens = np.concatenate([[100.0], close[:-1]]) * np.exp(rng.normal(0, 0.001, rows))
    spread = np.exp(np.abs(rng.normal(0, 0.004, rows)))
    frame = pd.DataFrame(
        {
            "open_time": times(rows),
            "open": opens,
            "high": np.maximum(opens, close) * spread,
            "low": np.minimum(opens, close) / spread,
            "close": close,
            "volume": 1.0,
        }
    )
    return frame[rng.random(rows) > 0.1].reset_index(drop=True)


def as_outcomes(trades: pd.DataFrame, candles: pd.DataFrame) -> pd.DataFrame:
    """Trades of a backtest as signals that ended so; decided at the close before their entry."""
    trades = trades.reset_index(drop=True)
    entry = candles["open_time"].searchsorted(trades["entry_time"])
    return pd.DataFrame(
        {
            "open_time": candles["open_time"].iloc[entry - 1].reset_index(drop=True),
            "side": trades["side"],
            "status": trades["exit_reason"].replace("time", "expired"),
            "ended_at": trades["exit_time"],
            "gross_return": trades["gross_return"],
        }
    )


@pytest.mark.parametrize("rate", [0.0, 0.0003, -0.002])
def test_a_live_signal_earned_what_a_backtests_trade_that_went_so_did(rate):
    costs, compared = Costs(0.0005, 0.0001, funding_rate=rate), []
    for seed in range(8):
        candles = market(600, seed)
        sides = np.where(np.arange(len(candles)) % 2, 1, -1).astype(np.int8)
        levels = np.full(len(candles), 0.03)
        decisions = Decisions.of(
            sides, target=levels, stop=levels, size=np.ones(len(candles)), horizon_bars=30
        )
        trades = run_backtest(candles, decisions, bar=HOUR, costs=costs).trades
        over = trades[trades["exit_reason"].isin(["target", "stop", "time"])]
        found = net_returns(as_outcomes(over, candles), candles, bar=HOUR, costs=costs)
        assert found == pytest.approx(over["net_return"].to_numpy(), rel=1e-9, abs=1e-12)
        compared += over["exit_reason"].tolist()
        assert (over["funding"] != 0).any() == (rate != 0)
    assert min(compared.count(reason) for reason in ("target", "stop", "time")) >= 8


def test_a_long_pays_what_it_is_worth_at_each_mark_and_a_short_is_paid_it():
    opened = times(10)
    prices = np.arange(100.0, 110.0)
    candles = pd.DataFrame({"open_time": opened, "close": prices, "volume": 1.0}).assign(
        open=prices, high=prices, low=prices
    )
    outcomes = pd.DataFrame(
        {
            "open_time": [opened[0]] * 2,
            "side": [1, -1],
            "status": "expired",
            "ended_at": [opened[9]] * 2,
            "gross_return": [108 / 101 - 1, 1 - 108 / 101],
        }
    )
    found = net_returns(outcomes, candles, bar=HOUR, costs=Costs(0, 0, funding_rate=0.001))
    # Entered at 01:00 for 101; at the one mark, 08:00, it was worth 108
    by_hand = 0.001 * 108 / 101
    assert found == pytest.approx([108 / 101 - 1 - by_hand, 1 - 108 / 101 + by_hand])


@pytest.mark.parametrize(("first", "hours"), [(0, 400), (-2, 30)], ids=["too short", "too late"])
def test_candles_that_do_not_hold_a_signal_are_refused(first, hours):
    opened = START + first * HOUR
    outcomes = pd.DataFrame(
        {
            "open_time": [opened.as_unit("ms")],
            "side": [1],
            "status": ["target"],
            "ended_at": [(START + hours * HOUR).as_unit("ms")],
            "gross_return": [0.01],
        }
    )
    with pytest.raises(InvalidInput, match=f"do not hold the signal of {opened:%Y-%m-%d %H:%M}"):
        net_returns(outcomes, market(300, 0), bar=HOUR, costs=Costs(0, 0, funding_rate=0.001))
