"""Trading what was decided: from the first decision on, and for a walk-forward up to the last."""

import numpy as np
import pandas as pd
import pytest

from tests.domain.backtest.markets import CALM, FREE, MINUTE, candles
from traderai_assets.domain.backtest.decided import trade_decided, walk_forward_backtest

UP = (100, 102, 100, 102)


def decisions(frame: pd.DataFrame, rows: dict[int, int]) -> pd.DataFrame:
    """Sides at some rows of the candles, a target 1 % away."""
    return pd.DataFrame(
        {
            "open_time": frame["open_time"].iloc[list(rows)].reset_index(drop=True),
            "side": np.array(list(rows.values()), np.int8),
            "target": 0.01, "stop": 0.01, "size": 1.0, "horizon_bars": 10,
        }
    )  # fmt: skip


def test_bars_outside_the_decisions_are_not_traded():
    frame = candles(CALM, CALM, UP, CALM, UP, CALM)
    decided = decisions(frame, {1: 1, 3: 0})
    walked = walk_forward_backtest(decided, frame, bar=MINUTE, costs=FREE)
    assert walked.equity["open_time"].tolist() == frame["open_time"].iloc[1:4].tolist()
    assert walked.trades["net_return"].tolist() == pytest.approx([0.01])


def test_a_position_lives_on_after_the_last_decision_where_candles_do():
    frame = candles(CALM, CALM, CALM, CALM, UP)
    decided = decisions(frame, {1: 1})
    on = trade_decided(decided, frame, bar=MINUTE, costs=FREE)
    assert on.trades["exit_reason"].tolist() == ["target"]
    assert walk_forward_backtest(decided, frame, bar=MINUTE, costs=FREE).trades.empty


def test_a_bar_of_which_nothing_was_said_decides_nothing():
    frame = candles(CALM, CALM, UP, CALM, UP, CALM)
    found = trade_decided(decisions(frame, {0: 0, 3: 1}), frame, bar=MINUTE, costs=FREE)
    assert found.trades["entry_time"].tolist() == [frame["open_time"].iloc[4]]


def test_without_decisions_or_candles_between_them_there_is_no_backtest():
    frame = candles(CALM, CALM)
    decided = decisions(frame, {0: 1})
    assert walk_forward_backtest(decided[:0], frame, bar=MINUTE, costs=FREE) is None
    assert walk_forward_backtest(decided, frame[1:], bar=MINUTE, costs=FREE) is None
