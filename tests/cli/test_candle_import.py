"""Candles of Freqtrade's files: in the lake as if they were fetched, and told from what was."""

import gzip
import hashlib
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import dagster as dg
import numpy as np
import pandas as pd
import pytest

from traderai_assets.cli.context import open_instance, open_lake
from traderai_assets.schemas.candle_imports import CANDLE_IMPORTS
from traderai_assets.schemas.candles import CANDLE_ASKS, CANDLE_GAPS, CANDLE_QUARANTINE, CANDLES

MARKET, KEY = "binance:BTC/USDT", "binance.BTC-USDT.1h"
START = datetime(2026, 2, 27, tzinfo=UTC)
FORMS = ["feather", "parquet", "json", "json.gz"]
NUMBERS = ["open", "high", "low", "close", "volume"]


def bars(count=72, start=START):
    """Hours across the end of February, of prices that need all 17 digits."""
    random = np.random.default_rng(7)
    body = 60_000 * np.exp(random.normal(0, 0.001, size=(count, 2)))
    return pd.DataFrame(
        {
            "date": pd.date_range(start, periods=count, freq="1h").as_unit("ms"),
            "open": body[:, 0],
            "high": body.max(axis=1) * (1 + 1e-9),
            "low": body.min(axis=1) / 3,
            "close": body[:, 1],
            "volume": random.uniform(1e-8, 1e9, count),
        }
    )


def rows_of(frame):
    times = (frame["date"].astype("int64")).tolist()
    numbers = frame[NUMBERS].to_numpy().tolist()
    return [[time, *row] for time, row in zip(times, numbers, strict=True)]


def written(folder, frame, form="feather", stem="BTC_USDT-1h"):
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{stem}.{form}"
    if form == "feather":
        frame.to_feather(file)
    elif form == "parquet":
        frame.to_parquet(file, index=False)
    else:
        text = json.dumps(rows_of(frame)).encode()
        file.write_bytes(gzip.compress(text) if form.endswith("gz") else text)
    return file


def stored(home, table=CANDLES):
    snapshot = open_lake(home).snapshot(table)
    return snapshot.read(KEY, sorted(snapshot.content_hashes(KEY)))


def events(instance):
    asked = dg.AssetRecordsFilter(dg.AssetKey("candles"))
    return [record.asset_materialization for record in _records(instance, asked)]


def _records(instance, asked):
    return sorted(
        instance.fetch_materializations(asked, limit=50).records, key=lambda one: one.storage_id
    )


@pytest.mark.parametrize("form", FORMS)
def test_candles_of_each_form_are_stored_to_the_last_bit_but_for_the_one_that_may_be_open(
    traderai, instance, home, tmp_path, form
):
    file = written(tmp_path / "data", bars(), form)
    code, out, err = traderai("candles", "import", str(file), "--market", MARKET)
    assert (code, err) == (0, "")
    expected = bars()[:-1].rename(columns={"date": "open_time"})
    pd.testing.assert_frame_equal(stored(home), expected, check_exact=True)
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    assert sha256 in out
    assert out.splitlines()[1].split() == [
        *("month", "in_file", "new", "same", "left_as_stored", "refused", "absent")
    ]
    # 26 days of February lie before the file, of which nothing is known
    assert out.splitlines()[2].split() == ["2026-02", "48", "48", "0", "0", "0", str(26 * 24)]
    assert out.splitlines()[3].split() == ["2026-03", "23", "23", "0", "0", "0", "0"]
    kept = stored(home, CANDLE_IMPORTS)
    assert kept[["file", "sha256", "in_file", "added"]].to_numpy().tolist() == [
        [file.name, sha256, 48, 48],
        [file.name, sha256, 23, 23],
    ]
    told = events(instance)
    assert [event.partition for event in told] == [f"{KEY}|2026-02", f"{KEY}|2026-03"]
    assert {event.metadata["source"].value for event in told} == {"import"}
    assert {event.metadata["file_sha256"].value for event in told} == {sha256}
    assert all(event.tags["dagster/data_version"] for event in told)


def test_what_a_file_lacks_is_no_silence_and_is_asked_for_at_once(
    traderai,
    instance,  # noqa: ARG001
    home,
    tmp_path,
):
    whole = bars()
    file = written(tmp_path, whole.drop(index=range(10, 40)).reset_index(drop=True))
    assert traderai("candles", "import", str(file), "--market", MARKET).code == 0
    gaps = stored(home, CANDLE_GAPS)
    assert set(gaps["kind"]) == {"unheard"}
    assert gaps["absent_bars"].tolist() == [26 * 24, 30]
    assert stored(home, CANDLE_ASKS).empty
    listed = json.loads(traderai("candles", "gaps", MARKET, "--json").out)
    assert {row["next_ask"] for row in listed} == {"at once"}


def served(home, frame):
    """Store a frame as candles that were fetched."""
    lake = open_lake(home)
    candles = frame.rename(columns={"date": "open_time"})
    months = candles["open_time"].dt.strftime("%Y-%m")
    lake.snapshot(CANDLES).publish(
        {(KEY, str(month)): rows.reset_index(drop=True) for month, rows in candles.groupby(months)},
        run_id="test",
        code_version="1",
    )


