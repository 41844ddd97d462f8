"""Backward: the candles that a row of features, a width, a label or a model was made of."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from traderai_assets.domain.features.month import warm_up_start
from traderai_assets.domain.features.realised_volatility import VOLATILITY_BARS
from traderai_assets.domain.months import Month, months_between
from traderai_assets.domain.spans.look_back import LookBack


@dataclass(frozen=True)
class Stretch:
    """Candles that open in [first, until), and what reads them.

    Attributes
    ----------
    what : str
        What they were read for.
    first, until : datetime
    """

    what: str
    first: datetime
    until: datetime

    @property
    def months(self) -> list[Month]:
        """The months they lie in, oldest first."""
        return months_between(self.first, self.until)

    def holds(self, opened: datetime) -> bool:
        """Whether a candle that opened then is among them."""
        return self.first <= opened < self.until


def features_read(opened: datetime, bar: timedelta) -> Stretch:
    """Return the candles that decide the features of the bar that opened then.

    From the start of its month's warm-up to the bar itself. Where a segment begins later
    (`candles.segments`), the earlier ones decide nothing: this is what may, at most.
    """
    return Stretch("features", warm_up_start(Month.of(opened), bar), opened + bar)


def width_read(opened: datetime, bar: timedelta) -> Stretch:
    """Return the candles that decide how far barriers, target and stop of a bar stand."""
    return Stretch("width", opened - VOLATILITY_BARS * bar, opened + bar)


def label_read(opened: datetime, label_end: datetime, bar: timedelta) -> Stretch:
    """Return the candles that decide the label of a bar, known since `label_end`."""
    return Stretch("label", width_read(opened, bar).first, label_end)


def look_back_read(window: LookBack, bar: timedelta, memory_months: int) -> Stretch:
    """Return the candles that decide what a model learns from a look-back.

    Parameters
    ----------
    window : LookBack
    bar : timedelta
    memory_months : int
        Months before those of the look-back whose candles its training reads
        (`Reach.look_back_candles`).

    Returns
    -------
    Stretch
        Those of its rows of features, with their warm-up, and those the training reads itself.
    """
    oldest = Month.of(window.start)
    first = min(warm_up_start(oldest, bar), oldest.shift(-memory_months).start)
    return Stretch("look-back", first, window.until)
