"""Malformed candles through the real client over HTTP, against an oracle that shares no code.

The oracle reads a payload as Binance's documentation does, one row and one `Decimal` at a time.
"""

import json
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation

import numpy as np
import pytest

from traderai_assets.domain.errors import ExchangeError
from traderai_assets.domain.markets import Market

START = datetime(2024, 1, 1, tzinfo=UTC)
BAR = timedelta(minutes=5)
MARKET = Market("binance", "BTC/USDT", "5m")
BAR_MS, START_MS = 300_000, 1_704_067_200_000
BARS = 24
END_MS = START_MS + BARS * BAR_MS
CLOCK_MS = END_MS + 90_000  # The bar that opens at END_MS is open

BAD_VALUES = [
    None, "", "abc", "NaN", "Infinity", "-Infinity", float("nan"), float("inf"), 1e308 * 10,
    "0", 0, "0.0000", "-1", -1.5, "1e-400", "1e400", 10**400, True, [], [1], {}, "1,5", "0x10",
    "12.5.1", "null", 1e300,
]  # fmt: skip
GOOD_VALUES = ["100.5", 100.5, 100, "1e2", "100.50000000", "  100 "]
TIMES = [
    None, "", "abc", -1, 0, 1, START_MS + 1, START_MS + 0.4, START_MS - BAR_MS, END_MS, [], {},
    END_MS + BAR_MS, CLOCK_MS + 10**9, 10**15, 10**25, "NaN", "Infinity", str(START_MS),
]  # fmt: skip
ROWS = [None, [], {}, "abc", 7, [None] * 12, [1, 2], True, "1704067200000", [[]], [{}] * 12]
WHOLES = [
    b"", b"null", b"{}", b"[", b"[[]", b"[[],]", b"<html>", b"7", b'"x"', b'{"code":-1003}',
    b'{"a":1}', b"[1,2", b"[NaN", b"\xff\xfe", b"[[1704067200000,", b"[" * 5000, b"{}{}", b"[]]",
]  # fmt: skip


def sound_rows():
    rows = []
    for place in range(BARS + 1):
        price = 100 + place
        prices = (price, price + 5, price - 5, price + 1, 10 + place)
        time = START_MS + place * BAR_MS
        rows.append([time, *map(str, prices), time + BAR_MS - 1, "0", 1, "0", "0", "0"])
    return rows


def broken_payload(dice):
    """Bytes of an answer: sound rows with one to six things wrong, or no rows at all."""
    if dice.random() < 0.05:
        return WHOLES[dice.integers(len(WHOLES))]
    rows = sound_rows()
    for _ in range(dice.integers(1, 7)):
        break_one(rows, dice)
    body = json.dumps(rows).encode()
    return body[: dice.integers(len(body))] if dice.random() < 0.03 else body


def break_one(rows, dice):
    """Break the list as a whole, or one row of it."""
    place = int(dice.integers(len(rows)))
    row = rows[place]
    kind = dice.integers(12)
    if kind == 0:
        rows[place] = ROWS[dice.integers(len(ROWS))]
    elif kind == 1:
        rows.append(rows.pop(place))
    elif kind == 2:
        rows.insert(int(dice.integers(len(rows))), row)  # Twice
    elif kind == 3:
        dice.shuffle(rows)
    elif kind == 4:
        del rows[place]
    elif isinstance(row, list) and len(row) == 12:
        rows[place] = broken_row(list(row), dice, kind)
        if kind == 5:
            rows.append([row[0], "99", "120", "90", "101", "3", *row[6:]])  # Contradicts it


def broken_row(row, dice, kind):
    column = int(dice.integers(1, 6))
    if kind == 6:
        return row[: dice.integers(12)]
    if kind == 7:
        return [*row, "more"]
    if kind == 8:
        return [TIMES[dice.integers(len(TIMES))], *row[1:]]
    if kind == 9:
        return [*row[:2], row[3], row[2], *row[4:]]  # High and low change places
    if kind == 10:
        row[column] = GOOD_VALUES[dice.integers(len(GOOD_VALUES))]
    if kind == 11:
        row[column] = BAD_VALUES[dice.integers(len(BAD_VALUES))]
    return row


