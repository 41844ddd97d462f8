"""Facts of a look-back: what lake, event log and clock say of it, before anybody judges it.

Here: values, and which stretch they are about. Not here: how they are read (gate/facts.py), nor
what follows from them (judging.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from traderai_assets.domain.freshness.blocking_gaps import BlockingGap
from traderai_assets.domain.limits import FIRST_MONTH
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.domain.spans.look_back import MOST_BEHIND, LookBack, look_back
from traderai_assets.domain.spans.reach import warm_up_months

_FIRST = Month.of(FIRST_MONTH)


@dataclass(frozen=True)
class MonthCoverage:
    """What is stored of one month, as far as the look-back meets it.

    Attributes
    ----------
    expected_bars : int
        Bars of the month that lie in the look-back.
    stored_bars : int
        Those that are stored.
    known_gaps : int
        Those that are absent for a known reason; a failed fetch is none.
    other_candles : tuple of Month
        Months whose candles are stored otherwise than features or labels of this month know them.
    blocking_gaps : tuple of BlockingGap
        Absences that are not believed yet, or that learning may not cross.
    ended_at : datetime or None
        Since when the market is over, where that is inside the look-back.
    unlisted_until : datetime or None
        When the market's first candle opened, where bars before it are known to be absent for it.
    """

    expected_bars: int
    stored_bars: int
    known_gaps: int
    other_candles: tuple[Month, ...] = ()
    blocking_gaps: tuple[BlockingGap, ...] = ()
    ended_at: datetime | None = None
    unlisted_until: datetime | None = None

    @property
    def is_blank(self) -> bool:
        """Whether nothing is stored of it and nothing was ever asked for."""
        return not (self.stored_bars or self.known_gaps or self.blocking_gaps)

    @property
    def missing_bars(self) -> int:
        """Bars nobody can account for."""
        return max(0, self.expected_bars - self.stored_bars - self.known_gaps)


@dataclass(frozen=True)
class Extent:
    """How far a market's candles, what is made of them, and the exchange's time go.

    Attributes
    ----------
    known_until : datetime or None
        Close of the last bar that is stored or a known gap; None where nothing is stored.
    present : datetime or None
        Close of the last bar that is known to have closed; None where the exchange told no time.
    made_until : datetime or None
        Up to where features and labels are what the newest month's candles make; None where the
        month served has begun, so that nothing that grows is learned from.
    no_clock : str
        Why the exchange told no time.
    """

    known_until: datetime | None
    present: datetime | None
    made_until: datetime | None = None
    no_clock: str = ""


@dataclass(frozen=True)
class Span:
    """What a model would learn from, and the month of it that still grows, if any does."""

    window: LookBack
    growing: Month | None = None


@dataclass(frozen=True)
class Expanding:
    """That a model may learn from less than a whole look-back.

    Attributes
    ----------
    from_days : int
        Days that must be there.
    history_days : int
        Days of candles that are kept; no month before them is ever asked for.
    """

    from_days: int
    history_days: int


@dataclass(frozen=True)
class LookBackFacts:
    """All that is known of the look-back of one market's model, read at one moment.

    Attributes
    ----------
    market : Market
    served : Month
        The month whose model is asked for.
    days : int
        Length of a look-back.
    extent : Extent
    months : mapping of Month to MonthCoverage
        Of each month the span meets; empty where there is no span.
    warm_up : mapping of Month to MonthCoverage
        Of what lies before the span and its features look back on; empty where that may be any.
    expanding : Expanding or None
        Where the look-back may be as long as there is history; None where it must be whole.
    """

    market: Market
    served: Month
    days: int
    extent: Extent
    months: Mapping[Month, MonthCoverage] = field(default_factory=dict)
    warm_up: Mapping[Month, MonthCoverage] = field(default_factory=dict)
    expanding: Expanding | None = None


def span(extent: Extent, market: Market, served: Month, days: int) -> Span | None:
    """Return what a model of `served` would learn from; None while nobody knows what time it is.

    The look-back of a month to come ends where all that has been made of stored candles ends. Where
    that is long ago it ends at the present, and so it will be told what is missing.

    Raises
    ------
    NotEnoughData
        If the model of `served` is not due yet.
    """
    until, growing = extent.present, None
    if until is None:
        return None
    known, made = extent.known_until, extent.made_until
    if known is not None and made is not None and until < served.start:
        learnable = min(known, made)
        if until - learnable <= MOST_BEHIND:
            until, growing = learnable, newest_month(known, market)
    return Span(look_back(served, until, days), growing)


def warm_up_spans(window: LookBack, market: Market) -> list[LookBack]:
    """Return what must be there before a look-back, month by month, oldest first.

    Of bars so long that no month holds the warm-up of the features; nothing of others.
    """
    months, first = warm_up_months(market.bar), window.months[0]
    if not months:
        return []
    whole = [LookBack(one.start, one.end) for one in first.before(months) if one >= _FIRST]
    begun = LookBack(first.start, window.start)
    return [*whole, begun] if begun.months else whole


def newest_month(known_until: datetime, market: Market) -> Month:
    """Return the month of the last known bar, which may still grow."""
    return Month.of(known_until - market.bar)
