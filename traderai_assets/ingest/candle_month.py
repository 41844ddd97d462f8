"""Ingest: one month of candles, page by page, with what was refused and what is absent.

The order of commits is what makes a kill harmless (docs/adr/0004); how silence comes to be believed
is told in docs/adr/0007.
"""

from datetime import datetime

import pandas as pd

from resources.exchange.paging import CandlePage
from resources.exchange.resource import ExchangeResource
from resources.lake.snapshot import LakeSnapshot
from traderai_assets.domain.candles.ask_ledger import Answer, note_asks
from traderai_assets.domain.candles.coverage import Span
from traderai_assets.domain.candles.delisting import with_end, without_end
from traderai_assets.domain.candles.fetch_plan import Question, questions
from traderai_assets.domain.candles.frames import last_close
from traderai_assets.domain.candles.gap_classes import ENDED, UNREACHABLE
from traderai_assets.domain.candles.gap_confirmation import asked_for, confirmed_gaps, rows
from traderai_assets.domain.candles.gaps import absent_bars, find_gaps
from traderai_assets.domain.candles.importing import unheard_unless_asked
from traderai_assets.domain.candles.listing import listed_from
from traderai_assets.domain.candles.merging import SUPERSEDED, merge_candles
from traderai_assets.domain.candles.quarantine import merge_quarantine
from traderai_assets.domain.errors import CorruptPartition
from traderai_assets.ingest.candle_metadata import month_metadata
from traderai_assets.ingest.ledgers import Ledgers
from traderai_assets.runs.publication import Partition, Publication


