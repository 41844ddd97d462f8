"""`traderai signals as-of`, as a person or a program asks."""

import json

import pandas as pd
import pytest

from traderai_assets.cli.context import open_lake
from traderai_assets.domain.signals.identity import signal_id
from traderai_assets.schemas.signals import SIGNALS

KEY = "binance.BTC-USDT.1h"
OPENED = pd.Timestamp("2026-02-28 23:00", tz="UTC")
MODEL = "0" * 32


@pytest.fixture
def signal(home):
    """One long, on paper, of the last hour of February: valid for three hours of March."""
    decided = OPENED + pd.Timedelta("1h")
    row = {
        "open_time": OPENED,
        "decided_at": decided,
        "valid_from": decided,
        "valid_until": decided + pd.Timedelta("3h"),
        "model_id": MODEL,
        "side": 1,
        "size": 0.25,
        "probability": 0.7,
        "width": 0.01,
        "target": 0.01,
        "stop": 0.01,
        "reference_price": 100.0,
        "target_price": 101.0,
        "stop_price": 99.0,
        "paper": True,
        "strategy_state": "candidate",
    }
    market = home.market("binance:BTC/USDT")
    told = signal_id("default", market, int(OPENED.timestamp() * 1000), MODEL)
    rows = pd.DataFrame([row | {"signal_id": told}])[list(SIGNALS.dtypes)].astype(SIGNALS.dtypes)
    lake = open_lake(home)
    lake.snapshot(SIGNALS).publish({(KEY, "2026-02"): rows}, run_id="test", code_version="1")
    return told


@pytest.mark.parametrize(
    ("time", "holds"),
    [
        ("2026-02-28T23:59", False),
        ("2026-03-01", True),
        ("2026-03-01T02:59:59", True),
        ("2026-03-01T03:00", False),
        ("2026-03-01T04:00+02:00", True),
    ],
)
def test_a_signal_of_the_month_before_holds_until_it_is_over(traderai, signal, time, holds):
    code, out, _ = traderai("signals", "as-of", time, "--json")
    assert (code, [row["signal"] for row in json.loads(out)]) == (0, [signal] if holds else [])


def test_a_person_sees_side_size_and_levels(traderai, signal):
    _, out, _ = traderai("signals", "as-of", "2026-03-01")
    head, row = out.splitlines()
    assert head.split() == [
        *("signal", "strategy", "market", "side", "speaks", "size", "target", "stop"),
        *("valid_from", "valid_until", "model"),
    ]
    assert row.split()[:3] == [signal, "default", KEY]
    assert all(told in row for told in ("long", "on paper", "101", "99"))


@pytest.mark.usefixtures("signal")
def test_others_are_left_out(traderai):
    for other in (("--market", "binance:ETH/USDT"), ("--strategy", "fast")):
        assert "no signal holds then" in traderai("signals", "as-of", "2026-03-01", *other).out


def test_what_is_no_time_is_told(traderai):
    code, _, err = traderai("signals", "as-of", "noon")
    assert code == 1
    assert "TIME 'noon' is no time; expected one such as 2026-03-01T12:00" in err
