"""The compiled walk against a plain loop over dictionaries, on any candles hypothesis can draw."""

import os
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.domain.backtest.markets import MINUTE, decided, head, jumpy_market, markets
from traderai_assets.domain.backtest.costs import Costs
from traderai_assets.domain.backtest.engine import run_backtest
from traderai_assets.domain.labels.outcomes import label_bars

COSTS = Costs(fee_rate=0.001, slippage_rate=0.0005)


def plain_trades(candles, decisions, bar):
    """The rules of a trade as one would explain them."""
    rows, trades, now = candles.to_dict("records"), [], 0
    while now < len(rows) - 1:
        side = int(decisions.side[now])
        deadline = rows[now]["open_time"] + bar * (1 + int(decisions.horizon_bars[now]))
        entry = now + 1
        if side == 0 or rows[entry]["open_time"] >= deadline:
            now += 1
            continue
        price = rows[entry]["open"]
        target = price * (1 + side * decisions.target[now])
        stop = price * (1 - side * decisions.stop[now])
        for last in range(entry, len(rows)):
            end = plain_end(rows[last], side, target, stop, deadline, bar)
            if end:
                break
        reason, exit_price = end or ("end", rows[last]["close"])
        trades.append((entry, last, side, exit_price, reason))
        now = last
    return trades


def plain_end(row, side, target, stop, deadline, bar):
    reached = (lambda price, level: price >= level) if side > 0 else (lambda p, level: p <= level)
    passed = (lambda price, level: price <= level) if side > 0 else (lambda p, level: p >= level)
    best, worst = (row["high"], row["low"]) if side > 0 else (row["low"], row["high"])
    if row["open_time"] >= deadline:
        return "time", row["open"]
    if passed(row["open"], stop):
        return "stop", row["open"]
    if reached(row["open"], target):
        return "target", row["open"]
    if passed(worst, stop):
        return "stop", stop
    if reached(best, target):
        return "target", target
    if row["open_time"] + bar >= deadline:
        return "time", row["close"]
    return None


def assert_same_trades(candles, decisions, bar):
    found = run_backtest(candles, decisions, bar=bar, costs=COSTS)
    expected = plain_trades(candles, decisions, bar)
    opened, opens = candles["open_time"], candles["open"]
    trades = found.trades
    assert trades["entry_time"].tolist() == [opened[entry] for entry, *_ in expected]
    assert trades["exit_time"].tolist() == [opened[last] + bar for _, last, *_ in expected]
    assert trades["side"].tolist() == [side for _, _, side, *_ in expected]
    assert trades["exit_reason"].tolist() == [reason for *_, reason in expected]
    assert trades["bars"].tolist() == [last - entry + 1 for entry, last, *_ in expected]
    gross = [side * (price / opens[entry] - 1) for entry, _, side, price, _ in expected]
    assert trades["gross_return"].tolist() == pytest.approx(gross, abs=1e-15)
    return found


@settings(max_examples=150, deadline=None)
@given(markets())
def test_every_trade_is_the_one_a_plain_loop_makes(market):
    assert_same_trades(*market, MINUTE)  # type: ignore[call-arg]


@pytest.mark.torture
@settings(max_examples=2_000, deadline=None)
@given(markets())
def test_every_trade_is_the_one_a_plain_loop_makes_at_length(market):
    assert_same_trades(*market, MINUTE)  # type: ignore[call-arg]


@pytest.mark.parametrize("seed", range(3))
def test_a_lone_position_ends_as_its_label_says(seed):
    candles, _ = jumpy_market(np.random.default_rng(seed), 200)
    labels = label_bars(candles, bar=MINUTE, horizon_bars=6, multiple=1.0)
    assert len(labels) > 50
    rows = candles["open_time"].searchsorted(labels["open_time"])
    for label, row in zip(labels.itertuples(), rows, strict=True):
        alone = np.zeros(len(candles), int)
        alone[row] = 1
        decisions = decided(alone, target=label.width, stop=label.width, horizon_bars=6)
        trades = run_backtest(candles, decisions, bar=MINUTE, costs=COSTS).trades
        assert trades["exit_time"].item() == label.label_end
        assert trades["gross_return"].item() == pytest.approx(label.gross_return, abs=1e-12)


@settings(max_examples=50, deadline=None)
@given(markets())
def test_the_last_equity_is_the_product_of_what_the_trades_returned(market):
    candles, decisions = market
    found = run_backtest(candles, decisions, bar=MINUTE, costs=COSTS)
    product = (1 + found.trades["size"] * found.trades["net_return"]).prod()
    assert found.metrics["total_return"] == pytest.approx(product - 1)
    assert len(found.equity) == len(candles)
    assert (found.equity["position"] != 0).sum() == found.trades["bars"].sum()


@settings(max_examples=50, deadline=None)
@given(markets(), st.floats(0, 0.02), st.floats(0, 0.02))
def test_costs_change_what_trades_earn_and_never_which_there_are(market, fee_rate, slippage_rate):
    free, paid = (
        run_backtest(*market, bar=MINUTE, costs=costs)
        for costs in (Costs(0, 0), Costs(fee_rate, slippage_rate))
    )
    same = ["entry_time", "exit_time", "side", "gross_return", "exit_reason", "bars"]
    pd.testing.assert_frame_equal(free.trades[same], paid.trades[same])
    assert (paid.trades["net_return"] <= free.trades["net_return"] + 1e-12).all()


@settings(max_examples=50, deadline=None)
@given(markets(), st.data())
def test_later_candles_change_no_trade_that_had_ended(market, data):
    candles, decisions = market
    kept = data.draw(st.integers(0, len(candles)))
    whole, cut = (
        run_backtest(candles[:n], head(decisions, n), bar=MINUTE, costs=COSTS).trades
        for n in (len(candles), kept)
    )
    ended = cut[cut["exit_reason"] != "end"]
    pd.testing.assert_frame_equal(whole[: len(ended)], ended)


@pytest.mark.skipif("TRADERAI_TEST_CANDLES" not in os.environ, reason="no folder of real candles")
def test_the_trades_of_real_candles_with_an_outage_are_those_of_the_plain_loop():
    folder = Path(os.environ["TRADERAI_TEST_CANDLES"])
    candles = pd.read_parquet(folder / "binance__DOCK_USDT__5m.parquet")
    candles = candles.rename(columns={"timestamp": "open_time"})[65_000:70_000]
    candles = candles.reset_index(drop=True)
    assert candles["open_time"].diff().max() == pd.Timedelta(minutes=85)
    sides = np.sign(candles["close"].diff(6)).fillna(0).astype(int).to_numpy()
    decisions = decided(sides, target=0.006, stop=0.006, horizon_bars=24)
    found = assert_same_trades(candles, decisions, timedelta(minutes=5))
    assert set(found.trades["exit_reason"]) >= {"target", "stop", "time"}
