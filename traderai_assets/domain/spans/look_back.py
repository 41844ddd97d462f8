"""Look-backs: which stretch of data a model of a month served learns from, and which is next.

A model of month S is trained on the look-back that ends where S begins; while S lies ahead, on the
one that ends at the last closed bar (docs/adr/0002).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from traderai_assets.domain.errors import NotEnoughData
from traderai_assets.domain.months import Month, months_back, months_between

# A model put to work early learns up to (nearly) now. Candles that end earlier than this are
# history that is still being fetched, or a market that stopped: neither says what comes next.
MOST_BEHIND = timedelta(days=1)
_DAY = timedelta(days=1)
# Days into a month on which its look-back may not fit yet: February is shorter than 31 days
_LONGEST_WAIT = 3


@dataclass(frozen=True)
class LookBack:
    """The stretch [start, until) a model learns from."""

    start: datetime
    until: datetime

    @property
    def months(self) -> list[Month]:
        """The months it meets, oldest first."""
        return months_between(self.start, self.until)


def look_back_months(days: int) -> int:
    """Return how many months before the one served a look-back of so many days may begin.

    One for the month in which the model is put to work early, and before it those that surely hold
    the days, or would three days later: 2 up to 31 days, 13 for a year.
    """
    return 1 + max(1, months_back(_DAY, days - _LONGEST_WAIT))


def look_back(served: Month, last_close: datetime, days: int) -> LookBack:
    """Return the look-back of a model of `served`, given the close of the last closed bar.

    Raises
    ------
    NotEnoughData
        If it would reach further back than `look_back_months` before `served`: the model of
        `served` is not due yet.
    """
    until = min(served.start, last_close)
    window = LookBack(until - timedelta(days=days), until)
    earliest = served.shift(-look_back_months(days))
    if window.start < earliest.start:
        raise NotEnoughData(
            f"a model of {served.key} trained at {until:%Y-%m-%d %H:%M} UTC would need {days} days "
            f"from {window.start:%Y-%m-%d} on, before {earliest.key}; "
            f"train the model of {served_month(until, days).key} instead"
        )
    return window


def served_month(last_close: datetime, days: int) -> Month:
    """Return the month whose model can be trained now from the most recent bars.

    The month after the last closed bar's, unless its look-back would not fit in its months; then
    the month the bar lies in, with the model trained where it begins.
    """
    following = Month.of(last_close).shift(1)
    fits = last_close - timedelta(days=days) >= following.shift(-look_back_months(days)).start
    return following if fits else Month.of(last_close)
