"""Candles taken out, to the last bit; gaps listed."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from traderai_assets.cli.context import open_lake
from traderai_assets.schemas.candles import CANDLE_ASKS, CANDLE_GAPS, CANDLES

MARKET, KEY = "binance:BTC/USDT", "binance.BTC-USDT.1h"
START = datetime(2026, 2, 28, 20, tzinfo=UTC)


@pytest.fixture
def stored(home):
    """Eight hours across the end of February, of prices that need all 17 digits."""
    random = np.random.default_rng(7)
    body = 60_000 * np.exp(random.normal(0, 0.001, size=(8, 2)))
    frame = pd.DataFrame(
        {
            "open_time": pd.date_range(START, periods=8, freq="1h").as_unit("ms"),
            "open": body[:, 0],
            "high": body.max(axis=1) * (1 + 1e-9),
            "low": body.min(axis=1) / 3,
            "close": body[:, 1],
            "volume": [0.1 + 0.2, 1e-8, 0.0, 1e15 / 3, 5e-324, 1.0, 2.0, 3.0],
        }
    )
    lake = open_lake(home)
    months = {"2026-02": frame[:4], "2026-03": frame[4:]}
    lake.snapshot(CANDLES).publish(
        {(KEY, month): rows for month, rows in months.items()}, run_id="test", code_version="1"
    )
    return frame


def test_candles_of_every_month_come_back_from_parquet_as_they_are_stored(
    traderai, stored, tmp_path
):
    file = tmp_path / "new folder" / "btc.parquet"
    code, out, _ = traderai("candles", "export", MARKET, "--to", str(file))
    assert code == 0
    assert out == (f"8 candles of {KEY}, 2026-02-28 20:00 to 2026-03-01 03:00 UTC, in {file}.\n")
    pd.testing.assert_frame_equal(pd.read_parquet(file), stored, check_exact=True)


def test_candles_come_back_from_csv_to_the_last_bit(traderai, stored, tmp_path):
    file = tmp_path / "btc.csv"
    assert traderai("candles", "export", MARKET, "--to", str(file)).code == 0
    read = pd.read_csv(file, dtype=str)
    assert list(pd.to_datetime(read.pop("open_time"))) == list(stored.pop("open_time"))
    assert read.map(float).to_numpy().tobytes() == stored.to_numpy().tobytes()


@pytest.mark.processes
@pytest.mark.parametrize(
    "name", ["btc.csv", pytest.param("btc.parquet", marks=pytest.mark.torture)]
)
def test_an_export_that_fails_leaves_the_file_it_would_have_replaced(
    stored,  # noqa: ARG001
    home,
    tmp_path,
    repository,
    name,
):
    file = tmp_path / name
    file.write_bytes(b"of last year")
    # The process may write files of so many bytes and no more, as on a disk that is full
    program = (
        "import resource, signal, sys; from traderai_assets.cli.main import main; "
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)); "
        f"sys.argv[1:] = ['candles', 'export', {MARKET!r}, '--to', {str(file)!r}]; main()"
    )
    ended = subprocess.run(  # noqa: S603
        [sys.executable, "-c", program],
        env=os.environ | {"TRADERAI_HOME": str(home.home)},
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert "File too large" in ended.stderr
    assert file.read_bytes() == b"of last year"
    assert [one.name for one in tmp_path.iterdir() if one.is_file()] == [name]


def test_gaps_are_listed_with_what_was_asked_for_people_and_for_programs(traderai, stored, home):  # noqa: ARG001
    gap = {
        "start": [START + timedelta(hours=1), START + timedelta(hours=5)],
        "end": [START + timedelta(hours=3), START + timedelta(hours=6)],
        "absent_bars": [2, 1],
        "flat_bars": 0,
        "kind": ["unheard", "outage"],
    }
    ask = {name: gap[name][:1] for name in ("start", "end")} | {
        "first_seen": [START],
        "last_asked": [START + timedelta(minutes=10)],
        "times_asked": 2,
        "came_back": "nothing",
    }
    for table, rows in ((CANDLE_GAPS, gap), (CANDLE_ASKS, ask)):
        frame = pd.DataFrame(rows).astype(table.dtypes)
        open_lake(home).snapshot(table).publish(
            {(KEY, "2026-02"): frame}, run_id="test", code_version="1"
        )
    said = traderai("candles", "gaps", MARKET).out.splitlines()
    asked = ["first_seen", "last_asked", "times_asked", "came_back", "next_ask"]
    assert said[0].split() == [*CANDLE_GAPS.dtypes, *asked]
    assert said[1].endswith("2            nothing    2026-02-28 21:10:00+00:00")
    assert said[2].endswith("0                       at once")
    row, _ = json.loads(traderai("candles", "gaps", MARKET, "--json").out)
    assert row == {
        "start": "2026-02-28 21:00:00+00:00",
        "end": "2026-02-28 23:00:00+00:00",
        "absent_bars": 2,
        "flat_bars": 0,
        "kind": "unheard",
        "first_seen": "2026-02-28 20:00:00+00:00",
        "last_asked": "2026-02-28 20:10:00+00:00",
        "times_asked": 2,
        "came_back": "nothing",
        "next_ask": "2026-02-28 21:10:00+00:00",
    }


def test_a_market_without_gaps_says_so_or_gives_an_empty_list(traderai, stored):  # noqa: ARG001
    assert traderai("candles", "gaps", KEY).out == f"{KEY} has no gap in what is stored.\n"
    assert json.loads(traderai("candles", "gaps", KEY, "--json").out) == []


def test_a_market_without_candles_is_told_what_there_is(traderai, stored, tmp_path):  # noqa: ARG001
    file = tmp_path / "eth.csv"
    code, _, err = traderai("candles", "export", "binance:ETH/USDT", "--to", str(file))
    assert code == 1
    assert "no candles of binance.ETH-USDT.1h are stored in " in err
    assert f"; there are those of {KEY}; " in err
    assert not file.exists()
