import random
import re
import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traderai_assets.domain.errors import InvalidMarket
from traderai_assets.domain.markets import BARS, MAX_KEY_LENGTH, Market

# What a key may hold: nothing that a file system, a URL, SQL or a shell reads as anything else.
SAFE_KEY = re.compile(r"[a-z][a-z0-9]+\.[A-Z0-9~a-f_+-]+\.[0-9]+[mhd]")
HOSTILE = [
    "../../etc/passwd",
    "..",
    ".",
    "",
    "/",
    "BTC/..",
    "../BTC",
    "BTC/USDT/../../x",
    "BTC\0/USDT",
    "BTC/USDT\n",
    "B" * 300 + "/USDT",
    "BTC' OR '1'='1",
    "CON/USDT",
    "BTC/USDT",
    "BTC-USDT",
    "BTC",
    "btc/usdt",
    "Btc/USDT",
    "BTC/USDT:USDT",
    "BTC:USDT",
    "BTC~2f/USDT",
    "BTC%2F/USDT",
    "BTC/USDT.5m",
    "CAFÉ/USDT",
    unicodedata.normalize("NFD", "CAFÉ/USDT"),
    "\N{FULLWIDTH LATIN CAPITAL LETTER B}TC/USDT",
    "\N{RIGHT-TO-LEFT OVERRIDE}BTC/USDT",
    "B\N{ZERO WIDTH SPACE}TC/USDT",
    "\ud800/USDT",
    "ß/USDT",
    "SS/USDT",
    "\N{LATIN SMALL LETTER DOTLESS I}/USDT",
    "I/USDT",
    "1000PEPE/USDT",
    "币安人生/USDT",
    "BTC/USDT:USDT-260327-100000-C",
]


def key_or_none(symbol, exchange="binance", timeframe="5m"):
    """The key, after checking what must hold of every key; None if the market is refused."""
    try:
        market = Market(exchange, symbol, timeframe)
    except InvalidMarket:
        return None
    assert SAFE_KEY.fullmatch(market.key)
    assert len(market.key) <= MAX_KEY_LENGTH
    assert Market.parse(market.key) == market
    return market.key


def test_the_plain_cases_read_as_people_expect():
    assert Market("binance", "BTC/USDT", "5m").key == "binance.BTC-USDT.5m"
    assert Market("binanceusdm", "BTC/USDT:USDT", "1h").key == "binanceusdm.BTC-USDT_USDT.1h"
    assert Market.parse("binance.BTC-USDT.5m") == Market("binance", "BTC/USDT", "5m")
    assert Market("binance", "BTC/USDT", "15m").bar == timedelta(minutes=15)


@pytest.mark.parametrize("symbol", ["../../etc/passwd", "BTC/..", "BTC\0/USDT", "BTC", "BTC-USDT"])
def test_what_is_no_symbol_is_refused_or_loses_its_teeth(symbol):
    key = key_or_none(symbol)
    assert key is None or not set(key) & set("/\\\0 '\"%")


@pytest.mark.slow
def test_a_hundred_thousand_hostile_symbols_make_no_two_keys_alike():
    chance = random.Random(20260301)
    pieces = [
        *"/:-.~%'\"\\\0\n aAbBzZ09éÉß\u0131\u017fK",
        "e\u0301",
        "..",
        "~2f",
        "USDT",
        "\U0001f4a9",
        "%2F",
    ]
    seen: dict[str, tuple[str, str, str]] = {}
    for number in range(100_000):
        symbol = "".join(chance.choices(pieces, k=chance.randint(1, 9)))
        if number % 2:  # Half of them as close to a symbol as hostility allows
            symbol = re.sub(r"[/:\s-]", "", symbol) + "/" + chance.choice(pieces)
        place = (chance.choice(["binance", "binanceus"]), symbol, chance.choice(list(BARS)))
        key = key_or_none(symbol, place[0], place[2])
        if key is not None:
            # Alike also where file names ignore case or normalize what they are given
            folded = unicodedata.normalize("NFKC", key).casefold()
            assert seen.setdefault(folded, place) == place
    assert len(seen) > 20_000


def test_the_handwritten_ones_are_refused_or_stay_apart():
    keys = [key for key in map(key_or_none, HOSTILE) if key is not None]
    assert len({key.casefold() for key in keys}) == len(keys)
    assert "binance.BTC-USDT.5m" in keys
    assert "binance.~62~74~63-~75~73~64~74.5m" in keys, "lower case has its own spelling"


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_two_symbols_share_a_key(one, other):
    for left, right in ((one, other), (f"{one}/USDT", f"{other}/USDT")):
        keys = key_or_none(left), key_or_none(right)
        if None not in keys and left != right:
            assert keys[0].casefold() != keys[1].casefold()


@given(st.text(max_size=60) | st.from_regex(r"[a-z]{2,5}\.[A-Z~0-9a-f_+.-]{1,20}\.(5m|1h)"))
def test_a_text_is_parsed_only_if_it_is_exactly_what_some_market_is_called(text):
    try:
        market = Market.parse(text)
    except InvalidMarket:
        return
    assert market.key == text
    assert SAFE_KEY.fullmatch(text)


@pytest.mark.parametrize(
    "key",
    [
        "binance.BTC/USDT.5m",
        "binance.btc-usdt.5m",
        "binance.BTC-USDT.7m",
        "binance.BTC-USDT.1M",
        "binance.BTC-USDT",
        "BINANCE.BTC-USDT.5m",
        "binance.BTC~2dUSDT.5m",
        "binance.BTC~ff-USDT.5m",
        "binance.~42TC-USDT.5m",
        "binance.BTC-USDT.5m.5m",
        "../binance.BTC-USDT.5m",
    ],
)
def test_a_key_that_is_almost_right_is_refused(key):
    with pytest.raises(InvalidMarket):
        Market.parse(key)


@pytest.mark.parametrize(
    ("symbol", "kind", "expiry"),
    [
        ("BTC/USDT", "spot", None),
        ("BTC/USDT:USDT", "linear", None),
        ("BTC/USD:BTC", "inverse", None),
        ("BTC/USDT:USDT-260327", "linear", datetime(2026, 3, 28, tzinfo=UTC)),
        ("BTC/USD:BTC-260327", "inverse", datetime(2026, 3, 28, tzinfo=UTC)),
        ("BTC/USD:BTC-260327-100000-C", "option", datetime(2026, 3, 28, tzinfo=UTC)),
        ("BTC/USDT:USDT-260327-1.5-P", "option", datetime(2026, 3, 28, tzinfo=UTC)),
        ("BTC/USDT:USDT-261399", "linear", None),  # No such day
    ],
)
def test_a_symbol_says_what_is_traded_and_when_it_is_over(symbol, kind, expiry):
    market = Market("okx", symbol, "5m")
    assert (market.kind, market.expiry) == (kind, expiry)
    assert Market.parse(market.key) == market
    assert market.has_expired(datetime(2026, 3, 28, tzinfo=UTC)) is (expiry is not None)
    assert not market.has_expired(datetime(2026, 3, 27, 23, tzinfo=UTC))
