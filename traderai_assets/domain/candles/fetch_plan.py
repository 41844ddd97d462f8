"""The plan of a fetch: what is asked for of a month, and how much of it.

What is neither stored nor a gap is asked for, and the tail, which may have been revised; of gaps,
those that are due. A long absence that is asked for again by the schedule is asked for by a sample,
elsewhere in it each time: one request shows whether the venue is well again. The ask after which it
may be believed is for all of it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from traderai_assets.domain.candles.ask_ledger import CLOCK_DOUBT
from traderai_assets.domain.candles.coverage import Span, spans_to_fetch
from traderai_assets.domain.candles.gap_classes import FETCH_FAILURE, NO_TRADE, believed
from traderai_assets.domain.candles.gap_confirmation import SILENT, is_due, rows

SAMPLE_BARS = 250
# So many short absences are asked for in pages and not one by one; so far apart may they be.
_MANY, _NEAR_BARS = 20, 250


@dataclass(frozen=True)
class Question:
    """A stretch to ask for.

    Attributes
    ----------
    start, end : datetime
    again : bool
        Whether all of it was asked for before and did not come.
    about : tuple of datetime or None
        The longer absence of which this is a sample.
    """

    start: datetime
    end: datetime
    again: bool = False
    about: Span | None = None


def questions(
    candles: pd.DataFrame,
    gaps: pd.DataFrame,
    *,
    start: datetime,
    end: datetime,
    bar: timedelta,
    revise_from: datetime,
    now: datetime,
    by_schedule: bool,
) -> list[Question]:
    """Return what to ask for so that [start, end) is stored, or known to be absent.

    Parameters
    ----------
    candles : DataFrame
    gaps : DataFrame
        As `asked_for` returns them; silence up to now left out, as nothing follows it yet.
    start, end, bar, revise_from
        As `spans_to_fetch` takes them.
    now : datetime
        By the exchange's clock.
    by_schedule : bool
        Whether gaps are asked for when they are due only; else all that is not believed is, too.

    Returns
    -------
    list of Question
        In order of time; samples last.
    """
    due = is_due(gaps, now, clock_doubt=CLOCK_DOUBT)
    wanted = due if by_schedule else due | ~believed(gaps)
    sampled = wanted & _by_sample(gaps) & by_schedule
    spans = spans_to_fetch(
        candles,
        gaps[~wanted | sampled].assign(kind=NO_TRADE.name),
        start=start,
        end=end,
        bar=bar,
        revise_from=revise_from,
    )
    asked = [Question(*span, again=_was_asked(span, gaps[wanted])) for span in _joined(spans, bar)]
    return asked + [_sample(gap, bar) for gap in rows(gaps[sampled])]


def _by_sample(gaps: pd.DataFrame) -> "pd.Series[bool]":
    long = gaps["absent_bars"] > SAMPLE_BARS
    repeated = (gaps["times_asked"] > 0) & (gaps["times_asked"] != SILENT - 1)
    return long & repeated & (gaps["kind"] != FETCH_FAILURE.name)


def _sample(gap: Any, bar: timedelta) -> Question:
    """A part of an absence: the middle, a quarter, three quarters, ..., elsewhere each time."""
    begins, ends = gap.start.to_pydatetime(), gap.end.to_pydatetime()
    room = (ends - begins) // bar - SAMPLE_BARS
    first = begins + int(_radical_inverse(gap.times_asked) * room) * bar
    return Question(first, first + SAMPLE_BARS * bar, again=True, about=(begins, ends))


def _radical_inverse(number: int) -> float:
    """The binary digits of a number behind the point, last one first: 1/2, 1/4, 3/4, 1/8, ..."""
    value, place = 0.0, 0.5
    while number:
        value, place, number = value + place * (number % 2), place / 2, number // 2
    return value


def _was_asked(span: Span, gaps: pd.DataFrame) -> bool:
    met = gaps[(gaps["start"] <= span[0]) & (gaps["end"] >= span[1])]
    return bool((met["times_asked"] > 0).any())


def _joined(spans: list[Span], bar: timedelta) -> list[Span]:
    """Spans that lie near one another as one, where there are many."""
    if len(spans) <= _MANY:
        return spans
    joined = spans[:1]
    for start, end in spans[1:]:
        if start - joined[-1][1] <= _NEAR_BARS * bar:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined
