"""Replay: what a Parquet file holds is what a client gets, bit for bit."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from traderai_assets.domain.arrays import milliseconds
from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.sandbox.feed import aggregate, bar_ms
from traderai_assets.sandbox.klines import page
from traderai_assets.sandbox.replay import ReplayFeed
from traderai_assets.sandbox.server import SandboxServer

START = pd.Timestamp("2023-03-24 12:00", tz="UTC")
ABSENT = slice(20, 36)


def candles(rows=1500, timeframe="5min", start=START):
    """Candles with every bit of a double in use, from 1e-9 to 1e9, sixteen rows absent."""
    dice = np.random.default_rng(3)
    low = 10.0 ** dice.uniform(-9, 9, rows)
    frame = pd.DataFrame(
        {
            "timestamp": pd.date_range(start, periods=rows, freq=timeframe, unit="ms"),
            "open": low * 1.1,
            "high": low * 1.3,
            "low": low,
            "close": low * 1.2,
            "volume": np.where(dice.random(rows) < 0.1, 0.0, 10.0 ** dice.uniform(-9, 9, rows)),
        }
    )
    return frame.drop(frame.index[ABSENT]).reset_index(drop=True)


@pytest.fixture
def folder(tmp_path):
    candles().to_parquet(tmp_path / "binance__BTC_USDT__5m.parquet")
    return tmp_path


def test_every_value_reaches_the_client_bit_for_bit_and_absent_rows_stay_absent(folder, binance_at):
    expected = candles()
    with SandboxServer(ReplayFeed(folder)) as server:
        binance = binance_at(server.url)
        since = int(START.timestamp() * 1000)
        rows = binance.fetch_ohlcv("BTC/USDT", "5m", since, 1000)
        rows += binance.fetch_ohlcv("BTC/USDT", "5m", rows[-1][0] + 1, 1000)
    received = np.array(rows)
    assert len(received) == 1500 - 16
    times = expected["timestamp"].astype("int64")
    assert received[:, 0].astype(np.int64).tolist() == times.tolist()
    values = expected.drop(columns="timestamp").to_numpy()
    assert received[:, 1:].astype("<f8").tobytes() == values.astype("<f8").tobytes()


def test_answers_are_labelled_replayed(folder, wire_to):
    with SandboxServer(ReplayFeed(folder)) as server:
        _, headers, _ = wire_to(server.url).send("/api/v3/ping")
        info = wire_to(server.url).json("/api/v3/exchangeInfo")
    assert headers["X-TraderAI-Sandbox"] == "replayed"
    assert info["sandbox"]["data"] == "replayed"


def test_the_clock_stands_at_the_end_of_the_last_candle_that_all_files_have(folder):
    candles(rows=100).to_parquet(folder / "binance__ETH_USDT__5m.parquet")
    feed = ReplayFeed(folder)
    assert feed.end() == START + timedelta(minutes=500)
    with SandboxServer(feed) as server:
        assert server.clock.now() == feed.end()


def test_a_candle_that_the_clock_stands_in_is_open(folder):
    feed = ReplayFeed(folder)
    now = START + timedelta(minutes=5 * 3, seconds=100)  # A third of the fourth candle
    whole = candles().iloc[3]
    seen = page(feed, "BTCUSDT", "5m", now=milliseconds(now.to_pydatetime()), limit=10)
    assert len(seen) == 4
    assert seen.close[-1] == pytest.approx(whole["low"], rel=1e-6, abs=1e-8)
    assert seen.volume[-1] == pytest.approx(whole["volume"] / 3, abs=1e-8)


def test_a_file_of_the_asked_timeframe_comes_before_gathering(folder):
    candles(rows=30, timeframe="1h").to_parquet(folder / "binance__BTC_USDT__1h.parquet")
    feed = ReplayFeed(folder)
    assert feed.source("BTCUSDT", "1h") == "1h"
    assert feed.source("BTCUSDT", "15m") == "5m"
    assert len(feed.bars("BTCUSDT", "15m", 0, 10**14)) == 500 - 5


def test_a_timeframe_finer_than_any_file_is_an_invalid_interval(folder, wire_to):
    with SandboxServer(ReplayFeed(folder)) as server:
        status, _, body = wire_to(server.url).send("/api/v3/klines?symbol=BTCUSDT&interval=1m")
    assert status == 400
    assert b"-1120" in body


def test_files_of_other_exchanges_are_passed_over(folder):
    candles(rows=10).to_parquet(folder / "kraken__XRP_USDT__5m.parquet")
    assert list(ReplayFeed(folder).listings) == ["BTCUSDT"]


def test_a_folder_without_candles_is_refused(tmp_path):
    with pytest.raises(InvalidSettings, match=r"binance__BTC_USDT__5m\.parquet"):
        ReplayFeed(tmp_path)


@pytest.mark.parametrize("fault", ["duplicate", "unsorted", "off grid", "column"])
def test_a_file_that_is_not_in_order_is_refused(tmp_path, fault):
    frame = candles(rows=100)
    frame = {
        "duplicate": pd.concat([frame.iloc[:1], frame]),
        "unsorted": frame.iloc[::-1],
        "off grid": frame.assign(timestamp=frame["timestamp"] + pd.Timedelta(seconds=1)),
        "column": frame.drop(columns="volume"),
    }[fault]
    frame.to_parquet(tmp_path / "binance__BTC_USDT__5m.parquet")
    with pytest.raises(InvalidSettings, match="binance__BTC_USDT__5m"):
        ReplayFeed(tmp_path)


@pytest.fixture(scope="module")
def real_folder():
    folder = os.environ.get("TRADERAI_TEST_CANDLES")
    if folder is None:
        pytest.skip("TRADERAI_TEST_CANDLES names no folder of real candles")
    return Path(folder)


def test_real_five_minute_candles_gather_to_the_real_hours(real_folder):
    feed = ReplayFeed(real_folder)
    year = [int(datetime(2022 + late, 1, 1, tzinfo=UTC).timestamp() * 1000) for late in (0, 1)]
    fine = feed.bars("BTCUSDT", "5m", year[0], year[1] - 1)
    hours = feed.bars("BTCUSDT", "1h", year[0], year[1] - 1)
    gathered = aggregate(fine, bar_ms("1h"))
    assert gathered.open_time.tolist() == hours.open_time.tolist()
    for mine, theirs in zip(gathered.values()[:4], hours.values()[:4], strict=True):
        assert mine.tobytes() == theirs.tobytes()
    assert gathered.volume == pytest.approx(hours.volume, abs=1e-6)


def test_the_outage_of_24_march_2023_is_14_flat_and_16_absent_candles(real_folder):
    feed = ReplayFeed(real_folder)
    day = int(datetime(2023, 3, 24, tzinfo=UTC).timestamp() * 1000)
    bars = feed.bars("BTCUSDT", "5m", day, day + 86_400_000 - 1)
    assert int((bars.volume == 0).sum()) == 14
    assert np.diff(bars.open_time).max() == 17 * 300_000