def number(value):
    """A finite float, or None; in a string only what a JSON number may look like."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        read = float(Decimal(str(value).strip()))
    except (InvalidOperation, OverflowError):
        return None
    return read if abs(read) < float("inf") else None


def oracle(payload):
    """The candles of a payload, and the rows that are wrong; None where it is no list of rows."""
    try:
        rows = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    if not isinstance(rows, list):
        return None
    said, wrong = defaultdict(dict), []
    for row in rows:
        time = time_of(row)
        if time is None or not 0 <= time <= CLOCK_MS + 1000:
            wrong.append(row)
            continue
        if not START_MS <= time < END_MS:
            continue  # Not asked for, or still open
        values = tuple(number(value) for value in row[1:6])
        if len(values) == 5 and time % BAR_MS == 0 and is_candle(values):
            said[time][values] = row
        else:
            wrong.append(row)
    sound = {time: next(iter(ways)) for time, ways in said.items() if len(ways) == 1}
    return sound, [*wrong, *(r for ways in said.values() if len(ways) > 1 for r in ways.values())]


def time_of(row):
    """The time of a row in ms, as ccxt cuts it to a whole one; None where it has none."""
    time = number(row[0]) if isinstance(row, list) and row else None
    return None if time is None else int(time)


def is_candle(values):
    if None in values:
        return False
    opened, high, low, close, volume = values
    return 0 < low <= min(opened, close) <= max(opened, close) <= high and volume >= 0


def held_against_oracle(venue, exchange, *, seed, count):
    """Every payload: no foreign exception, no bad row accepted, no good row lost."""
    seen = Counter()
    venue.now = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=CLOCK_MS)
    dice = np.random.default_rng(seed)
    for _ in range(count):
        payload = broken_payload(dice)
        venue.payload = lambda _, payload=payload: payload
        expected = oracle(payload)
        try:
            pages = list(exchange.pages(MARKET, START, START + BARS * BAR))
        except ExchangeError:
            assert expected is None or not times(payload), payload
            seen["answers_refused"] += 1
            continue
        sound, wrong = expected
        # Where no row opens at the end of the span, the last bar is not proven to be closed.
        proven = min(END_MS, max(times(payload)))
        got = {
            int(row.open_time.timestamp() * 1000): tuple(row)[2:]
            for page in pages
            for row in page.candles.itertuples()
        }
        assert got == {time: values for time, values in sound.items() if time < proven}, payload
        texts = {text for page in pages for text in page.quarantined["raw"]}
        if pages:
            assert {json.dumps(row) for row in wrong} == texts, payload
        seen.update(answers_read=1, rows_accepted=len(got), rows_quarantined=len(texts))
    return seen


def times(payload):
    """Times of the rows that name a bar, not in the future."""
    named = [time_of(row) for row in json.loads(payload)]
    return [t for t in named if t is not None and t % BAR_MS == 0 and t <= CLOCK_MS + 1000]


@pytest.mark.slow
def test_malformed_payloads_lose_nothing_good_and_let_nothing_bad_in(venue, build):
    exchange = build(attempts=2, first_wait_seconds=0)
    seen = held_against_oracle(venue, exchange, seed=1, count=500)
    assert seen["answers_read"] > 400
    assert seen["answers_refused"] > 10
    assert seen["rows_quarantined"] > 300


@pytest.mark.torture
def test_ten_thousand_malformed_payloads(venue, build):
    exchange = build(attempts=2, first_wait_seconds=0)
    seen = held_against_oracle(venue, exchange, seed=2, count=10_000)
    print(dict(seen))  # noqa: T201 - the numbers of the long run
    assert seen["answers_read"] + seen["answers_refused"] == 10_000
