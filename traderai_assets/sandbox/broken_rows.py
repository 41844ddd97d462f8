"""Rows of candles made wrong: one function for each kind of row fault.

Each takes rows as the exchange would send them and gives back new ones; which rows are touched
is drawn by the rule's own dice among those inside its span.
"""

from collections.abc import Callable

from traderai_assets.sandbox.dialect import Row, decimal
from traderai_assets.sandbox.fault_rules import Column, FaultRule
from traderai_assets.sandbox.faults import Faults, Strike
from traderai_assets.sandbox.feed import bar_ms

POSITIONS: dict[Column, int] = {"open": 1, "high": 2, "low": 3, "close": 4, "volume": 5}
_TEXT = {
    "none": None,
    "nan": "NaN",
    "inf": "Infinity",
    "zero": "0.00000000",
    "negative": "-1.00000000",
    "text": "not a number",
}


def revise(rows: list[Row], faults: Faults, market_id: str, timeframe: str) -> list[Row]:
    """Put the values in that were changed for good."""
    revised = []
    for row in rows:
        values = faults.revised(market_id, timeframe, opened(row))
        changed = {POSITIONS[column]: decimal(value) for column, value in values.items()}
        revised.append([changed.get(place, value) for place, value in enumerate(row)])
    return revised


def distort(rows: list[Row], strike: Strike, timeframe: str, now: int) -> list[Row]:
    """Let one row fault strike."""
    among = strike.touched([opened(row) for row in rows])
    if not among:
        # A fault before this one left nothing to strike.
        return rows
    if strike.rule.kind == "shuffle":
        return _shuffled(rows, strike, among)
    if strike.rule.kind == "future":
        return rows + _later(rows[-1], strike.rule.rows, bar_ms(timeframe), now)
    size = min(strike.rule.rows, len(among))
    chosen = set(strike.dice.choice(among, size=size, replace=False).tolist())
    change = _CHANGES[strike.rule.kind]
    distorted: list[Row] = []
    for place, row in enumerate(rows):
        distorted += change(row, strike.rule, bar_ms(timeframe)) if place in chosen else [row]
    return distorted


def opened(row: Row) -> int:
    """A row's open time."""
    return int(row[0] or 0)


def _shuffled(rows: list[Row], strike: Strike, among: list[int]) -> list[Row]:
    shuffled = list(rows)
    for place, source in zip(among, strike.dice.permutation(among).tolist(), strict=True):
        shuffled[place] = rows[source]
    return shuffled


def _later(row: Row, count: int, length: int, now: int) -> list[Row]:
    """Copies of a row in bars that have not opened yet."""
    following = now // length * length + length
    return [_moved(row, following + step * length, length) for step in range(count)]


def _moved(row: Row, time: int, length: int) -> Row:
    return [time, *row[1:6], time + length - 1, *row[7:]]


def _twice(row: Row, rule: FaultRule, length: int) -> list[Row]:
    del rule, length
    return [row, list(row)]


def _left_out(row: Row, rule: FaultRule, length: int) -> list[Row]:
    del row, rule, length
    return []


def _off_grid(row: Row, rule: FaultRule, length: int) -> list[Row]:
    del rule
    return [row, _moved(row, opened(row) + length // 3, length)]


def _spoilt(row: Row, rule: FaultRule, length: int) -> list[Row]:
    del length
    spoilt = list(row)
    if rule.garbage == "high_below_low":
        spoilt[2], spoilt[3] = decimal(float(row[3] or 0)), decimal(float(row[2] or 0) * 1.01)
    else:
        spoilt[POSITIONS[rule.column]] = _TEXT[rule.garbage]
    return [spoilt]


_CHANGES: dict[str, Callable[[Row, FaultRule, int], list[Row]]] = {
    "duplicate": _twice,
    "missing": _left_out,
    "off_grid": _off_grid,
    "garbage": _spoilt,
}
