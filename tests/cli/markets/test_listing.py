"""Markets, listed with what is stored of them and what is wrong with each."""

import json
from datetime import UTC, datetime

import pandas as pd

from tests.domain.candles.scaled import market, redenominated
from traderai_assets.cli.context import open_lake
from traderai_assets.domain.states.markets import MARKET_STATES
from traderai_assets.instance.kept_markets import add_market, remove_market
from traderai_assets.instance.market_notes import note_refused
from traderai_assets.schemas.candles import CANDLE_GAPS, CANDLES

KEY = "binance.BTC-USDT.1h"
SOL = "binance.SOL-USDT.1h"
NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
NOTHING_WRONG = {"state": "ok", "since": None, "asked": 0, "next_ask": None, "reason": None}


def test_a_platform_without_markets_says_how_to_add_one(traderai):
    assert traderai("markets").out == (
        'No markets yet; add one with "traderai markets add binance:BTC/USDT".\n'
    )
    assert json.loads(traderai("markets", "--json").out) == []


def test_a_market_that_was_added_is_listed_before_anything_is_stored(traderai):
    traderai("markets", "add", "binance:BTC/USDT:USDT", "--unchecked")
    [row] = json.loads(traderai("markets", "--json").out)
    assert row == {
        "market": "binance.BTC-USDT_USDT.1h",
        "months": 0,
        "candles": 0,
        "first": None,
        "last": None,
        "absent_bars": 0,
        **NOTHING_WRONG,
        "state": "new",
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
        **NOTHING_WRONG,
    }
    header, line = traderai("markets").out.splitlines()
    assert header.split() == list(row)
    assert line.split()[:3] == [KEY, "2", "6"]


def test_what_is_wrong_with_a_market_stands_beside_it_and_in_the_status(traderai, instance, home):
    add_market(instance, home, KEY)
    add_market(instance, home, SOL)
    note_refused(instance, SOL, "binance lists no such market", now=NOON)
    note_refused(instance, SOL, "binance lists no such market", now=NOON, ended=True)
    note_refused(instance, KEY, "NotEnoughData: 12 bars", scope="train", now=NOON)
    wrong, ended = json.loads(traderai("markets", "--json").out)
    assert (wrong["market"], wrong["state"]) == (KEY, "failing train")
    assert (
        ended
        | NOTHING_WRONG
        | {
            "state": "ended",
            "since": "2026-03-20 12:00",
            "asked": 2,
            "next_ask": "2026-03-20 13:00",
            "reason": "binance lists no such market",
        }
        == ended
    )
    refused = json.loads(traderai("status", "--json").out)["refused"]
    assert [(row["market"], row["state"], row["asked"]) for row in refused] == [
        (KEY, "failing train", 1),
        (SOL, "ended", 2),
    ]
    screen = traderai("status").out
    assert "Refused, and asked again rarely:" in screen
    assert "binance lists no such market" in screen


def test_a_market_its_venue_refuses_rests_as_the_table_of_states_calls_it(traderai, instance, home):
    add_market(instance, home, SOL)
    note_refused(instance, SOL, "binance serves it not", now=NOON)
    [row] = json.loads(traderai("markets", "--json").out)
    assert (row["state"], row["reason"]) == ("resting", "binance serves it not")
    assert row["state"] in {state.name for state in MARKET_STATES}
    [told] = json.loads(traderai("status", "--json").out)["refused"]
    assert told["state"] == row["state"]


def test_a_removed_market_is_listed_only_when_asked_for(traderai, instance, home):
    add_market(instance, home, SOL)
    note_refused(instance, SOL, "no")
    remove_market(instance, home, SOL)
    assert json.loads(traderai("markets", "--json").out) == []
    [row] = json.loads(traderai("markets", "--all", "--json").out)
    assert (row["market"], row["state"]) == (SOL, "removed")
    assert json.loads(traderai("status", "--json").out)["refused"] == []


def test_what_is_doubted_of_the_candles_is_said_with_the_command_that_tells_more(traderai, home):
    lake = open_lake(home)
    frame = redenominated(market(), 700, 1000.0)
    lake.snapshot(CANDLES).publish({(KEY, "2026-03"): frame}, run_id="test", code_version="1")
    begins = frame["open_time"].iloc[-1] + pd.Timedelta(hours=1)
    gap = {"start": [begins], "end": [begins + pd.Timedelta(hours=2)], "absent_bars": 2}
    gaps = pd.DataFrame(gap).assign(flat_bars=0, kind="unheard").astype(CANDLE_GAPS.dtypes)
    lake.snapshot(CANDLE_GAPS).publish({(KEY, "2026-03"): gaps}, run_id="test", code_version="1")
    [row] = json.loads(traderai("markets", "--json").out)
    assert row["state"] == "unheard"
    absent, steps = row["reason"].split("; ")
    assert f'nobody believes yet: 2, "traderai candles gaps {KEY}" shows' in absent
    assert f'can have traded to: 1, "traderai candles steps {KEY}" lists' in steps


def test_prices_that_wait_for_a_decision_alone_are_doubted(traderai, home):
    frame = redenominated(market(), 700, 1000.0)
    open_lake(home).snapshot(CANDLES).publish(
        {(KEY, "2026-03"): frame}, run_id="test", code_version="1"
    )
    [row] = json.loads(traderai("markets", "--json").out)
    assert (row["state"], row["absent_bars"]) == ("doubted", 0)
    assert row["reason"].startswith("bars since 2026-03 with prices that nobody can have traded to")
