"""The ledger of asks: which absent bars were asked for, when, how often, and what came back.

It is kept bar by bar and stored as stretches of bars with one and the same record. An ask that
comes before it is due says nothing new and is not written down, so that a run may repeat itself a
hundred times in a minute and is not believed any sooner. All times are the exchange's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from traderai_assets.domain.arrays import BoolArray, IntArray, milliseconds
from traderai_assets.domain.candles.ask_records import (
    AROUND,
    BEGINS_LATER,
    CODES,
    ENDS_BEFORE,
    NOTHING,
    OUT_OF_REACH,
    Records,
    ask_frame,
)
from traderai_assets.domain.candles.gap_classes import GAP_CLASSES
from traderai_assets.domain.candles.run_lengths import bars_of, runs

# A clock may have been wrong by so much when it was read last; what lies beyond is not waited for.
CLOCK_DOUBT = timedelta(days=1)
# A candle of a neighbouring month stands beside a gap if it is no further away.
BESIDE = timedelta(hours=12)

_AROUND, _REACH = CODES[AROUND], CODES[OUT_OF_REACH]


@dataclass(frozen=True)
class Answer:
    """What an exchange said when it was asked for [start, end).

    Attributes
    ----------
    start, end : datetime
        What was asked for.
    named_from, named_to : datetime or None
        Open times of the first and last bar that it named, inside or not; None where it named none.
    served_from : datetime or None
        Where it became certain that nothing older than this is served.
    """

    start: datetime
    end: datetime
    named_from: datetime | None = None
    named_to: datetime | None = None
    served_from: datetime | None = None


def no_asks() -> pd.DataFrame:
    """A ledger without lines, each column of its proper type."""
    none = np.zeros(0, dtype=np.int64)
    return ask_frame(Records(none, none, none, none), 0, 1)


def note_asks(
    asks: pd.DataFrame,
    gaps: pd.DataFrame,
    absent: BoolArray,
    answers: Sequence[Answer],
    *,
    start: datetime,
    bar: timedelta,
    now: datetime,
    before: datetime | None = None,
    after: datetime | None = None,
) -> pd.DataFrame:
    """Write down what was asked; bars that have come leave the ledger.

    Parameters
    ----------
    asks, gaps : DataFrame
        The ledger, and the gaps with their classes, as they were before.
    absent : ndarray of shape (n_bars,)
        Whether each bar of the window is absent now.
    answers : sequence of Answer
        What was asked at `now`.
    start : datetime
        When the window's first bar opens.
    before, after : datetime, optional
        Close of the last candle stored before the window, opening of the first one after it.
    """
    first_ms, width, at = milliseconds(start), milliseconds(bar), milliseconds(now)
    old = Records.of(asks, first_ms, width, len(absent))
    came_back = _came_back(absent, answers, first_ms, width, before=before, after=after)
    asked = absent & (came_back > 0)
    counts = asked & _due(old, _kinds(gaps, first_ms, width, len(absent)), at)
    better = asked & (came_back == _AROUND)
    code = np.where(counts & (old.code != _AROUND) | better, came_back, old.code)
    recorded = absent & ((old.times > 0) | asked)
    new = Records(
        first=np.where(recorded, np.where(old.times > 0, old.first, at), 0),
        last=np.where(recorded, np.where(counts, at, old.last), 0),
        times=np.where(recorded, old.times + counts, 0),
        code=np.where(recorded, code, 0),
    )
    return ask_frame(new, first_ms, width)


def _due(old: Records, kinds: NDArray[np.object_], at: int) -> BoolArray:
    """Whether an ask at `at` counts, bar by bar."""
    due = (old.times == 0) | (old.last > at + milliseconds(CLOCK_DOUBT))
    for name, row in GAP_CLASSES.items():
        of_class = np.flatnonzero((kinds == name) & (old.times > 0))
        waits = [milliseconds(wait) for wait in row.asked_again]
        waits.append(milliseconds(row.then_every) if row.then_every else np.iinfo(np.int64).max)
        wait = np.array(waits)[np.minimum(old.times[of_class] - 1, len(waits) - 1)]
        due[of_class] |= at - old.last[of_class] >= wait
    return np.asarray(due)


def _kinds(gaps: pd.DataFrame, first_ms: int, width: int, n_bars: int) -> NDArray[np.object_]:
    kinds = np.full(n_bars, "unheard", dtype=object)
    begins, ends = bars_of(gaps, first_ms, width, n_bars)
    for kind, begin, end in zip(gaps["kind"], begins, ends, strict=True):
        kinds[begin:end] = kind
    return kinds


def _came_back(
    absent: BoolArray,
    answers: Sequence[Answer],
    first_ms: int,
    width: int,
    *,
    before: datetime | None,
    after: datetime | None,
) -> IntArray:
    """What came back of each absent bar that was asked for; 0 for all others."""
    came_back = np.zeros(len(absent), dtype=np.int64)
    n_bars = len(absent)
    begins, ends = runs(absent)
    for answer in answers:
        asked_from = max(0, -((first_ms - milliseconds(answer.start)) // width))
        asked_to = min(n_bars, -((first_ms - milliseconds(answer.end)) // width))
        met = slice(
            int(np.searchsorted(ends, asked_from, side="right")),
            int(np.searchsorted(begins, asked_to, side="left")),
        )
        for begin, end in zip(begins[met], ends[met], strict=True):
            low, high = max(begin, asked_from), min(end, asked_to)
            left = begin > 0 or _beside(before, first_ms + begin * width, before_it=True)
            right = end < n_bars or _beside(after, first_ms + end * width, before_it=False)
            code = _code(answer, first_ms + begin * width, first_ms + end * width, left, right)
            came_back[low:high] = np.maximum(came_back[low:high], code)
        if answer.served_from is not None:
            reach = -((first_ms - milliseconds(answer.served_from)) // width)
            out = slice(asked_from, max(asked_from, min(asked_to, reach)))
            came_back[out] = np.where(absent[out], _REACH, 0)
    return came_back


def _code(answer: Answer, begins: int, ends: int, left: bool, right: bool) -> int:
    """What one answer said of the absence [begins, ends), whose neighbours are stored or not."""
    if answer.named_from is None or answer.named_to is None:
        return CODES[NOTHING]
    left = left or milliseconds(answer.named_from) < begins
    right = right or milliseconds(answer.named_to) >= ends
    if left and right:
        return _AROUND
    return CODES[BEGINS_LATER if right else ENDS_BEFORE]


def _beside(candle: datetime | None, edge: int, *, before_it: bool) -> bool:
    if candle is None:
        return False
    distance = edge - milliseconds(candle)
    return 0 <= (distance if before_it else -distance) <= milliseconds(BESIDE)
