"""The id of a signal follows from strategy, market, bar and model, and from nothing else."""

import hashlib
from datetime import timedelta

import pandas as pd

from traderai_assets.domain.markets import Market
from traderai_assets.domain.signals.identity import signal_id, with_identity, with_ids_of

BTC, ETH = Market("binance", "BTC/USDT", "5m"), Market("binance", "ETH/USDT", "5m")
NOON = pd.Timestamp("2026-03-01 12:00", tz="UTC")


def test_an_id_is_the_beginning_of_the_hash_of_what_the_signal_is():
    text = "fast binance.BTC-USDT.5m 1772366400000 m1"
    found = signal_id("fast", BTC, 1772366400000, "m1")
    assert found == hashlib.sha256(text.encode()).hexdigest()[:16]
    assert found != signal_id("slow", BTC, 1772366400000, "m1")
    assert found != signal_id("fast", ETH, 1772366400000, "m1")
    assert found != signal_id("fast", BTC, 1772366400001, "m1")
    assert found != signal_id("fast", BTC, 1772366400000, "m2")


def test_signals_and_their_outcomes_carry_it_and_hold_from_their_bars_close():
    times = pd.Series([NOON, NOON + timedelta(minutes=5)]).astype("datetime64[ms, UTC]")
    closes = times + timedelta(minutes=5)
    said = pd.DataFrame({"open_time": times, "decided_at": closes, "model_id": ["m1", "m2"]})
    signals = with_identity(said, strategy="fast", market=BTC)
    assert signals["signal_id"].tolist() == [
        signal_id("fast", BTC, 1772366400000, "m1"),
        signal_id("fast", BTC, 1772366700000, "m2"),
    ]
    assert signals["valid_from"].tolist() == closes.tolist()
    outcomes = with_ids_of(said[["open_time"]][1:].reset_index(drop=True), signals)
    assert outcomes["signal_id"].tolist() == signals["signal_id"].tolist()[1:]
    none = with_identity(said[:0], strategy="fast", market=BTC)
    assert none["signal_id"].tolist() == []
