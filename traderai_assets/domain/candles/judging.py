"""Judging: which rows of an exchange's answer are closed candles, and what is wrong with the rest.

This is the only guard between ccxt and the lake: ccxt passes on None, duplicates, zero prices,
highs below lows and the candle that is still open without a word.

A row is judged by kind and gets the first of `REASONS` that fits.

Three kinds of row are passed over without a line in the ledger, for nothing is wrong with them:
the candle that is still open, one outside the window asked for, and an exact repetition.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from traderai_assets.domain.arrays import FloatArray, milliseconds
from traderai_assets.domain.candles.frames import CANDLE_COLUMNS, candles_frame, moment_of
from traderai_assets.domain.candles.quarantine import quarantine_frame

FUTURE, CONFLICTING = "future_time", "conflicting_duplicate"
# In the order in which they go
REASONS: Final = {
    FUTURE: "It opens after the exchange's own clock, read after the answer.",
    "not_a_row": "It is not a list.",
    "wrong_length": "It is a list, but not of open time, open, high, low, close, volume.",
    # Which is also what ccxt makes of a text that is no number
    "missing_value": "It holds nothing where a number should be.",
    # ccxt has made floats of all that can be read: a string is none of the exchange's prices
    "not_a_number": "It holds a text, a truth value or the like.",
    "not_finite": "It holds NaN or infinity.",
    "off_grid_time": "It does not open on a whole bar.",
    "price_not_positive": "A price is 0 or less.",
    "negative_volume": "The volume is less than 0.",
    "high_below_low": "The high lies below the low.",
    "high_below_body": "The high lies below open or close.",
    "low_above_body": "The low lies above open or close.",
    # Nothing says which is true: the page is asked again, and the ledger keeps both
    CONFLICTING: "Two sound rows of one bar disagree; neither is stored.",
}
_WIDTH = len(CANDLE_COLUMNS)
_NOTHING_READ = (np.nan,) * _WIDTH
_CLOCK_GRACE = 1000  # In ms: an exchange is many machines, whose clocks differ a little
_YEAR_10000 = 253_402_300_800_000  # In ms; python's datetime ends before it


@dataclass(frozen=True)
class Judgement:
    """What an answer came to."""

    candles: pd.DataFrame  # Closed bars of the window, oldest first, one row each
    quarantined: pd.DataFrame  # See quarantine.py
    # Of the rows that name a bar, inside the window or not, but not in the future:
    bars_named: int  # How many different bars
    oldest: datetime | None  # The first, None where there is none
    newest: datetime | None


def judge_rows(
    rows: Sequence[object],
    *,
    market_bar: timedelta,
    start: datetime,
    end: datetime,
    closed_before: datetime,
    latest: datetime | None = None,
    raw: Sequence[object] | None = None,
) -> Judgement:
    """Sort the rows of one answer into candles and quarantine.

    Parameters
    ----------
    rows : sequence
        ccxt's OHLCV rows, in any order; whatever they are, nothing is raised.
    market_bar : timedelta
        Length of a bar; every bar opens on a multiple of it.
    start, end : datetime
        The window asked for, [start, end), timezone-aware.
    closed_before : datetime
        The exchange's clock before it was asked: a bar that ends later is still open.
    latest : datetime, optional
        The exchange's clock after it answered: no bar can have opened later. `closed_before` where
        not given.
    raw : sequence, optional
        The rows as the exchange wrote them, for the ledger; `rows` where not given.
    """
    shapes = [_shape(row) for row in rows]
    numbers = np.array([read for _, read in shapes], dtype=np.float64).reshape(-1, _WIDTH)
    time, bar, clock = numbers[:, 0], milliseconds(market_bar), milliseconds(closed_before)
    timed = (time >= 0) & (time < _YEAR_10000) & (time == np.floor(time))
    with np.errstate(invalid="ignore"):  # Infinity modulo a bar
        on_grid = timed & (time % bar == 0)
    future = timed & (time > milliseconds(latest or closed_before) + _CLOCK_GRACE)
    inside = (time >= milliseconds(start)) & (time < milliseconds(end)) & (time + bar <= clock)

    reasons = _reasons(numbers, [reason for reason, _ in shapes], future=future, on_grid=on_grid)
    sound = np.flatnonzero(inside & (reasons == ""))
    kept, conflicting = _one_row_a_bar(numbers, sound)
    reasons[conflicting] = CONFLICTING

    bad = np.flatnonzero((reasons != "") & (inside | future | ~timed))
    originals = rows if raw is None else raw
    named = np.unique(time[on_grid & ~future]).astype(np.int64).tolist()
    return Judgement(
        candles=candles_frame(numbers[kept]),
        quarantined=quarantine_frame(
            np.where(timed, time, np.nan)[bad],
            list(reasons[bad]),
            [originals[place] for place in bad.tolist()],
        ),
        bars_named=len(named),
        oldest=moment_of(named[0]) if named else None,
        newest=moment_of(named[-1]) if named else None,
    )


def _shape(row: object) -> tuple[str, tuple[float, ...]]:
    """What is wrong with the form of a row, and the numbers that can be read from it."""
    if not isinstance(row, list | tuple):
        return "not_a_row", _NOTHING_READ
    kinds = [type(value) for value in row[:_WIDTH]]
    read = tuple(
        _float(value) if kind in (int, float) else np.nan
        for value, kind in zip(row, kinds, strict=False)
    )
    if len(row) != _WIDTH:
        return "wrong_length", (read + _NOTHING_READ)[:_WIDTH]
    if type(None) in kinds:
        return "missing_value", read
    if not set(kinds) <= {int, float}:
        return "not_a_number", read
    return "", read


def _float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:  # An integer of more than 308 digits
        return np.inf


def _reasons(
    numbers: FloatArray,
    shapes: list[str],
    *,
    future: NDArray[np.bool_],
    on_grid: NDArray[np.bool_],
) -> NDArray[np.object_]:
    """The first reason that fits each row; empty where none does."""
    _, opened, high, low, close, volume = numbers.T
    misshapen = np.array(shapes, dtype=object)
    faults = {
        "not_finite": ~np.isfinite(numbers).all(axis=1),
        "off_grid_time": ~on_grid,
        "price_not_positive": (numbers[:, 1:5] <= 0).any(axis=1),
        "negative_volume": volume < 0,
        "high_below_low": high < low,
        "high_below_body": high < np.maximum(opened, close),
        "low_above_body": low > np.minimum(opened, close),
    }
    found = np.select(list(faults.values()), list(faults), default="").astype(object)
    found = np.where(misshapen != "", misshapen, found)
    return np.asarray(np.where(future, FUTURE, found), dtype=object)


def _one_row_a_bar(
    numbers: FloatArray, places: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Places of one row for each bar, oldest first, and of rows that contradict one another."""
    different, first = np.unique(numbers[places], axis=0, return_index=True)
    times, rows_of_bar = np.unique(different[:, 0], return_counts=True)
    twice = np.isin(different[:, 0], times[rows_of_bar > 1])
    return places[first[~twice]], places[first[twice]]
