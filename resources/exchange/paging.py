"""Paging: a span of candles as contiguous pages, advancing by time.

ccxt's `paginate` loses data, and stepping by the number of rows or stopping at an empty page loses
what lies behind an outage. Each page here is final: a caller may store it and go on after it.

What counts as closed. The exchange's clock decides, not ours; but a clock may be wrong, and a bar
stored while open is a lie for good. So for the last CLOCK_DOUBT before its reading the clock is
believed only as far as the answer bears it out: a bar is closed when a later one exists. Where an
exchange prints no bars without trades, the last bar of a quiet market waits for the next trade.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pandas as pd

from resources.exchange.source import CandleSource, Clock
from traderai_assets.domain.candles.ask_ledger import CLOCK_DOUBT
from traderai_assets.domain.candles.frames import bar_at, first_bar_from
from traderai_assets.domain.candles.judging import Judgement
from traderai_assets.domain.candles.merging import second_look
from traderai_assets.domain.markets import Market

# In seconds. An old reading errs to the safe side: it leaves out bars that closed since.
MAX_CLOCK_AGE = 1.0
# A page that lacks bars is asked for them again, as long as that brings any. The first time heals
# a passing fault; the others serve exchanges that hand out less at a time than ccxt believes.
MAX_ANSWERS = 10


@dataclass(frozen=True)
class CandlePage:
    """What an exchange says about [start, end).

    Attributes
    ----------
    named_from, named_to : datetime or None
        Open times of the first and last bar that its answers named, also outside of the page.
    served_from : datetime or None
        Where it serves nothing that opens before this, whatever it is asked.
    """

    start: datetime
    end: datetime
    candles: pd.DataFrame
    quarantined: pd.DataFrame
    named_from: datetime | None = None
    named_to: datetime | None = None
    served_from: datetime | None = None


class CandleReader:
    """Reads one market's candles from an open client that has listed its markets."""

    def __init__(self, client: Any, market: Market, clock: Clock, *, again: bool = False) -> None:
        self._source = CandleSource(client, market, clock)
        self._bar = market.bar
        self._clock = clock
        # What was not served before, and is not now, need not be asked for twice in one breath
        self._answers = 1 if again else MAX_ANSWERS

    @property
    def served_from(self) -> datetime | None:
        """Where the exchange serves nothing that opens before this; None where that is unknown."""
        return self._source.served_from

    def pages(self, start: datetime, end: datetime) -> Iterator[CandlePage]:
        """Yield pages that cover [start, end) as far as bars are closed; see the module."""
        cursor, now = start, self._time()
        while cursor < end:
            if bar_at(now, self._bar) <= cursor:
                now = self._time()  # Bars have closed while a long span was read
            last = min(end, bar_at(now, self._bar))
            if last <= cursor:
                return
            page = self._page(cursor, last, now)
            if page.end <= cursor:
                return
            yield page
            cursor = page.end

    def _time(self) -> datetime:
        self._source.retry.begin()
        return self._clock(MAX_CLOCK_AGE)

    def _page(self, start: datetime, last: datetime, now: datetime) -> CandlePage:
        self._source.retry.begin()
        end = min(last, bar_at(start, self._bar) + self._source.page_bars * self._bar)
        first = judgement = self._source.ask(start, end, now)
        answers = [first]
        most = self._answers if first.candles.empty else MAX_ANSWERS
        for _ in range(most - 1):
            lacking = self._lacking(judgement, start, end)
            if lacking is None:
                break
            before = len(judgement.candles)
            answers.append(self._source.ask(*lacking, now))
            judgement = second_look(judgement, answers[-1])
            if len(judgement.candles) == before:
                break
        if self._is_empty_until_later(judgement, end):
            end = min(last, bar_at(judgement.oldest or end, self._bar))
        page = CandlePage(
            start,
            end,
            judgement.candles,
            judgement.quarantined,
            named_from=min((one.oldest for one in answers if one.oldest), default=None),
            named_to=max((one.newest for one in answers if one.newest), default=None),
            served_from=self._source.served_from,
        )
        return self._proven(page, now, judgement.newest)

    def _lacking(
        self, judgement: Judgement, start: datetime, end: datetime
    ) -> tuple[datetime, datetime] | None:
        """The stretch from the first to the last bar of the page that is absent and served."""
        reach = max(start, min(self._source.served_from or start, end))
        grid = pd.date_range(
            first_bar_from(reach, self._bar), end, freq=self._bar, inclusive="left"
        )
        absent = grid[~grid.isin(judgement.candles["open_time"])]
        if absent.empty:
            return None
        return absent[0].to_pydatetime(), absent[-1].to_pydatetime() + self._bar

    def _proven(self, page: CandlePage, now: datetime, newest: datetime | None) -> CandlePage:
        """The page as far as its bars are certainly closed."""
        certain = max(now - CLOCK_DOUBT, newest or page.start)
        end = min(page.end, bar_at(certain, self._bar))
        kept = page.candles["open_time"] < pd.Timestamp(end)
        return replace(page, end=end, candles=page.candles[kept].reset_index(drop=True))

    def _is_empty_until_later(self, judgement: Judgement, end: datetime) -> bool:
        """Whether nothing lies between this page and the first candle that the exchange named.

        It went looking for the next one, or it has none that are older.
        """
        knows = self._source.history_is_whole or self._source.served_from is not None
        return (
            knows
            and judgement.oldest is not None
            and judgement.oldest > end
            and judgement.quarantined.empty
        )
