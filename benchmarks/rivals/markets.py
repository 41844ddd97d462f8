"""What rivals are measured on: one month of one market, and what was known when it began.

A market-month is served by whoever learned on the look-back before it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

import numpy as np
import pandas as pd

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.errors import NotEnoughData
from traderai_assets.domain.features.month import month_features, undefined_rows
from traderai_assets.domain.labels.barriers import barrier_width, label_memory_bars
from traderai_assets.domain.labels.outcomes import label_bars
from traderai_assets.domain.months import Month, months_between
from traderai_assets.domain.training.plan import TrainingPlan


@dataclass(frozen=True)
class Known:
    """What a learner may know when a month begins: frames as `train_model` takes them."""

    features: pd.DataFrame
    labels: pd.DataFrame
    candles: pd.DataFrame


@dataclass(frozen=True)
class MarketMonth:
    """One month of one market.

    Attributes
    ----------
    group, market : str
        What kind of market, and which.
    block : str
        Market-months of one block are drawn together: those of one month of real markets.
    month : Month
        The month served.
    bar : timedelta
        Length of a bar.
    candles : DataFrame
        From long before the month to beyond its end, where the last of its labels are decided.
    """

    group: str
    market: str
    block: str
    month: Month
    bar: timedelta
    candles: pd.DataFrame

    @cached_property
    def served(self) -> pd.DataFrame:
        """Features of the month's bars of which anything is known; these are forecast."""
        return self._features(self.month.start, self.month.end)

    @cached_property
    def until_end(self) -> pd.DataFrame:
        """Candles up to the end of the month."""
        return self._between(None, self.month.end)

    @cached_property
    def traded(self) -> pd.DataFrame:
        """Candles of the month."""
        return self._between(self.month.start, self.month.end)

    def known(self, plan: TrainingPlan, days: int | None = None) -> Known:
        """Return what is known at the month's start of the look-back, or of so many days.

        Raises
        ------
        NotEnoughData
            If the month was opened with fewer days than that.
        """
        start = self.month.start - timedelta(days=days or plan.lookback_days)
        first = self.candles["open_time"].iloc[0]
        if first > pd.Timestamp(start - self._memory(plan)):
            raise NotEnoughData(
                f"{self.market} {self.month.key} was opened from {first:%Y-%m-%d} on, too late to "
                f"look back to {start:%Y-%m-%d}: ask for more days"
            )
        candles = self._between(start - self._memory(plan), self.month.start)
        labels = self._labels(candles, plan)
        return Known(
            self._features(start, self.month.start),
            labels[labels["open_time"] >= pd.Timestamp(start)].drop(columns="barrier"),
            candles,
        )

    def outcomes(self, plan: TrainingPlan) -> pd.DataFrame:
        """Return a row for each served bar: label and gross_return of a long, NaN if undecided."""
        labels = self._labels(self._between(self.month.start - self._memory(plan), None), plan)
        return self.served[["open_time"]].merge(
            labels[["open_time", "label", "gross_return"]], on="open_time", how="left"
        )

    def width(self, plan: TrainingPlan) -> FloatArray:
        """Barrier width at each served bar, fraction of price."""
        candles = self._between(self.month.start - self._memory(plan), self.month.end)
        width = barrier_width(
            candles,
            bar=self.bar,
            horizon_bars=plan.horizon_bars,
            multiple=plan.multiple,
            minimum_width=plan.minimum_width,
        )
        by_bar = pd.Series(width, index=candles["open_time"])
        return by_bar.reindex(self.served["open_time"]).to_numpy(np.float64)

    def features_since(self, start: datetime) -> pd.DataFrame:
        """Features from a moment to the end of the month."""
        return self._features(start, self.month.end)

    def _features(self, start: datetime, until: datetime) -> pd.DataFrame:
        months = [self._month(month) for month in months_between(start, until)]
        features = pd.concat(months, ignore_index=True)
        opened = features["open_time"]
        inside = (opened >= pd.Timestamp(start)) & (opened < pd.Timestamp(until))
        return features[inside & ~undefined_rows(features)].reset_index(drop=True)

    @cached_property
    def _computed(self) -> dict[Month, pd.DataFrame]:
        return {}

    def _month(self, month: Month) -> pd.DataFrame:
        if month not in self._computed:
            self._computed[month] = month_features(self.candles, month=month, bar=self.bar)
        return self._computed[month]

    def _labels(self, candles: pd.DataFrame, plan: TrainingPlan) -> pd.DataFrame:
        return label_bars(
            candles,
            bar=self.bar,
            horizon_bars=plan.horizon_bars,
            multiple=plan.multiple,
            minimum_width=plan.minimum_width,
        )

    def _memory(self, plan: TrainingPlan) -> timedelta:
        """How far back the widths of a stretch look, under every horizon of the plan."""
        longest = max(labelling.horizon_bars for labelling in plan.labellings)
        return label_memory_bars(longest) * self.bar

    def _between(self, start: datetime | None, until: datetime | None) -> pd.DataFrame:
        opened = self.candles["open_time"]
        first = opened.searchsorted(pd.Timestamp(start)) if start else 0
        last = opened.searchsorted(pd.Timestamp(until)) if until else len(opened)
        return self.candles.iloc[first:last].reset_index(drop=True)