def test_what_the_exchange_served_stays_until_somebody_says_replace_and_is_shown(
    traderai,
    instance,  # noqa: ARG001
    home,
    tmp_path,
):
    served(home, bars()[:30])
    told = bars()
    told.loc[5, "close"] = told.loc[5, "low"]
    file = written(tmp_path, told)
    before = stored(home)
    code, out, _ = traderai("candles", "import", str(file), "--market", MARKET)
    assert code == 0
    assert "1 bars are stored with other values and were left as they are stored" in out
    [line] = [line for line in out.splitlines() if line.startswith("2026-02-27 05:00")]
    assert float(line.split()[-1]) == told.loc[5, "close"]
    pd.testing.assert_frame_equal(stored(home)[:30], before, check_exact=True)
    assert stored(home, CANDLE_QUARANTINE).empty

    out = traderai("candles", "import", str(file), "--market", MARKET, "--replace").out
    assert "1 bars are stored with other values and have the file's values now" in out
    assert stored(home)["close"][5] == told.loc[5, "close"]
    former = stored(home, CANDLE_QUARANTINE)
    assert former["reason"].tolist() == ["superseded"]
    assert json.loads(former["raw"][0])[4] == before["close"][5]
    assert stored(home, CANDLE_IMPORTS)[["added", "replaced", "left"]].to_numpy().tolist() == [
        [18, 0, 1],
        [23, 0, 0],
        [0, 1, 0],
    ]


def test_the_same_file_again_changes_nothing(traderai, instance, home, tmp_path):  # noqa: ARG001
    file = written(tmp_path, bars())
    traderai("candles", "import", str(file), "--market", MARKET)
    versions = {table.name: open_lake(home).snapshot(table).version for table in _TABLES}
    out = traderai("candles", "import", str(file), "--market", MARKET).out
    assert out.splitlines()[2].split()[:4] == ["2026-02", "48", "0", "48"]
    assert {table.name: open_lake(home).snapshot(table).version for table in _TABLES} == versions


_TABLES = (CANDLES, CANDLE_GAPS, CANDLE_ASKS, CANDLE_IMPORTS)
_KILLED = """
import os, sys
from traderai_assets.ingest import candle_import
noted = candle_import.CandleImport._note
def dies_at_the_second(self, part, done):
    if done.month == "2026-03":
        os._exit(9)
    noted(self, part, done)
candle_import.CandleImport._note = dies_at_the_second
from traderai_assets.cli.main import main
sys.argv[1:] = ["candles", "import", sys.argv[1], "--market", "binance:BTC/USDT"]
main()
"""


@pytest.mark.processes
def test_an_import_that_was_killed_is_finished_by_the_same_command(
    instance, home, tmp_path, repository
):
    file = written(tmp_path, bars(24 * 40))  # Into April

    def run(*command):
        return subprocess.run(  # noqa: S603
            [sys.executable, *command],
            env=os.environ | {"TRADERAI_HOME": str(home.home)},
            cwd=repository,
            capture_output=True,
            text=True,
            check=False,
        )

    ended = run("-c", _KILLED, str(file))
    assert ended.returncode == 9, ended.stderr
    assert set(open_lake(home).snapshot(CANDLES).content_hashes(KEY)) == {"2026-02", "2026-03"}
    assert events(instance) == []
    again = run("-m", "traderai_assets.cli", "candles", "import", str(file), "--market", MARKET)
    assert (again.returncode, again.stderr) == (0, "")
    expected = bars(24 * 40)[:-1].rename(columns={"date": "open_time"})
    pd.testing.assert_frame_equal(stored(home), expected, check_exact=True)
    with open_instance(home) as opened:
        assert [event.partition[-7:] for event in events(opened)] == [
            "2026-02",
            "2026-03",
            "2026-04",
        ]
    assert len(stored(home, CANDLE_IMPORTS)) == 3


def test_rows_that_are_no_candles_are_kept_apart_and_their_bars_are_no_silence(
    traderai,
    instance,  # noqa: ARG001
    home,
    tmp_path,
):
    told = bars()
    told.loc[12, "high"] = told.loc[12, "low"] / 2
    told.loc[20, "volume"] = -1.0
    file = written(tmp_path, told)
    assert traderai("candles", "import", str(file), "--market", MARKET).code == 0
    assert stored(home, CANDLE_QUARANTINE)["reason"].tolist() == [
        "high_below_low",
        "negative_volume",
    ]
    gaps = stored(home, CANDLE_GAPS)
    assert gaps["kind"].tolist() == ["unheard", "fetch_failure", "fetch_failure"]


def test_a_folder_gives_the_markets_own_file(traderai, instance, home, tmp_path):  # noqa: ARG001
    folder = tmp_path / "data"
    written(folder / "binance", bars())
    written(folder / "binance", bars(), stem="ETH_USDT-1h")
    written(folder / "binance", bars(), stem="BTC_USDT-5m")
    written(folder / "binance" / "futures", bars(), stem="BTC_USDT_USDT-1h-futures")
    written(folder / "binance" / "futures", bars(), stem="BTC_USDT_USDT-1h-mark")
    code, out, _ = traderai("candles", "import", str(folder), "--market", MARKET)
    assert code == 0
    assert out.startswith(f"{folder / 'binance' / 'BTC_USDT-1h.feather'}: Feather")


