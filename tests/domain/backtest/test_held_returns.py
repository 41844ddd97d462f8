"""What both sides return from each bar: what a backtest of that one position makes of it."""

import numpy as np
import pytest

from tests.domain.backtest.markets import MINUTE, jumpy_market
from traderai_assets.domain.backtest.bars import Bars, Decisions
from traderai_assets.domain.backtest.costs import Costs
from traderai_assets.domain.backtest.engine import run_backtest
from traderai_assets.domain.backtest.held_returns import held_returns

HORIZON = 5


def alone(candles, row, side, target, stop, starts):
    """Gross return and exit row of one position decided at a row; None where it is not known."""
    sides = np.zeros(len(candles), np.int8)
    sides[row] = side
    wide = np.full(len(candles), 0.5)
    decisions = Decisions.of(
        sides,
        target=np.where(sides != 0, target, wide),
        stop=np.where(sides != 0, stop, wide),
        size=1e-6,  # No position is ever ruined
        horizon_bars=HORIZON,
    )
    trades = run_backtest(
        candles, decisions, bar=MINUTE, costs=Costs(0.0, 0.0), starts=starts
    ).trades
    if trades.empty or trades["exit_reason"].iloc[0] == "end":
        return None
    trade = trades.iloc[0]
    return side * (trade["exit_price"] / trade["entry_price"] - 1), trade["exit_time"]


@pytest.mark.parametrize("seed", range(3))
def test_each_side_returns_what_its_own_backtest_does(seed):
    dice = np.random.default_rng(seed)
    candles, _ = jumpy_market(dice, 120)
    candles = candles[dice.random(120) > 0.1].reset_index(drop=True)
    starts = [0, 40, 41, 90] if seed else None
    rows = np.flatnonzero(dice.random(len(candles)) < 0.6)
    target, stop = dice.uniform(0.001, 0.03, (2, len(rows)))
    found = held_returns(
        Bars.of(candles), rows, target=target, stop=stop, horizon_bars=HORIZON, bar=MINUTE,
        starts=starts,
    )  # fmt: skip
    known = 0
    for place, row in enumerate(rows):
        both = [alone(candles, row, side, target[place], stop[place], starts) for side in (1, -1)]
        if None in both:
            assert np.isnan(found.long[place])
            assert np.isnan(found.short[place])
            assert found.end_ms[place] == 0
            continue
        known += 1
        assert found.long[place] == both[0][0]
        assert found.short[place] == both[1][0]
        later = max(ended for _, ended in both)
        assert found.end_ms[place] == later.timestamp() * 1000
    assert known > 20
    assert np.array_equal(found.of_side(np.ones(len(rows), np.int8)), found.long, equal_nan=True)