class MonthIngest:
    """One month's candles, its refused rows, its gaps and the asks for them, while it is fetched.

    Refused rows are stored before the candles around them, gaps after: whatever the moment of a
    kill, a hole that a refused row left is never taken for the exchange's silence. Asks come last:
    one that is not written down is made again, one written down too soon would be relied upon.
    """

    def __init__(self, part: Partition, publication: Publication, ledgers: Ledgers) -> None:
        self.part = part
        self._publication = publication
        self._ledgers = ledgers
        # As they are stored; of a damaged one nothing, so that it is replaced whatever it says
        self._stored: dict[str, pd.DataFrame] = {}
        self.candles = self._readable(publication.target)
        self.quarantine = self._readable(ledgers.quarantine)
        self.gaps = self._readable(ledgers.gaps)
        self._asks = self._readable(ledgers.asks)
        self._answers: list[Answer] = []
        self._known_until = self._stored_until()

    def fetch(
        self,
        exchange: ExchangeResource,
        now: datetime,
        *,
        refetch: bool = False,
        by_schedule: bool = False,
    ) -> bool:
        """Ask for what is missing or due, store page after page, then classify what is absent.

        Returns whether anything was asked.

        Parameters
        ----------
        exchange : ExchangeResource
        now : datetime
            By the exchange's clock.
        refetch : bool
            Whether to ask for all bars again.
        by_schedule : bool
            Whether to ask for absent bars only when they are due; else for all that are not
            believed to be absent.
        """
        market = self.part.market
        asked = self._questions(now, exchange.tail_bars, refetch, by_schedule)
        for question in asked:
            before = len(self.candles)
            for page in exchange.pages(market, question.start, question.end, again=question.again):
                self.store(page, question.about)
            if question.about is not None and len(self.candles) > before:
                for page in exchange.pages(market, *question.about):
                    self.store(page)
        self._finish(exchange.source(market), now)
        return bool(asked)

    def store(self, page: CandlePage, about: Span | None = None) -> None:
        """Commit one page; a run that is killed later goes on after it."""
        start, end = about or (page.start, page.end)
        self._answers.append(Answer(start, end, page.named_from, page.named_to, page.served_from))
        self._lay_over(page)

    def take(self, page: CandlePage, source: str, now: datetime) -> None:
        """Store what a file says of the month; it is no answer, and nothing counts as asked for."""
        ended = self.gaps[self.gaps["kind"] == ENDED.name]
        self._lay_over(page)
        self._finish(source, now, unheard=True)
        for gap in rows(ended[ended["start"] >= page.end]):
            self.end(gap.start.to_pydatetime(), gap.end.to_pydatetime())

    def _lay_over(self, page: CandlePage) -> None:
        merge = merge_candles(self.candles, page.candles)
        self._known_until = max(self._known_until, page.end)
        self._keep_refused(merge_quarantine(page.quarantined, merge.revisions))
        self.candles = merge.candles
        self.part.put(self.candles)
        self._ledgers.store_candles(self._publication)

    def newly_out_of_reach(self, before: pd.DataFrame) -> int:
        """Return how many bars are known to be out of the exchange's reach, beyond those before."""
        counts = [
            int(gaps.loc[gaps["kind"] == UNREACHABLE.name, "absent_bars"].sum())
            for gaps in (self.gaps, before)
        ]
        return counts[0] if not counts[1] else 0

    def _questions(
        self, now: datetime, tail_bars: int, refetch: bool, by_schedule: bool
    ) -> list[Question]:
        """Return what to ask for: what is missing or due, and the tail that may be revised."""
        month, bar = self.part.month, self.part.market.bar
        tail = last_close(now, bar) - tail_bars * bar
        # A market that is over may be listed again
        told = asked_for(without_end(self.gaps), self._asks)
        # Silence up to now is not known to be a gap until something follows it.
        followed = told["end"] <= self.candles["open_time"].max()
        return questions(
            self.candles,
            told[followed | (told["end"] == month.end)],
            start=month.start,
            end=min(month.end, last_close(now, bar)),
            bar=bar,
            revise_from=month.start if refetch else tail,
            now=now,
            by_schedule=by_schedule,
        )

    def _finish(self, source: str, now: datetime, *, unheard: bool = False) -> None:
        """Classify what is absent as far as was asked, and describe the month for its page."""
        start, end, bar = self.part.month.start, self._known_until, self.part.market.bar
        failed = self.quarantine.loc[self.quarantine["reason"] != SUPERSEDED, "open_time"].dropna()
        absent = absent_bars(self.candles, start=start, end=end, bar=bar)
        before, after = self._neighbours()
        self._asks = note_asks(
            self._asks,
            self.gaps,
            absent,
            self._answers,
            start=start,
            bar=bar,
            now=now,
            before=before,
            after=after,
        )
        silences = find_gaps(
            self.candles,
            start=start,
            end=end,
            bar=bar,
            failed=failed,
            listed_from=None
            if self._has_earlier()
            else listed_from(self.candles, after, start, end),
        )
        known = self.gaps
        self.gaps = confirmed_gaps(silences, self._asks, absent, start=start, bar=bar)
        if unheard:  # What was never asked for is believed to be nothing
            self.gaps = unheard_unless_asked(self.gaps, self._asks, absent, start=start, bar=bar)
        self.part.has_news |= not self.gaps.equals(known)
        self._publish(self._ledgers.gaps, self.gaps)
        self._publish(self._ledgers.asks, self._asks)
        page = self._page(self._known_until >= self.part.month.end)
        self.part.put(self.candles, {**page, "source": source})

    def _page(self, is_over: bool) -> dict[str, object]:
        title, frames = self.part.title, (self.candles, self.gaps, self._asks, self.quarantine)
        return month_metadata(*frames, title=title, is_over=is_over)

    def _neighbours(self) -> tuple[datetime | None, datetime | None]:
        """Return the close of the last candle before the month, the opening of the next after."""
        market, month = self.part.market, self.part.month
        before = self._publication.target.summary(market, month.shift(-1)).last
        after = self._publication.target.summary(market, month.shift(1)).first
        return None if before is None else before + market.bar, after

    def end(self, since: datetime, now: datetime) -> None:
        """Say that the market is over since then, its last candle's close, up to `now`."""
        start = max(since, self.part.month.start)
        until = min(self.part.month.end, last_close(now, self.part.market.bar))
        if start < until:
            self.gaps = with_end(self.gaps, start, until, self.part.market.bar)
            self._publish(self._ledgers.gaps, self.gaps)
        self.part.has_news = True
        self.part.put(self.candles, self._page(until == self.part.month.end))

    def _readable(self, stored: LakeSnapshot) -> pd.DataFrame:
        """Return what is stored of the month; nothing where it is damaged, to be fetched anew."""
        try:
            found = self._publication.read(stored, self.part.market, [self.part.month])
        except CorruptPartition as damage:
            self.part.metadata[f"damaged_{stored.table.name}"] = str(damage)
            return stored.table.empty()
        self._stored[stored.table.name] = found
        return found

    def _stored_until(self) -> datetime:
        """Return the end of what was asked for before: of the last candle, or of a gap after it."""
        asked = without_end(self.gaps)
        ends = [self.candles["open_time"].max() + self.part.market.bar, asked["end"].max()]
        known = [end.to_pydatetime() for end in ends if not pd.isna(end)]
        return max(known, default=self.part.month.start)

    def _has_earlier(self) -> bool:
        stored = self._publication.target.content_hashes(self.part.market)
        return any(month < self.part.month_key for month in stored)

    def _keep_refused(self, found: pd.DataFrame) -> None:
        """Add to the ledger; a refused row stays in it, also where a good one came later."""
        quarantine = merge_quarantine(self.quarantine, found)
        if len(quarantine) > len(self.quarantine):
            self.quarantine = quarantine
            self._publish(self._ledgers.quarantine, quarantine)

    def _publish(self, snapshot: LakeSnapshot, frame: pd.DataFrame) -> None:
        stored = self._stored.get(snapshot.table.name)
        if stored is None or not frame.equals(stored):  # A tick leaves nearly all as they are
            self._stored[snapshot.table.name] = frame
            self._ledgers.store(snapshot, self.part.key, frame)
