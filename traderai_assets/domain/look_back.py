"""Windows: which stretch of data a model of a served month learns from, and which month is next.

A model of month S is trained on the look-back that ends where S begins; while S lies ahead, on the
one that ends at the last closed bar (docs/adr/0002).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from traderai_assets.domain.errors import NotEnoughData
from traderai_assets.domain.limits import LOOK_BACK_MONTHS
from traderai_assets.domain.months import Month, months_between

# A model put to work early learns up to (nearly) now. Candles that end earlier than this are
# history that is still being fetched, or a market that stopped: neither says what comes next.
MOST_BEHIND = timedelta(days=1)


@dataclass(frozen=True)
class LookBack:
    """The stretch [start, until) a model learns from."""

    start: datetime
    until: datetime

    @property
    def months(self) -> list[Month]:
        """The months it meets, oldest first."""
        return months_between(self.start, self.until)


def look_back(served: Month, last_close: datetime, days: int) -> LookBack:
    """Return the look-back of a model of `served`, given the close of the last closed bar.

    Raises
    ------
    NotEnoughData
        If it would reach further back than `LOOK_BACK_MONTHS` before `served`: the model of
        `served` is not due yet.
    """
    until = min(served.start, last_close)
    window = LookBack(until - timedelta(days=days), until)
    earliest = served.shift(-LOOK_BACK_MONTHS)
    if window.start < earliest.start:
        raise NotEnoughData(
            f"a model of {served.key} trained at {until:%Y-%m-%d %H:%M} UTC would need {days} days "
            f"from {window.start:%Y-%m-%d} on, before {earliest.key}; "
            f"train the model of {served_month(until, days).key} instead"
        )
    return window


def served_month(last_close: datetime, days: int) -> Month:
    """Return the month whose model can be trained now from the most recent bars.

    The month after the last closed bar's, unless its look-back would not fit in two months; then
    the month the bar lies in, with the model trained where it begins.
    """
    following = Month.of(last_close).shift(1)
    fits = last_close - timedelta(days=days) >= following.shift(-LOOK_BACK_MONTHS).start
    return following if fits else Month.of(last_close)
