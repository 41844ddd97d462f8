"""Reach: how many months beside its own each asset reads; docs/adr/0008.

Here: one line for each reading, in bars or days. Not here: how many months these are
(`months_back`), and the reading itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from traderai_assets.domain.features.realised_volatility import VOLATILITY_BARS
from traderai_assets.domain.labels.barriers import label_memory_bars
from traderai_assets.domain.limits import MAX_WARM_UP_BARS
from traderai_assets.domain.months import Month, months_back
from traderai_assets.domain.spans.look_back import look_back_months

DRIFT_WINDOW = timedelta(days=7)
_LONGEST_MONTH = 31


class Span(NamedTuple):
    """The months that are read of one partition: from `first` to `last`, counted from its own."""

    first: int
    last: int

    def months(self, own: Month) -> list[Month]:
        """Return the months read, oldest first."""
        return [own.shift(place) for place in range(self.first, self.last + 1)]


def feature_months(bar: timedelta) -> int:
    """Months before its own that the features of a month read."""
    return months_back(bar, MAX_WARM_UP_BARS)


def warm_up_months(bar: timedelta) -> int:
    """Months before a look-back whose candles must be there for the features in it.

    None where one month holds the warm-up: it may be any then, and what it lacks is made up for
    within the first days.
    """
    months = feature_months(bar)
    return months if months > 1 else 0


@dataclass(frozen=True)
class Reach:
    """How far is read under some settings.

    Attributes
    ----------
    lookback_days : int
        Days a model learns from.
    horizon_bars : int
        Horizon of the stored labels.
    longest_horizon : int
        Bars until the last signal of any model is over.
    refits : int
        Months after a search month whose models take its choice, and so read its look-back.
    """

    lookback_days: int
    horizon_bars: int
    longest_horizon: int
    refits: int = 0

    def features(self, bar: timedelta) -> Span:
        """Candles of the features of a month: their warm-up."""
        return Span(-feature_months(bar), 0)

    def labels(self, bar: timedelta) -> Span:
        """Candles of the labels of a month: volatility and horizon before they became known."""
        return Span(-months_back(bar, label_memory_bars(self.horizon_bars)), 0)

    def months_made(self, bar: timedelta) -> int:
        """Months after its own whose features or labels are made of a month of candles."""
        return -min(self.features(bar).first, self.labels(bar).first)

    def look_back(self, bar: timedelta) -> Span:  # noqa: ARG002 - days are days, whatever the bar
        """Features and labels of the look-back of a month."""
        return Span(-look_back_months(self.lookback_days), -1)

    def look_back_candles(self, bar: timedelta) -> Span:
        """Candles of the look-back of a month, and of the volatility of its first bars.

        Where a month holds that, the look-back's own first month does, and no more is read.
        """
        memory = months_back(bar, VOLATILITY_BARS)
        before = memory if memory > 1 else 0
        return Span(self.look_back(bar).first - before, -1)

    def training(self, bar: timedelta) -> Span:
        """Features and labels of the model of a month: its look-back, and its search month's.

        The last refit reads furthest back; that is told of every month, search months too.
        """
        return Span(self.look_back(bar).first - self.refits, -1)

    def training_candles(self, bar: timedelta) -> Span:
        """Candles of the model of a month: of both look-backs."""
        return Span(self.look_back_candles(bar).first - self.refits, -1)

    def backtests(self, bar: timedelta) -> Span:
        """Candles of the backtests of a month: of the walk through the look-back, and served."""
        return Span(min(self.look_back(bar).first, self.decisions(bar).first), 0)

    def decisions(self, bar: timedelta) -> Span:
        """Candles of what a model says in a month: their volatility is how far barriers stand."""
        return Span(-months_back(bar, VOLATILITY_BARS), 0)

    def outcomes(self, bar: timedelta) -> Span:
        """Signals, candles and outcomes of a month: what may still be open where it begins."""
        return Span(-months_back(bar, self.longest_horizon + 1), 0)

    def snapshots(self, bar: timedelta) -> Span:
        """Candles of the snapshots of a month: their volatility, and how they end."""
        return Span(self.decisions(bar).first, -self.outcomes(bar).first)

    def drift(self, bar: timedelta) -> Span:  # noqa: ARG002 - a window of days, whatever the bar
        """Features, predictions, signals and outcomes of the drift metrics of a month."""
        return Span(-months_back(DRIFT_WINDOW, 1), 0)

    def history_days(self, bar: timedelta) -> int:
        """Days of history in which every look-back finds its candles, whichever day it is.

        A model that is made where its month begins learns of days before the last `lookback_days`,
        up to a month.
        """
        months = warm_up_months(bar)
        return self.lookback_days + (_LONGEST_MONTH * (months + 1) if months else 0)


READINGS: Mapping[str, Callable[[Reach, timedelta], Span]] = {
    name: getattr(Reach, name)
    for name in (
        "features", "labels", "training", "training_candles", "backtests", "decisions", "outcomes",
        "snapshots", "drift",
    )
}  # fmt: skip
"""What a dependency between assets may be called, as in `partitions.months_read`."""
