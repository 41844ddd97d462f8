"""Markets: listed with what is stored of them, added by name, hostile names refused."""

import json
from datetime import UTC, datetime

import pandas as pd
import pytest

from traderai_assets.cli.house import open_lake
from traderai_assets.partitions import MARKETS
from traderai_assets.schemas.candles import CANDLE_GAPS, CANDLES

KEY = "binance.BTC-USDT.1h"


def test_a_house_without_markets_says_how_to_add_one(traderai):
    assert traderai("markets").out == (
        'No markets yet; add one with "traderai markets add binance:BTC/USDT".\n'
    )
    assert json.loads(traderai("markets", "--json").out) == []


def test_a_market_is_added_once(traderai, instance):
    assert f"{KEY} added" in traderai("markets", "add", "binance:BTC/USDT").out
    assert traderai("markets", "add", KEY).out == f"{KEY} is kept already.\n"
    assert instance.get_dynamic_partitions(MARKETS) == [KEY]


def test_a_market_that_was_added_is_listed_before_anything_is_stored(traderai):
    traderai("markets", "add", "binance:BTC/USDT:USDT")
    [row] = json.loads(traderai("markets", "--json").out)
    assert row == {
        "market": "binance.BTC-USDT_USDT.1h",
        "months": 0,
        "candles": 0,
        "first": None,
        "last": None,
        "absent_bars": 0,
    }


def test_what_is_stored_is_counted_over_all_months(traderai, home):
    lake = open_lake(home)
    for month, first in (("2026-02", 27), ("2026-03", 1)):
        opened = datetime(2026, int(month[-1]), first, tzinfo=UTC)
        times = pd.date_range(opened, periods=3, freq="1h").as_unit("ms")
        frame = pd.DataFrame(dict.fromkeys(CANDLES.dtypes, 1.0) | {"open_time": times})
        lake.snapshot(CANDLES).publish({(KEY, month): frame}, run_id="test", code_version="1")
    gap = {"start": [times[1]], "end": [times[2]], "absent_bars": 4, "flat_bars": 0}
    frame = pd.DataFrame(gap).assign(kind="outage").astype(CANDLE_GAPS.dtypes)
    lake.snapshot(CANDLE_GAPS).publish({(KEY, month): frame}, run_id="test", code_version="1")
    [row] = json.loads(traderai("markets", "--json").out)
    assert row == {
        "market": KEY,
        "months": 2,
        "candles": 6,
        "first": "2026-02-27 00:00",
        "last": "2026-03-01 02:00",
        "absent_bars": 4,
    }
    header, line = traderai("markets").out.splitlines()
    assert header.split() == list(row)
    assert line.split()[:3] == [KEY, "2", "6"]


@pytest.mark.parametrize(
    "name",
    [
        "",
        "..",
        "../../etc/passwd",
        "binance:../../etc/passwd",
        "binance:BTC/USDT\n",
        "binance:BTC/USDT\0",
        "binance:BTC / USDT",
        "binance:BTC",
        "Binance:BTC/USDT",
        "binance/x:BTC/USDT",
        "binance:" + "B" * 300 + "/USDT",
        "binance.btc-usdt.1h",
        "binance.BTC-USDT.7m",
        "binance.BTC-USDT.1h|2026-03",
    ],
)
def test_a_hostile_name_is_refused_in_one_line_before_anything_is_touched(traderai, home, name):
    code, out, err = traderai("markets", "add", name)
    assert (code, out) == (1, "")
    assert err.startswith("traderai: ")
    assert len(err.splitlines()) == 1
    assert len(err) < 400
    assert not home.home.exists()


@pytest.mark.parametrize("name", ["binance:btc/usdt", "binance:BTC|X/USDT", "binance:É/USDT"])
def test_a_strange_name_that_is_a_symbol_becomes_a_key_of_its_own(traderai, instance, name):
    assert traderai("markets", "add", name).code == 0
    [key] = instance.get_dynamic_partitions(MARKETS)
    assert key.isascii()
    assert not set("|/\\: ") & set(key)
