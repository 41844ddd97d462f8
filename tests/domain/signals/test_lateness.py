"""A signal that would be over by the market's own candles is not said, and that is its word."""

from datetime import timedelta

import pandas as pd

from traderai_assets.domain.signals.lateness import said_in_time

BAR = timedelta(minutes=5)
NOON = pd.Timestamp("2026-03-01 12:00", tz="UTC")


def decided(*words, horizon_bars=2):
    times = pd.date_range(NOON, periods=len(words), freq=BAR).as_unit("ms")
    side = [1 if word == "signal" else 0 for word in words]
    told = {"open_time": times, "side": side, "word": list(words), "horizon_bars": horizon_bars}
    return pd.DataFrame(told)


def test_a_signal_is_late_once_a_candle_has_closed_at_its_end():
    bars = decided("signal", "signal", "outlier")
    # Decided at 12:05 and 12:10 for ten minutes each: until 12:15 and 12:20
    in_time = said_in_time(bars, NOON + 2 * BAR, bar=BAR)
    assert in_time["word"].tolist() == ["signal", "signal", "outlier"]
    later = said_in_time(bars, NOON + 3 * BAR, bar=BAR)
    assert later["word"].tolist() == ["too_late", "signal", "outlier"]
    assert later["side"].tolist() == [0, 1, 0]
    # A bar that says nothing anyway has its own reason, however late
    assert said_in_time(bars, NOON + 99 * BAR, bar=BAR)["word"].tolist() == [
        "too_late",
        "too_late",
        "outlier",
    ]


def test_without_a_candle_nothing_is_late():
    assert said_in_time(decided("signal"), None, bar=BAR)["word"].tolist() == ["signal"]
