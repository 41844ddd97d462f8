"""A market is added when its exchange serves it; hostile names are refused before anything."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from traderai_assets.cli.sandbox.origin import SandboxOrigin
from traderai_assets.instance.market_notes import note_refused, refusal_of
from traderai_assets.partitions import MARKETS
from traderai_assets.sandbox.server import SandboxServer

KEY = "binance.BTC-USDT.1h"


@pytest.fixture
def venue(monkeypatch) -> Iterator[SandboxServer]:
    """An exchange with four spot markets, in the place of all others."""
    with SandboxServer() as server:
        monkeypatch.setenv("TRADERAI_EXCHANGE_URL", server.url)
        yield server


@pytest.mark.usefixtures("venue")
def test_a_market_is_added_once(traderai, instance):
    assert f"{KEY} added; " in traderai("markets", "add", "binance:BTC/USDT").out
    assert traderai("markets", "add", KEY).out == f"{KEY} is kept already.\n"
    assert instance.get_dynamic_partitions(MARKETS) == [KEY]


@pytest.mark.usefixtures("venue")
@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("binance:BTC/USTD", "binance has no market 'BTC/USTD' among its 4 spot markets; near it"),
        ("binanse:BTC/USDT", "exchange 'binanse' is not known to ccxt; near it are binance"),
        ("binance:BTC/USDT:USDT-240329", "404"),
        ("coinbase.BTC-USD.3m", "coinbase serves no 3m candles; it serves 1m"),
    ],
)
def test_what_the_exchange_does_not_serve_is_refused_in_one_line(traderai, instance, name, says):
    code, out, err = traderai("markets", "add", name)
    last = err.splitlines()[-1]
    assert (code, out, last.startswith("traderai: ")) == (1, "", True)
    assert says in last
    assert instance.get_dynamic_partitions(MARKETS) == []


def test_an_exchange_that_cannot_be_asked_is_said_with_the_way_around_it(
    traderai, instance, monkeypatch
):
    monkeypatch.setenv("TRADERAI_EXCHANGE_URL", "http://127.0.0.1:9")
    code, _, err = traderai("markets", "add", "binance:BTC/USDT")
    assert code == 1
    assert "cannot be asked now" in err
    assert f'"traderai markets add {KEY} --unchecked" adds it all the same' in err
    assert instance.get_dynamic_partitions(MARKETS) == []
    added = traderai("markets", "add", KEY, "--unchecked")
    assert f"{KEY} added; whether its exchange serves it was not asked" in added.out
    assert instance.get_dynamic_partitions(MARKETS) == [KEY]


@pytest.mark.usefixtures("venue")
def test_a_refused_market_that_is_added_again_is_fetched_again_at_once(traderai, instance):
    traderai("markets", "add", KEY)
    note_refused(instance, KEY, "not listed", ended=True)
    assert "fetched again from now on" in traderai("markets", "add", KEY).out
    assert refusal_of(instance, KEY) is None


def test_a_home_that_a_sandbox_fed_asks_that_sandbox(traderai, instance, home):
    now = datetime(2026, 3, 20, 12, tzinfo=UTC).isoformat()
    SandboxOrigin(candles=None, seed=7, start=None, began=now, now=now).save(home)
    assert traderai("markets", "add", "binance:SOL/USDT").code == 0
    assert "has no market 'DOGE/USDT'" in traderai("markets", "add", "binance:DOGE/USDT").err
    assert instance.get_dynamic_partitions(MARKETS) == ["binance.SOL-USDT.1h"]


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
    assert traderai("markets", "add", name, "--unchecked").code == 0
    [key] = instance.get_dynamic_partitions(MARKETS)
    assert key.isascii()
    assert not set("|/\\: ") & set(key)
