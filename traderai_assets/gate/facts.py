"""Facts for the gate: what lake, event log and clock say of a look-back, read into one value.

Here: reading. Not here: any judgement, which is the domain's (domain/freshness/judging.py); nor how
it is told (asset_check.py).
"""

from collections.abc import Callable
from datetime import datetime

import dagster as dg
import pandas as pd

from resources.lake.resource import LakeResource
from resources.lake.snapshot import LakeSnapshot
from traderai_assets.domain.candles.coverage import bar_coverage
from traderai_assets.domain.candles.frames import last_close
from traderai_assets.domain.candles.gap_classes import (
    ENDED,
    NOT_LISTED,
    believed,
    uncrossable,
)
from traderai_assets.domain.candles.gap_confirmation import asked_for, rows
from traderai_assets.domain.errors import NotEnoughData, TraderAIError
from traderai_assets.domain.freshness.blocking_gaps import BlockingGap
from traderai_assets.domain.freshness.look_back_facts import (
    Expanding,
    Extent,
    LookBackFacts,
    MonthCoverage,
    newest_month,
    span,
    warm_up_spans,
)
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.domain.spans.look_back import LookBack
from traderai_assets.gate.provenance import Provenance
from traderai_assets.ingest.known_until import known_until
from traderai_assets.runs.crossings import StoredCrossings
from traderai_assets.schemas.candles import CANDLE_ASKS, CANDLE_GAPS, CANDLES
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.labels import LABELS
from traderai_assets.schemas.price_decisions import PRICE_DECISIONS
from traderai_assets.schemas.tables import Table


class FactsReader:
    """Reads for the sensor, for runs that people launch and for the command line alike.

    Parameters
    ----------
    lake : LakeResource
    instance : DagsterInstance
        Remembers what features and labels were made of.
    table : callable
        Returns a table as the training will read it.
    clock : callable
        Returns the time at a market's exchange; asked only where what is stored does not reach the
        month served.
    """

    def __init__(
        self,
        lake: LakeResource,
        instance: dg.DagsterInstance,
        *,
        table: Callable[[Table], LakeSnapshot],
        clock: Callable[[Market], datetime],
    ) -> None:
        self._candles, self._gaps = table(CANDLES), table(CANDLE_GAPS)
        self._asks = table(CANDLE_ASKS)
        crossings = StoredCrossings(self._candles, self._gaps, table(PRICE_DECISIONS))
        derived = table(FEATURES), table(LABELS)
        self._provenance = Provenance(lake, instance, self._candles, crossings, *derived)
        self._clock = clock

    def read(
        self, market: Market, served: Month, days: int, expanding: Expanding | None = None
    ) -> LookBackFacts:
        """Return all that is known of the look-back of `days` of a model of `served`."""
        extent = self._extent(market, served)
        try:
            found = span(extent, market, served, days)
        except NotEnoughData:  # It is not due, which the judgement says
            found = None
        if found is None:
            return LookBackFacts(market, served, days, extent, expanding=expanding)
        window = found.window
        months = {month: self._coverage(market, month, window) for month in window.months}
        warm_up = {
            month: self._coverage(market, month, span)
            for span in warm_up_spans(window, market)
            for month in span.months
        }
        return LookBackFacts(market, served, days, extent, months, warm_up, expanding)

    def _extent(self, market: Market, served: Month) -> Extent:
        known = known_until(self._candles, self._gaps, market)
        if known is not None and served.start <= known:
            return Extent(known, known)
        try:
            present = last_close(self._clock(market), market.bar)
        except TraderAIError as error:
            return Extent(known, None, no_clock=str(error))
        if known is None or served.start <= present:
            return Extent(known, present)
        made = self._provenance.right_until(market, newest_month(known, market))
        return Extent(known, present, made)

    def _coverage(self, market: Market, month: Month, window: LookBack) -> MonthCoverage:
        learned = window.months + [one.months[0] for one in warm_up_spans(window, market)]
        start, until = max(month.start, window.start), min(month.end, window.until)
        gaps = self._gaps.read(market.key, [month.key])
        candles = self._candles.read(market.key, [month.key])
        coverage = bar_coverage(candles, gaps, start=start, end=until, bar=market.bar)
        return MonthCoverage(
            expected_bars=len(coverage.open_ms),
            stored_bars=int(coverage.stored.sum()),
            known_gaps=int(coverage.known_absent.sum()),
            other_candles=self._provenance.other_candles(market, month, learned),
            blocking_gaps=self._blocking_gaps(market, month, gaps, start, until),
            ended_at=_ended_at(gaps, window.until),
            unlisted_until=_unlisted_until(gaps, start, until),
        )

    def _blocking_gaps(
        self, market: Market, month: Month, gaps: pd.DataFrame, start: datetime, until: datetime
    ) -> tuple[BlockingGap, ...]:
        """Return the gaps of [start, until) over which nothing may be learned."""
        met = gaps[(gaps["start"] < pd.Timestamp(until)) & (gaps["end"] > pd.Timestamp(start))]
        barred = believed(met) & met["start"].isin(uncrossable(met)["start"])
        blocking = met[barred | ~believed(met)]
        if blocking.empty:
            return ()
        told = asked_for(blocking, self._asks.read(market.key, [month.key]))
        return tuple(
            BlockingGap(
                gap.start.to_pydatetime(),
                gap.end.to_pydatetime(),
                gap.kind,
                bool(barred[gap.Index]),
                gap.times_asked,
                None if pd.isna(gap.next_ask) else gap.next_ask.to_pydatetime(),
            )
            for gap in rows(told)
        )


def _ended_at(gaps: pd.DataFrame, until: datetime) -> datetime | None:
    """Return when the market ended, if it did before `until`."""
    ended = gaps.loc[(gaps["kind"] == ENDED.name) & (gaps["start"] < until), "start"]
    return None if ended.empty else ended.iloc[0].to_pydatetime()


def _unlisted_until(gaps: pd.DataFrame, start: datetime, until: datetime) -> datetime | None:
    """Return when the market was listed, where that is known and in (start, until]."""
    unlisted = gaps.loc[gaps["kind"] == NOT_LISTED.name, "end"]
    ends = unlisted[(unlisted > pd.Timestamp(start)) & (unlisted <= pd.Timestamp(until))]
    return None if ends.empty else ends.max().to_pydatetime()
