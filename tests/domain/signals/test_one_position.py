"""What is learnt, signalled, tested and settled is one position, for random ones of every kind."""

import os
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.domain.signals.one_position import (
    assert_backtested_as_settled,
    assert_labelled_as_settled,
    backtested,
    draw,
    settled,
    simulated,
)
from traderai_assets.domain.candles.segments import Crossings, Decision, mark_segments

BAR = timedelta(minutes=5)
FOLDER = os.environ.get("TRADERAI_TEST_CANDLES")
# With absent minutes, a suspension of five months, bars without a trade, a spike, and none of these
REAL = {
    "binance__CVC_USDT__5m": 5,
    "binance__DOCK_USDT__5m": 5,
    "binance__XRP_USDT__5m": 5,
    "binance__BTC_USDT__5m": 5,
    "bittrex-era__UNITTEST_BTC__1m": 1,
    "kraken__BTC_USDT__1m": 1,
    "bitstamp__BTC_USD__1h": 60,
    "okx__ETH_USDT_USDT__5m": 5,
}


def assert_one_position(
    rng: np.random.Generator, candles: pd.DataFrame, bar: timedelta, count: int, horizons: int
) -> "pd.Series[int]":
    """Compare `count` random signals, and as many whose target and stop are the width."""
    drawn = draw(rng, candles, bar, count, horizons)
    ended = settled(drawn, candles, bar)
    assert_backtested_as_settled(ended, backtested(drawn, candles, bar), candles, bar)
    plain = drawn.assign(target=drawn["width"], stop=drawn["width"])
    as_labelled = settled(plain, candles, bar)
    assert_backtested_as_settled(as_labelled, backtested(plain, candles, bar), candles, bar)
    labelled = assert_labelled_as_settled(plain, as_labelled, candles, bar)
    assert labelled > 0.6 * count
    counts = ended["status"].value_counts()
    counts["unentered"] = int(((ended["status"] == "expired") & (ended["bars_held"] == 0)).sum())
    return counts


def marked(candles: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Candles as learning may use them: with nothing barred, a gap, or another unit of prices."""
    half = len(candles) // 2
    opened = candles["open_time"].iloc[half]
    if kind == "barred":
        gap = (candles["open_time"].iloc[half - 1] + BAR, opened)
        return mark_segments(candles, Crossings(barred=[gap]))
    if kind == "rescaled":
        prices = ["open", "high", "low", "close"]
        scaled = candles.copy()
        scaled.loc[half:, prices] *= 1000.0
        return mark_segments(scaled, Crossings(decisions=[Decision(opened, 1000.0)]))
    return mark_segments(candles)


def assert_simulated(seeds: range, count: int, horizons: int) -> None:
    """Compare `count` signals of each seed and kind of market; all ways to end must be there."""
    ends = []
    for seed in seeds:
        for kind in ("plain", "barred", "rescaled"):
            rng = np.random.default_rng(seed)
            candles = marked(simulated(rng, 8_000, BAR), kind)
            assert ("segment" in candles) == (kind == "barred")
            assert ("scale" in candles) == (kind == "rescaled")
            ends.append(assert_one_position(rng, candles, BAR, count, horizons))
    found = pd.concat(ends).groupby(level=0).sum()
    every = ["target", "stop", "expired", "open", "interrupted", "unentered"]
    assert found.reindex(every).gt(0).all(), found.to_dict()


def test_a_position_ends_alike_however_it_is_told():
    assert_simulated(range(1), 700, 7)


@pytest.mark.torture
def test_a_position_ends_alike_however_it_is_told_at_length():
    assert_simulated(range(100, 110), 700, 35)


def real_candles(name: str) -> pd.DataFrame:
    candles = pd.read_parquet(Path(str(FOLDER)) / f"{name}.parquet")
    return mark_segments(candles.rename(columns={"timestamp": "open_time"}))


@pytest.mark.skipif(not FOLDER, reason="TRADERAI_TEST_CANDLES names no folder")
def test_a_position_in_an_illiquid_market_ends_alike_however_it_is_told():
    candles = real_candles("binance__CVC_USDT__5m")
    at = int(candles["open_time"].diff().idxmax())
    around = candles[at - 4_000 : at + 4_000].reset_index(drop=True)
    assert_one_position(np.random.default_rng(0), around, BAR, 700, 7)


@pytest.mark.torture
@pytest.mark.skipif(not FOLDER, reason="TRADERAI_TEST_CANDLES names no folder")
@pytest.mark.parametrize("name", REAL)
def test_a_real_position_ends_alike_however_it_is_told_at_length(name):
    bar = timedelta(minutes=REAL[name])
    assert_one_position(np.random.default_rng(0), real_candles(name), bar, 2_500, 25)
