"""`traderai lake`: what is lost is told with the way back; a restore is taken when that is said."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from deltalake import DeltaTable

from traderai_assets.cli.context import open_lake
from traderai_assets.schemas.candles import CANDLES

MARKET = "binance.BTC-USDT.1h"


@pytest.fixture
def candles(home):
    """Store one candle, and then two; returns the folder of the table."""
    for count in (1, 2):
        times = pd.date_range("2026-03-20", periods=count, freq="1h", tz="UTC", unit="ms")
        frame = pd.DataFrame(dict.fromkeys(CANDLES.dtypes, 1.0) | {"open_time": times})
        open_lake(home).snapshot(CANDLES).publish(
            {(MARKET, "2026-03"): frame}, run_id="test", code_version="1"
        )
    return home.home / "lake" / "candles"


def checked(traderai):
    code, out, _ = traderai("lake", "check", "--json")
    return code, {row["table"]: row for row in json.loads(out)}


def newest(candles):
    return max((candles / "_delta_log").glob("*.json"))


@pytest.mark.usefixtures("candles")
def test_a_whole_lake_is_told_so_and_nothing_is_made_by_looking(home, traderai):
    before = sorted(home.home.rglob("*"))
    code, rows = checked(traderai)
    assert (code, rows["candles"]) == (
        0,
        {"table": "candles", "version": 2, "partitions": 1, "wrong": ""},
    )
    assert rows["models"]["version"] == 0
    assert sorted(home.home.rglob("*")) == before


@pytest.mark.parametrize(
    "reading",
    [
        ["candles", "export", MARKET, "--to", "out.csv"],
        ["candles", "gaps", MARKET],
        ["lake", "check"],
    ],
)
@pytest.mark.parametrize("lost", ["log", "newest commit", "table", "lake"])
def test_no_reading_command_takes_what_is_lost_for_what_never_was(
    home, traderai, candles, reading, lost
):
    if lost == "newest commit":
        newest(candles).unlink()
    else:
        folder = {"log": candles / "_delta_log", "table": candles, "lake": candles.parent}[lost]
        shutil.rmtree(folder)
    before = sorted(home.home.rglob("*"))
    code, out, err = traderai(*reading)
    assert code == 1
    said = err + out
    assert "table candles" in said
    assert str(candles) in said
    assert "version 2" in said
    assert "from a backup" in said
    assert "traderai lake accept candles" in said
    assert sorted(home.home.rglob("*")) == before


def test_a_missing_data_file_is_named_with_its_place_and_way_out(traderai, candles):
    newest_file = Path(DeltaTable(candles).file_uris()[0])
    newest_file.unlink()
    code, rows = checked(traderai)
    assert code == 1
    assert rows["candles"]["wrong"].endswith(
        f"{newest_file.relative_to(candles)} is missing; materialize the partition again"
    )
    code, _, err = traderai("candles", "export", MARKET, "--to", "out.csv")
    assert code == 1
    assert str(newest_file) in err


def test_a_restored_table_is_taken_when_it_is_accepted(traderai, candles):
    newest(candles).unlink()  # As a backup of an hour ago would have it
    assert checked(traderai)[0] == 1
    code, out, _ = traderai("lake", "accept", "candles")
    assert (code, out) == (
        0,
        'candles is taken as it is, at version 1; "traderai lake check" checks it.\n',
    )
    assert checked(traderai)[0] == 0


def test_a_table_that_is_not_there_is_given_up_only_when_that_is_said(traderai, candles):
    shutil.rmtree(candles)
    code, _, err = traderai("lake", "accept", "candles")
    assert (code, "is lost" in err) == (1, True)
    assert traderai("lake", "accept", "candles", "--gone").out == (
        "candles is not there and begins anew.\n"
    )
    assert checked(traderai)[0] == 0


def test_partitions_without_a_log_are_never_accepted(traderai, candles):
    shutil.rmtree(candles / "_delta_log")
    for more in ([], ["--gone"]):
        code, _, err = traderai("lake", "accept", "candles", *more)
        assert (code, "table candles has no log" in err) == (1, True)


def test_a_table_nobody_knows_is_named(traderai):
    code, _, err = traderai("lake", "accept", "candels")
    assert code == 1
    assert "'candels' is not a table; expected one of backtest_equity, " in err
