"""Confirming gaps: when an absence that was asked for is taken for what it seems; when it is due.

Silence is evidence of nothing at first: a venue whose storage is down answers `[]` as calmly as
one whose market did not trade. So an absence is `unheard`, which nobody believes, until it was
asked for often enough by the schedule of its class (gap_classes.py): minutes, an hour, a day, days.
How often is enough depends on what came back:

what came back                                                    asks    that is, after
rows on both sides, all such of a month no more than 12 h together   1    nothing
rows on both sides, more of them than that, each up to 12 h          2    10 minutes
rows on both sides, of one longer than 12 h                          4    a day
anything else: nothing, only later rows, only earlier ones           5    three days

A venue that serves what lies on both sides of a hole has answered about that time, which is what
it does of its real outages (the longest of Binance's took 33 hours). That is believed at once, or
no market that ever stood still for an hour could be learned from; it is asked for again all the
same.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from traderai_assets.domain.arrays import BoolArray, IntArray, milliseconds, milliseconds_of
from traderai_assets.domain.candles.ask_records import AROUND, OUT_OF_REACH, Records
from traderai_assets.domain.candles.frames import time_column
from traderai_assets.domain.candles.gap_classes import (
    FETCH_FAILURE,
    NO_TRADE,
    OUTAGE,
    SILENCE,
    UNHEARD,
    UNREACHABLE,
    believed,
    waits_until,
)
from traderai_assets.domain.candles.run_lengths import bars_of, runs

SHORT = timedelta(hours=12)
MANY_HEARD_AROUND, LONG_HEARD_AROUND, SILENT = 2, 4, 5
# An outage that lasts longer is none: nobody knows what the market was afterwards.
LONGEST_OUTAGE = timedelta(days=2)

_AT_ONCE = pd.Timestamp(0, tz="UTC")


def confirmed_gaps(
    gaps: pd.DataFrame, asks: pd.DataFrame, absent: BoolArray, *, start: datetime, bar: timedelta
) -> pd.DataFrame:
    """Return the gaps with the classes that may be believed by now.

    Parameters
    ----------
    gaps : DataFrame
        As `find_gaps` takes them, were every silence true.
    asks : DataFrame
        What was asked for of the same window, and what came back.
    absent : ndarray of shape (n_bars,)
        Whether each bar of the window is absent.
    start : datetime
        When the window's first bar opens.

    Returns
    -------
    DataFrame
        The same columns. A gap of which parts are believed and parts are not is cut in pieces; one
        that is believed as a whole stands as it came.
    """
    first_ms, width, n_bars = milliseconds(start), milliseconds(bar), len(absent)
    records = Records.of(asks, first_ms, width, n_bars)
    begins, ends = bars_of(gaps, first_ms, width, n_bars)
    gap_of = np.full(n_bars, -1, dtype=np.int64)
    for place, (begin, end) in enumerate(zip(begins, ends, strict=True)):
        gap_of[begin:end] = place
    kinds = np.append(gaps["kind"].to_numpy(dtype=object), "")[gap_of]
    found = _believed_kinds(kinds, records, absent, width)
    if (found == kinds).all():
        return gaps
    changes = (gap_of != np.roll(gap_of, 1)) | (found != np.roll(found, 1))
    return gap_pieces(found, absent, runs(gap_of >= 0, changes), first_ms, width)


def _believed_kinds(
    kinds: NDArray[np.object_], records: Records, absent: BoolArray, width: int
) -> NDArray[np.object_]:
    length = _run_lengths(absent) * width
    around = records.came_back(AROUND)
    short = around & (length <= max(milliseconds(SHORT), width))
    young = short & (records.times < MANY_HEARD_AROUND)
    many = int(young.sum()) * width > max(milliseconds(SHORT), width)
    enough = np.where(around, LONG_HEARD_AROUND, SILENT)
    enough[short] = MANY_HEARD_AROUND if many else 1
    # What was stored before there was a ledger has no record; it is asked for first of all
    asked = absent & (records.times > 0) & (kinds != FETCH_FAILURE.name) & (kinds != "")
    unripe = asked & (records.times < enough)
    silent = asked & ~unripe & (kinds == OUTAGE.name) & (length > milliseconds(LONGEST_OUTAGE))
    found = kinds.copy()
    found[silent] = SILENCE.name
    found[unripe] = UNHEARD.name
    found[asked & records.came_back(OUT_OF_REACH)] = UNREACHABLE.name
    return found


def _run_lengths(absent: BoolArray) -> IntArray:
    """Of each absent bar, how many absent bars there are from one stored bar to the next."""
    lengths = np.zeros(len(absent), dtype=np.int64)
    begins, ends = runs(absent)
    lengths[absent] = np.repeat(ends - begins, ends - begins)
    return lengths


def gap_pieces(
    kinds: NDArray[np.object_],
    absent: BoolArray,
    places: tuple[IntArray, IntArray],
    first_ms: int,
    width: int,
) -> pd.DataFrame:
    """Return runs of bars of a window as gaps, but for quiet ones of which every bar is stored.

    Parameters
    ----------
    kinds : ndarray of shape (n_bars,)
        Class of each bar; of a run that of its first bar.
    absent : ndarray of shape (n_bars,)
    places : two ndarrays of shape (n_runs,)
        Where each run begins, and where it has ended.
    first_ms, width : int
        When the window's first bar opens, and the length of a bar, in ms.
    """
    begins, ends = places
    total = np.concatenate([[0], np.cumsum(absent)])
    absent_bars = total[ends] - total[begins]
    pieces = pd.DataFrame(
        {
            "start": time_column(first_ms + begins * width),
            "end": time_column(first_ms + ends * width),
            "absent_bars": absent_bars,
            "flat_bars": ends - begins - absent_bars,
            "kind": pd.Series(kinds[begins], dtype="str"),
        }
    )
    quiet = (pieces["absent_bars"] == 0) & (pieces["kind"] == NO_TRADE.name)
    return pieces[~quiet].reset_index(drop=True)


def asked_for(gaps: pd.DataFrame, asks: pd.DataFrame) -> pd.DataFrame:
    """Return the gaps with what the ledger of asks says of each, and when it is due.

    Returns
    -------
    DataFrame
        The columns of `gaps`; first_seen, last_asked (null where nothing was asked), times_asked of
        the part that was asked for least, came_back (null likewise), and next_ask: null is never,
        1970 is at once.
    """
    begins, ends = milliseconds_of(asks["start"]), milliseconds_of(asks["end"])
    found = [_record_of(gap, asks, begins, ends) for gap in rows(gaps)]
    columns = ("first_seen", "last_asked", "times_asked", "came_back", "next_ask")
    asked = pd.DataFrame(found, columns=pd.Index(columns), index=gaps.index)
    for name in ("first_seen", "last_asked", "next_ask"):
        asked[name] = pd.to_datetime(asked[name], utc=True).astype(pd.DatetimeTZDtype("ms", "UTC"))
    asked["times_asked"] = asked["times_asked"].astype(np.int64)
    return pd.concat([gaps, asked], axis="columns")


def _record_of(
    gap: Any, asks: pd.DataFrame, begins: IntArray, ends: IntArray
) -> tuple[object, ...]:
    if gap.absent_bars == 0:  # All of it was served
        return None, None, 0, None, None
    start, end = (int(moment.timestamp() * 1000) for moment in (gap.start, gap.end))
    width = (end - start) // (gap.absent_bars + gap.flat_bars)
    covered = np.minimum(ends, end) - np.maximum(begins, start)
    if covered[covered > 0].sum() < gap.absent_bars * width:
        return None, None, 0, None, _AT_ONCE
    met = asks[covered > 0]
    least = met.iloc[int(met["times_asked"].argmin())]
    due = [waits_until(gap.kind, int(ask.times_asked), ask.last_asked) for ask in rows(met)]
    return (
        met["first_seen"].min(),
        least["last_asked"],
        int(least["times_asked"]),
        least["came_back"],
        min((time for time in due if not pd.isna(time)), default=None),
    )


def rows(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows of a frame, their columns as attributes."""
    return iter(frame.itertuples())


def is_due(asked: pd.DataFrame, now: datetime, *, clock_doubt: timedelta) -> "pd.Series[bool]":
    """Return for each gap of `asked_for` whether it is to be asked for at `now`.

    A gap that was last asked for in the future was so by a clock that was wrong.
    """
    at = pd.Timestamp(now)
    return (asked["next_ask"] <= at) | (asked["last_asked"] > at + clock_doubt)


def is_settled(asked: pd.DataFrame) -> "pd.Series[bool]":
    """Return for each gap of `asked_for` whether nobody doubts it: it was asked for again.

    Rows that could not be used are another matter: they were served.
    """
    confirmed = believed(asked) & ((asked["times_asked"] > 1) | (asked["absent_bars"] == 0))
    return confirmed | (asked["kind"] == FETCH_FAILURE.name)