def test_months_as_json_are_rows(traderai, instance, home, tmp_path):  # noqa: ARG001
    file = written(tmp_path, bars())
    out = traderai("candles", "import", str(file), "--market", MARKET, "--json").out
    assert [row["month"] for row in json.loads(out)] == ["2026-02", "2026-03"]


def cut(folder):
    file = written(folder, bars())
    file.write_bytes(file.read_bytes()[:500])
    return file


def cut_gzip(folder):
    file = written(folder, bars(), "json.gz")
    file.write_bytes(file.read_bytes()[:500])
    return file


def cut_parquet(folder):
    file = written(folder, bars(), "parquet")
    file.write_bytes(file.read_bytes()[:-100])
    return file


def no_json(folder):
    file = folder / "BTC_USDT-1h.json"
    file.write_text("date,open,high\n")
    return file


def an_object(folder):
    file = folder / "BTC_USDT-1h.json"
    file.write_text('{"data": []}')
    return file


def no_rows(folder):
    file = folder / "BTC_USDT-1h.json"
    file.write_text("[]")
    return file


def trades(folder):
    file = folder / "BTC_USDT-1h.json"
    file.write_text('[{"id": 1, "price": 2.0}]')
    return file


def other_columns(folder):
    return written(folder, bars().rename(columns={"volume": "vol"}))


def no_zone(folder):
    return written(folder, bars().assign(date=bars()["date"].dt.tz_localize(None)))


def other_timeframe(folder):
    return written(folder, bars().assign(date=bars()["date"] + timedelta(minutes=7)))


def of_another_market(folder):
    return written(folder, bars(), stem="ETH_USDT-1h")


def mark_prices(folder):
    return written(folder, bars(), stem="BTC_USDT-1h-mark")


def hdf5(folder):
    file = folder / "BTC_USDT-1h.h5"
    file.write_bytes(b"\x89HDF")
    return file


def absent(folder):
    return folder / "BTC_USDT-1h.feather"


def of_others(folder):
    return written(folder / "data", bars(), stem="ETH_USDT-1h").parent


def twice(folder):
    written(folder / "data", bars(), "json")
    return written(folder / "data", bars()).parent


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (cut, "cannot be read as Feather: "),
        (cut_gzip, "cannot be read as a list of rows in JSON: "),
        (cut_parquet, "cannot be read as Parquet: "),
        (no_json, "cannot be read as a list of rows in JSON: Expecting value"),
        (an_object, "holds dict in JSON; expected a list of rows"),
        (no_rows, "holds no row; expected candles"),
        (trades, "no row of {file} is a closed candle of 1h since 2017-01: "),
        (other_columns, "lacks the columns volume; it has date, open, high, low, close, vol,"),
        (no_zone, "column 'date' of {file} is of datetime64[ms]; expected times with a time zone"),
        (other_timeframe, "is off_grid_time"),
        (of_another_market, "holds ETH_USDT in 1h by its name, and binance.BTC-USDT.1h was asked"),
        (mark_prices, "holds BTC_USDT in 1h, mark by its name"),
        (hdf5, "convert-data --format-from hdf5 --format-to feather"),
        (absent, "there is no {file}; expected a file of candles, or a folder of them"),
        (of_others, "holds no candles of binance.BTC-USDT.1h, a file such as BTC_USDT-1h.feather"),
        (twice, "2 times: BTC_USDT-1h.feather, BTC_USDT-1h.json; name the file"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_file_that_cannot_be_used_is_refused_in_one_line(
    traderai,
    instance,  # noqa: ARG001
    home,
    tmp_path,
    broken,
    said,
):
    file = broken(tmp_path)
    code, out, err = traderai("candles", "import", str(file), "--market", MARKET)
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert said.format(file=file) in err
    assert open_lake(home).snapshot(CANDLES).markets() == []


def test_a_market_that_is_not_kept_is_refused_with_the_way_in(
    traderai,
    instance,  # noqa: ARG001
    tmp_path,
):
    file = written(tmp_path, bars(), stem="SOL_USDT-1h")
    code, _, err = traderai("candles", "import", str(file), "--market", "binance:SOL/USDT")
    assert code == 1
    assert 'type "traderai markets add binance.SOL-USDT.1h"' in err


def test_what_a_sandbox_simulates_is_not_continued_with_a_file(traderai, home, tmp_path):
    from traderai_assets.cli.sandbox.origin import SandboxOrigin

    SandboxOrigin(None, 7, None, "2026-01-01", "2026-01-01").save(home)
    file = written(tmp_path, bars())
    code, _, err = traderai("candles", "import", str(file), "--market", MARKET)
    assert code == 1
    assert "holds SIMULATED candles (seed 7, edge 1), and a file's candles do not belong" in err
