"""The table of exchange quirks: every row is used, and no other file knows an exchange by name."""

import ast
from collections import Counter
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import ccxt
import pytest

from resources.exchange import quirks
from resources.exchange.quirks import QUIRKS, ExchangeQuirks, quirks_of
from resources.exchange.source import DEFAULT_PAGE_ROWS, MAX_PAGE_ROWS, CandleSource
from traderai_assets.domain.markets import Market

ROOM = Path(quirks.__file__).parent
START = datetime(2024, 1, 1, tzinfo=UTC)
BAR = timedelta(minutes=5)
KINDS = {field.name for field in fields(ExchangeQuirks)} - {"exchange", "why"}
each_row = pytest.mark.parametrize("row", QUIRKS, ids=lambda row: row.exchange)


def nodes(file):
    return ast.walk(ast.parse(file.read_text()))


@each_row
def test_a_row_is_of_an_exchange_that_ccxt_knows_and_says_what_was_seen(row):
    assert row.exchange in ccxt.exchanges
    assert row.why.endswith(".")
    assert any(getattr(row, kind) is not None for kind in KINDS)
    assert quirks_of(row.exchange) is row


def test_an_exchange_has_one_row_and_any_other_is_as_ccxt_says():
    assert Counter(row.exchange for row in QUIRKS).most_common(1)[0][1] == 1
    assert quirks_of("bitstamp") == ExchangeQuirks("bitstamp")


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_kind_of_quirk_has_a_row_and_is_read(kind):
    assert any(getattr(row, kind) is not None for row in QUIRKS)
    others = [file for file in ROOM.glob("*.py") if file.name != "quirks.py"]
    read = {node.attr for file in others for node in nodes(file) if isinstance(node, ast.Attribute)}
    assert kind in read, f"no file of {ROOM.name} reads {kind}: a row of it changes nothing"


def test_no_other_file_of_the_room_names_an_exchange():
    known = {*ccxt.exchanges, *(row.exchange for row in QUIRKS)}
    named = [
        f"{file.name}:{node.lineno} names {value}"
        for file in ROOM.glob("*.py")
        if file.name != "quirks.py"
        for node in nodes(file)
        for value in (
            getattr(node, "value", None) if isinstance(node, ast.Constant) else None,
            getattr(node, "attr", None),
            getattr(node, "id", None),
            getattr(node, "arg", None),
        )
        if isinstance(value, str) and value in known
    ]
    assert named == [], "what one exchange needs is a row of resources/exchange/quirks.py"


@pytest.mark.parametrize(
    "row", [row for row in QUIRKS if row.page_rows is not None], ids=lambda row: row.exchange
)
def test_a_page_is_as_long_as_the_row_says_and_ccxt_would_have_asked_for_more(row):
    client = getattr(ccxt, row.exchange)()
    kind = client.options.get("defaultSubType") or "linear"
    market = Market(row.exchange, "BTC/USD:BTC" if kind == "inverse" else "BTC/USDT:USDT", "5m")
    client.markets = {market.symbol: {"spot": False, "swap": True, "type": "swap", kind: True}}
    client.markets[market.symbol]["subType"] = kind
    client.retry = None
    own = client.feature_value(market.symbol, "fetchOHLCV", "limit") or DEFAULT_PAGE_ROWS
    assert min(int(own), MAX_PAGE_ROWS) > row.page_rows, "ccxt has learnt it: take the row out"
    assert CandleSource(client, market, lambda _: START).page_bars == row.page_rows - 1


def test_a_history_of_fewer_bars_than_a_page_is_seen_by_the_row_alone(venue, exchange, monkeypatch):
    """A venue that keeps 300 bars and heeds neither `since` nor how many it is asked for."""
    market = Market("kraken", "BTC/USD", "5m")
    venue.now = START + 2000 * BAR + timedelta(minutes=1)
    venue.trade(START + 1701 * BAR, venue.now)
    [first, *_] = exchange.pages(market, START, START + 1900 * BAR)
    assert first.served_from is None  # 300 of 720 rows: listed lately, for all that can be seen
    exchange.close()
    row = replace(quirks_of("kraken"), newest_bars=300)
    monkeypatch.setattr(quirks, "QUIRKS", (row,))
    [first, *_] = exchange.pages(market, START, START + 1900 * BAR)
    assert first.served_from == START + 1701 * BAR
