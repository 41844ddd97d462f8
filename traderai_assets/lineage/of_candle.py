"""Forward: what one candle has touched, table by table, and what of it is stored."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import cached_property, partial

from resources.lake.resource import LakeResource
from traderai_assets.domain.arrays import BoolArray
from traderai_assets.domain.champions.periods import ChampionPeriod, champion_periods
from traderai_assets.domain.lineage.forward import (
    Range,
    by_month,
    decision_ranges,
    feature_ranges,
    is_learned,
    label_ranges,
    outcome_ranges,
)
from traderai_assets.domain.lineage.narrowing import labels_that_read, outcomes_that_read
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.domain.spans.reach import DRIFT_WINDOW, Reach, feature_months
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.lineage.stored_ranges import stored_range
from traderai_assets.lineage.stored_rows import LoadedTables, Row, models_of, windows_of
from traderai_assets.registry.stored_models import StoredModel
from traderai_assets.schemas.backtests import BACKTEST_EQUITY, BACKTEST_METRICS, BACKTEST_TRADES
from traderai_assets.schemas.candle_imports import CANDLE_IMPORTS
from traderai_assets.schemas.candles import CANDLE_ASKS, CANDLE_GAPS, CANDLE_QUARANTINE, CANDLES
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.schemas.drift_metrics import DRIFT_METRICS
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.labels import LABELS
from traderai_assets.schemas.models import MODELS, OUT_OF_SAMPLE
from traderai_assets.schemas.predictions import PREDICTIONS
from traderai_assets.schemas.record import RECORD_DAYS
from traderai_assets.schemas.signal_outcomes import SIGNAL_OUTCOMES
from traderai_assets.schemas.signal_snapshots import SIGNAL_SNAPSHOTS
from traderai_assets.schemas.signals import SIGNALS
from traderai_assets.schemas.tables import Table

_OF_A_MODEL = (OUT_OF_SAMPLE, BACKTEST_METRICS, BACKTEST_TRADES, BACKTEST_EQUITY, SIGNAL_SNAPSHOTS)
_PRICED = (BACKTEST_METRICS, BACKTEST_TRADES, BACKTEST_EQUITY, SIGNAL_SNAPSHOTS)
_BESIDE_CANDLES = (CANDLE_IMPORTS, CANDLE_GAPS, CANDLE_ASKS, CANDLE_QUARANTINE)
_LONGEST_WAIT = timedelta(days=31)


class CandleUses:
    """What was made of one candle by one strategy, and of what all strategies share.

    Parameters
    ----------
    lake : LakeResource
    strategy : Strategy
    reach : Reach
        Of the strategy.
    horizon_bars : int
        Of its stored labels.
    market : Market
    opened : datetime
        When the candle opened.
    """

    def __init__(
        self,
        lake: LakeResource,
        strategy: Strategy,
        reach: Reach,
        horizon_bars: int,
        market: Market,
        opened: datetime,
    ) -> None:
        self._tables, self._strategy, self._reach = LoadedTables(lake.of(strategy)), strategy, reach
        self._horizon, self._market, self._opened = horizon_bars, market, opened
        self._bar, self._month = market.bar, Month.of(opened)

    def shared(self) -> list[Row]:
        """Return what is there once for all strategies: the candle itself, and features."""
        beside = (self._beside(table) for table in _BESIDE_CANDLES)
        own = Range("candles", self._month, self._opened, self._opened + self._bar, "itself")
        return [
            self._told(CANDLES, own),
            *(row for row in beside if row is not None),
            *(self._told(FEATURES, one) for one in feature_ranges(self._opened, self._bar)),
        ]

    def of_strategy(self) -> list[Row]:
        """Return what the strategy made of it, in the order in which it was made."""
        return [
            *self._labels(),
            *self._models(),
            *self._decisions(),
            *self._outcomes(),
            *self._measured(),
        ]

    def _beside(self, table: Table) -> Row | None:
        snapshot = self._tables.look(table)
        if snapshot.summary(self._market, self._month).rows == 0:
            return None
        kept = snapshot.read(self._market, [self._month])
        if table == CANDLE_IMPORTS:  # It may be the file's: of each month is kept which were read
            met = kept["added"] + kept["replaced"] > 0
        elif table == CANDLE_QUARANTINE:
            met = kept["open_time"] == self._opened
        else:
            met = (kept["start"] <= self._opened) & (kept["end"] > self._opened)
        if not met.any():
            return None
        how = "its month is of it" if table == CANDLE_IMPORTS else "names it"
        own = Range(table.name, self._month, self._opened, self._opened + self._bar, how)
        return self._told(table, own, whole=table == CANDLE_IMPORTS) | {"rows": int(met.sum())}

    def _labels(self) -> Iterator[Row]:
        for one in label_ranges(self._opened, self._bar, self._horizon):
            yield self._narrowed(LABELS, one, partial(labels_that_read, bar=self._bar))

    def _outcomes(self) -> Iterator[Row]:
        for one in outcome_ranges(self._opened, self._bar, self._reach):
            yield self._narrowed(SIGNAL_OUTCOMES, one, outcomes_that_read)

    @cached_property
    def _learned(self) -> list[StoredModel]:
        """Models whose look-back holds the candle."""
        bar = self._bar
        memory = self._reach.look_back(bar).first - self._reach.look_back_candles(bar).first
        # Features of a look-back's first month read so many months before it
        oldest = -self._reach.training_candles(bar).first + feature_months(bar)
        models = self._tables.look(MODELS)
        # Their key begins with when the last label was known that they learned from: it may lie
        # before the look-back's end by a horizon, and by an outage in it
        early = self._opened - _LONGEST_WAIT
        stored = {
            month
            for month in models.months(self._market)
            if (models.summary(self._market, month).last or self._opened) > early
        }
        return [
            model
            for month in (self._month.shift(one) for one in range(oldest + 1))
            if month.key in stored
            for model in models_of(self._tables, self._market, month)
            if is_learned(self._opened, windows_of(model), bar, memory)
        ]

    def _models(self) -> Iterator[Row]:
        for model in self._learned:
            trained = model.row["trained_from"], model.row["trained_until"]
            one = Range("models", model.served, *trained, f"{model.model_id} learned from it")
            yield self._told(MODELS, one, whole=True) | {"rows": 1}
        months = {model.served for model in self._learned}
        for table in _OF_A_MODEL:
            priced = {self._month} if table in _PRICED else set()
            for month in sorted(months | priced):
                why = "of a model that learned from it" if month in months else "priced by it"
                yield self._whole(table, month, why)

    @cached_property
    def _periods(self) -> list[ChampionPeriod]:
        history = self._tables.champions(self._market)
        return champion_periods(history, self._strategy.name)

    def _decisions(self) -> Iterator[Row]:
        """Bars whose decision read it, by itself or through the model that decided."""
        learned = {model.model_id for model in self._learned}
        for period in self._periods:
            since, until = period.since.to_pydatetime(), self._end_of(period)
            if period.model_id in learned:
                why = f"said by {period.model_id}, which learned from it"
                told = by_month("predictions", since, until, why, remade=False)
                row = Range("champions", self._month, since, until, why, remade=False)
                yield self._told(CHAMPIONS, row, whole=True) | {"rows": 1}
            else:
                told = decision_ranges(self._opened, self._bar, since, until)
            for one in told:
                yield self._told(PREDICTIONS, one)
                yield self._told(SIGNALS, one)

    def _end_of(self, period: ChampionPeriod) -> datetime:
        """Return until when a period spoke: one that stands, up to the last bar that was said."""
        last = self._tables.look(PREDICTIONS).last(self._market)
        said = self._opened if last is None else last + self._bar
        return min(period.until.to_pydatetime(), said)

    def _measured(self) -> Iterator[Row]:
        day = self._opened.replace(hour=0, minute=0, second=0, microsecond=0)
        months = {self._month} | {model.served for model in self._learned}
        for month in sorted(months):
            first = day if month == self._month else month.start
            why = "of days it priced, or of a model that learned from it; revisions are added"
            yield self._told(RECORD_DAYS, Range("record", month, first, month.end, why, False))
        reached = max(one.until for one in feature_ranges(self._opened, self._bar))
        until = reached + DRIFT_WINDOW
        why = "windows that hold features which read it"
        for one in by_month("drift_metrics", self._opened, until, why, remade=False):
            yield self._told(DRIFT_METRICS, one)

    def _whole(self, table: Table, month: Month, why: str) -> Row:
        return self._told(table, Range(table.name, month, month.start, month.end, why), whole=True)

    def _narrowed(self, table: Table, one: Range, that_read: Callable[..., BoolArray]) -> Row:
        """Return a range as the stored rows tell it; none are read where the log says enough."""
        row = self._told(table, one)
        if row["rows"] == 0:
            return row
        rows = self._tables.look(table).read_since(self._market, [one.month], one.first)
        read = rows[that_read(rows, self._opened)]
        if read.empty:
            return row | {"rows": 0}
        first, last = read["open_time"].iloc[0], read["open_time"].iloc[-1]
        return row | {"first": first, "until": last + self._bar, "rows": len(read)}

    def _told(self, table: Table, one: Range, *, whole: bool = False) -> Row:
        return stored_range(self._tables, self._market, table, one, whole=whole)
