"""The gate before training: whether the look-back of a model is complete, whoever asks."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import dagster as dg
import pandas as pd

from resources.lake.resource import LakeResource
from resources.lake.snapshot import LakeSnapshot
from traderai_assets.domain.candles.coverage import bar_coverage
from traderai_assets.domain.candles.frames import last_close
from traderai_assets.domain.candles.gap_classes import ENDED, believed, uncrossable
from traderai_assets.domain.candles.ripening import asked_for, rows
from traderai_assets.domain.errors import NotEnoughData, TraderAIError
from traderai_assets.domain.freshness.doubts import Doubt
from traderai_assets.domain.freshness.training_data import (
    MonthCoverage,
    Refusal,
    look_back_refusal,
)
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.domain.training.look_back import MOST_BEHIND, LookBack, look_back
from traderai_assets.gate.provenance import MadeOf
from traderai_assets.ingest.crossings import StoredCrossings
from traderai_assets.schemas.candles import CANDLE_ASKS, CANDLE_GAPS, CANDLES
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.labels import LABELS
from traderai_assets.schemas.price_decisions import PRICE_DECISIONS
from traderai_assets.schemas.tables import Table


class Gate:
    """One rule for the sensor, for runs that people launch and for the command line.

    It asks what is stored, never what runs: a fetch that never ends blocks nothing that is
    complete without it.

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
    days : int
        Length of a look-back.
    """

    def __init__(
        self,
        lake: LakeResource,
        instance: dg.DagsterInstance,
        *,
        table: Callable[[Table], LakeSnapshot],
        clock: Callable[[Market], datetime],
        days: int,
    ) -> None:
        self._candles, self._gaps = table(CANDLES), table(CANDLE_GAPS)
        self._asks = table(CANDLE_ASKS)
        self._crossings = StoredCrossings(self._candles, self._gaps, table(PRICE_DECISIONS))
        derived = table(FEATURES), table(LABELS)
        self._made_of = MadeOf(lake, instance, self._candles, self._crossings, *derived)
        self._clock = clock
        self._days = days

    def judge(self, market: Market, served: Month) -> LookBack | Refusal:
        """Return the look-back of a model of `served`, or why it must not be trained now."""
        known = known_until(self._candles, self._gaps, market)
        try:
            present = self._present(market, served, known)
        except TraderAIError as error:
            found = f"whether candles of {market.key} reach the present cannot be told: {error}"
            return Refusal(market.key, served, found)
        until, growing = present, None
        if known is not None and present < served.start:
            until, growing = self._early_end(market, known, present)
        try:
            window = look_back(served, until, self._days)
        except NotEnoughData as error:
            return Refusal(market.key, served, str(error))
        over = self._over_since(market, window)
        if over is not None:
            found = f"{market.key} has ended at {over:%Y-%m-%d %H:%M} UTC, so no model learns of it"
            return Refusal(market.key, served, found)
        coverage = {
            month: self._coverage(market, month, window, growing) for month in window.months
        }
        refusal = look_back_refusal(coverage, window, market=market, served=served, present=present)
        if refusal is not None and known is None:
            return replace(refusal, found=f"no candles of {market.key} are stored")
        return refusal or window

    def _over_since(self, market: Market, window: LookBack) -> datetime | None:
        """Return when the market ended, if it did before the look-back does."""
        gaps = self._gaps.read(market.key, [month.key for month in window.months])
        ended = gaps.loc[(gaps["kind"] == ENDED.name) & (gaps["start"] < window.until), "start"]
        return None if ended.empty else ended.iloc[0].to_pydatetime()

    def _present(self, market: Market, served: Month, known: datetime | None) -> datetime:
        """Return the close of the last bar that is known to have closed."""
        if known is not None and served.start <= known:
            return known
        return last_close(self._clock(market), market.bar)

    def _early_end(
        self, market: Market, known: datetime, present: datetime
    ) -> tuple[datetime, Month | None]:
        """Return where the look-back of a month to come ends, and the month it grows in.

        It ends where all that has been made of stored candles ends. Where that is long ago, it
        ends now, and so it will be told what is missing.
        """
        growing = Month.of(known - market.bar)
        learnable = min(known, self._made_of.right_until(market, growing))
        if present - learnable > MOST_BEHIND:
            return present, None
        return learnable, growing

    def _coverage(
        self, market: Market, month: Month, window: LookBack, growing: Month | None
    ) -> MonthCoverage:
        start, until = max(month.start, window.start), min(month.end, window.until)
        gaps = self._gaps.read(market.key, [month.key])
        coverage = bar_coverage(
            self._candles.read(market.key, [month.key]),
            gaps,
            start=start,
            end=until,
            bar=market.bar,
        )
        # A month begins with the memory of the one before; before the look-back it may be any
        whose = {month.shift(-1), month} & set(window.months) - {growing}
        return MonthCoverage(
            expected_bars=len(coverage.open_ms),
            stored_bars=int(coverage.stored.sum()),
            known_gaps=int(coverage.known_absent.sum()),
            made=self._made_of.stored_candles(market, month, *whose),
            doubts=self._doubts(market, month, gaps, start, until),
        )

    def _doubts(
        self, market: Market, month: Month, gaps: pd.DataFrame, start: datetime, until: datetime
    ) -> tuple[Doubt, ...]:
        """Return the gaps of [start, until) over which nothing may be learned."""
        met = gaps[(gaps["start"] < pd.Timestamp(until)) & (gaps["end"] > pd.Timestamp(start))]
        barred = believed(met) & met["start"].isin(uncrossable(met)["start"])
        doubted = met[barred | ~believed(met)]
        if doubted.empty:
            return ()
        told = asked_for(doubted, self._asks.read(market.key, [month.key]))
        return tuple(
            Doubt(
                gap.start.to_pydatetime(),
                gap.end.to_pydatetime(),
                gap.kind,
                bool(barred[gap.Index]),
                gap.times_asked,
                None if pd.isna(gap.next_ask) else gap.next_ask.to_pydatetime(),
            )
            for gap in rows(told)
        )


def known_until(candles: LakeSnapshot, gaps: LakeSnapshot, market: Market) -> datetime | None:
    """Return the close of the last bar that is stored or a known gap."""
    ends = []
    last = candles.last(market)
    ends += [last + market.bar] if last is not None else []
    month = gaps.last_month(market)
    if month is not None:
        known = gaps.read(market, [month])
        ends += known.loc[believed(known), "end"].dt.to_pydatetime().tolist()
    return max(ends, default=None)
