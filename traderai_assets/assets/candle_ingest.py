"""Ingest: one month of candles, page by page, with what was refused and what is absent.

The order of commits is what makes a kill harmless (docs/adr/0004).
"""

from datetime import datetime, timedelta
from typing import Any

import dagster as dg
import pandas as pd

from resources.exchange.resource import ExchangeResource
from resources.lake.resource import LakeResource
from resources.lake.snapshot import LakeSnapshot
from traderai_assets.assets.publication import Partition, Publication
from traderai_assets.domain.candles.coverage import spans_to_fetch
from traderai_assets.domain.candles.ended import with_end, without_end
from traderai_assets.domain.candles.gaps import find_gaps
from traderai_assets.domain.candles.merging import SUPERSEDED, merge_candles
from traderai_assets.domain.candles.quarantine import merge_quarantine
from traderai_assets.domain.errors import CorruptPartition
from traderai_assets.schemas.candles import CANDLE_GAPS, CANDLE_QUARANTINE


class MonthIngest:
    """One month's candles, its refused rows and its gaps, while they are being fetched.

    Refused rows are stored before the candles around them, gaps after: whatever the moment of a
    kill, a hole that a refused row left is never taken for the exchange's silence.
    """

    def __init__(
        self, run_id: str, part: Partition, publication: Publication, lake: LakeResource
    ) -> None:
        self.part = part
        self._run_id = run_id
        self._publication = publication
        self._quarantine_table = lake.snapshot(CANDLE_QUARANTINE)
        self._gaps_table = lake.snapshot(CANDLE_GAPS)
        self.candles = self._readable(publication.target)
        self.quarantine = self._readable(self._quarantine_table)
        self.gaps = self._readable(self._gaps_table)
        self._known_until = self._stored_until()

    def spans(
        self, now: datetime, tail_bars: int, *, refetch: bool
    ) -> list[tuple[datetime, datetime]]:
        """Return what to ask for: what is missing, and the tail that may have been revised."""
        month, bar = self.part.month, self.part.market.bar
        end = min(month.end, last_close(now, bar))
        tail = last_close(now, bar) - tail_bars * bar
        # Silence up to now is not known to be a gap until something follows it.
        gaps = without_end(self.gaps)  # A market that is over may be listed again
        followed = gaps["end"] <= self.candles["open_time"].max()
        return spans_to_fetch(
            self.candles,
            gaps[followed | (gaps["end"] == month.end)],
            start=month.start,
            end=end,
            bar=bar,
            revise_from=month.start if refetch else tail,
        )

    def store(self, fetched: pd.DataFrame, refused: pd.DataFrame, until: datetime) -> None:
        """Commit one page; a run that is killed later goes on after it."""
        merge = merge_candles(self.candles, fetched)
        self._known_until = max(self._known_until, until)
        self._keep_refused(merge_quarantine(refused, merge.revisions))
        self.candles = merge.candles
        self.part.put(self.candles)
        self._publication.commit()

    def finish(self, source: str) -> None:
        """Classify what is absent as far as was asked, and describe the month for its page."""
        month, end = self.part.month, self._known_until
        failed = self.quarantine.loc[self.quarantine["reason"] != SUPERSEDED, "open_time"].dropna()
        self.gaps = find_gaps(
            self.candles,
            start=month.start,
            end=end,
            bar=self.part.market.bar,
            failed=failed,
            listed_from=self._listed_from(end),
        )
        self._publish(self._gaps_table, self.gaps)
        self.part.put(
            self.candles, {"source": source, **month_metadata(self.gaps, self.quarantine)}
        )

    def fetch(self, exchange: ExchangeResource, now: datetime, *, refetch: bool = False) -> bool:
        """Ask for what is missing, store page after page, then classify what is absent.

        Returns whether anything was asked.
        """
        spans = self.spans(now, exchange.tail_bars, refetch=refetch)
        for start, end in spans:
            for page in exchange.pages(self.part.market, start, end):
                self.store(page.candles, page.quarantined, page.end)
        self.finish(exchange.source(self.part.market.exchange))
        return bool(spans)

    def end(self, since: datetime, now: datetime) -> None:
        """Say that the market is over since then, its last candle's close, up to `now`."""
        start = max(since, self.part.month.start)
        until = min(self.part.month.end, last_close(now, self.part.market.bar))
        if start < until:
            self.gaps = with_end(self.gaps, start, until, self.part.market.bar)
            self._publish(self._gaps_table, self.gaps)
        self.part.put(self.candles, month_metadata(self.gaps, self.quarantine))

    def _readable(self, stored: LakeSnapshot) -> pd.DataFrame:
        """Return what is stored of the month; nothing where it is damaged, to be fetched anew."""
        try:
            return stored.read(self.part.market.key, [self.part.month_key])
        except CorruptPartition as damage:
            self.part.metadata[f"damaged_{stored.table.name}"] = str(damage)
            return stored.table.empty()

    def _stored_until(self) -> datetime:
        """Return the end of what was asked for before: of the last candle, or of a gap after it."""
        asked = without_end(self.gaps)
        ends = [self.candles["open_time"].max() + self.part.market.bar, asked["end"].max()]
        known = [end.to_pydatetime() for end in ends if not pd.isna(end)]
        return max(known, default=self.part.month.start)

    def _listed_from(self, end: datetime) -> datetime | None:
        """Return when the market's first candle opened, if this month may hold it."""
        earlier = self._publication.target.content_hashes(self.part.market.key)
        if any(month < self.part.month_key for month in earlier):
            return None
        first = self.candles["open_time"].min()
        return end if self.candles.empty else first.to_pydatetime()

    def _keep_refused(self, found: pd.DataFrame) -> None:
        """Add to the ledger; a refused row stays in it, also where a good one came later."""
        quarantine = merge_quarantine(self.quarantine, found)
        if len(quarantine) > len(self.quarantine):
            self.quarantine = quarantine
            self._publish(self._quarantine_table, quarantine)

    def _publish(self, snapshot: LakeSnapshot, frame: pd.DataFrame) -> None:
        snapshot.publish(
            {self.part.key: frame}, run_id=self._run_id, code_version=self._publication.code_version
        )


def last_close(now: datetime, bar: timedelta) -> datetime:
    """Return the close of the last bar that is closed at `now`."""
    epoch = datetime.fromtimestamp(0, tz=now.tzinfo)
    return now - (now - epoch) % bar


def month_metadata(gaps: pd.DataFrame, quarantine: pd.DataFrame) -> dict[str, Any]:
    """Return what a person checks first: how many bars are absent and why."""
    rows = [
        dg.TableRecord(
            {
                "start": str(gap["start"]),
                "end": str(gap["end"]),
                "absent": int(gap["absent_bars"]),
                "flat": int(gap["flat_bars"]),
                "kind": str(gap["kind"]),
            }
        )
        for gap in gaps.head(20).to_dict("records")
    ]
    return {
        "absent_bars": int(gaps["absent_bars"].sum()),
        "gaps": len(gaps),
        "refused_rows": len(quarantine),
        **({"first_gaps": dg.MetadataValue.table(rows)} if rows else {}),
    }
