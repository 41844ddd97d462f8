"""Forward: the rows that one candle reaches, as ranges of times and months of tables.

What is named may be reached, and nothing else is. It is exact for labels, whose windows end, once
rows at hand have narrowed it (narrowing.py). Of features it is an upper bound: in them stand
averages without an end, which carry a candle on to the end of its month and of those that take it
into their warm-up, but by less than a float can tell after some hundred bars.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from traderai_assets.domain.features.month import warm_up_start
from traderai_assets.domain.features.realised_volatility import VOLATILITY_BARS
from traderai_assets.domain.lineage.backward import look_back_read
from traderai_assets.domain.months import Month, months_between
from traderai_assets.domain.spans.look_back import LookBack
from traderai_assets.domain.spans.reach import Reach, feature_months

_INSTANT = timedelta(milliseconds=1)


@dataclass(frozen=True)
class Range:
    """Rows of one table and month.

    Attributes
    ----------
    table : str
    month : Month
        The partition.
    first, until : datetime
        Times of the table's key in [first, until); open times, of records days.
    why : str
        How the candle reaches them.
    remade : bool
        Whether making all anew makes them anew; else they are kept as they were said.
    """

    table: str
    month: Month
    first: datetime
    until: datetime
    why: str
    remade: bool = True


def feature_ranges(opened: datetime, bar: timedelta) -> list[Range]:
    """Return the rows of features that read the candle that opened then: its own bar's and later.

    To the end of its month, and all rows of the months whose warm-up holds it.
    """
    own = Month.of(opened)
    found = [Range("features", own, opened, own.end, "features of its bar and those after it")]
    warmed = (one for one in own.after(feature_months(bar)) if warm_up_start(one, bar) <= opened)
    return found + [Range("features", one, one.start, one.end, "in the warm-up") for one in warmed]


def label_ranges(opened: datetime, bar: timedelta, horizon_bars: int) -> list[Range]:
    """Return the rows of labels that may read the candle: to search for a barrier, or for a width.

    A position of bar t is searched for in [t + b, t + b + 2 h b), b the bar and h the horizon; the
    width of bar t reads [t - v b, t], v `VOLATILITY_BARS`. One partition holds the labels that
    became known in its month, each after the candle's open.
    """
    first = opened - 2 * horizon_bars * bar
    last = opened + VOLATILITY_BARS * bar
    latest_end = last + (1 + 2 * horizon_bars) * bar
    return [
        Range("labels", month, first, last + bar, "sought for a barrier, or in the volatility")
        for month in months_between(opened, latest_end)
    ]


def decision_ranges(
    opened: datetime, bar: timedelta, since: datetime, until: datetime
) -> list[Range]:
    """Return the bars of which a model spoke in (since, until] by rows that the candle reached.

    Parameters
    ----------
    opened : datetime
        Open of the candle.
    bar : timedelta
    since, until : datetime
        A champion period, by the close of its bars.
    """
    told = [*feature_ranges(opened, bar), *_widths(opened, bar)]
    first, end = min(one.first for one in told), max(one.until for one in told)
    # Features reach until the end of a month, so that what lies between is reached as well
    begin = max(first, since - bar + _INSTANT)
    return by_month("predictions", begin, min(end, until), "features or width read it", False)


def outcome_ranges(opened: datetime, bar: timedelta, reach: Reach) -> list[Range]:
    """Return the outcomes that may have read the candle: of signals that were open at it."""
    span = reach.outcomes(bar)
    own = Month.of(opened)
    first = own.shift(span.first).start
    return [
        Range("signal_outcomes", month, first, opened + bar, "open at its bar, or said of it")
        for month in (own.shift(one) for one in range(-span.first + 1))
    ]


def is_learned(
    opened: datetime, windows: Iterable[LookBack], bar: timedelta, memory_months: int
) -> bool:
    """Whether a model of these look-backs has learned from the candle."""
    return any(look_back_read(one, bar, memory_months).holds(opened) for one in windows)


def by_month(table: str, first: datetime, until: datetime, why: str, remade: bool) -> list[Range]:
    """Return rows of [first, until) month by month; [] where there are none."""
    return [
        Range(table, month, max(first, month.start), min(until, month.end), why, remade)
        for month in months_between(first, until)
    ]


def _widths(opened: datetime, bar: timedelta) -> list[Range]:
    last = opened + (VOLATILITY_BARS + 1) * bar
    return by_month("predictions", opened, last, "in the volatility", False)
