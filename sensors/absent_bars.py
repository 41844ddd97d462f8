"""Absent bars of a market: which are due to be asked for again, and which nobody believes yet.

What the ledgers say of a month is worked out once for each version of them: a tick looks at every
market, and a ledger seldom changes.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

import pandas as pd

from resources.lake.remembered import Remembered
from sensors.tick_view import TickView
from traderai_assets.domain.candles.ask_ledger import CLOCK_DOUBT
from traderai_assets.domain.candles.delisting import without_end
from traderai_assets.domain.candles.gap_classes import believed
from traderai_assets.domain.candles.gap_confirmation import asked_for, is_due
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month, months_between
from traderai_assets.ingest.known_until import known_until
from traderai_assets.schemas.candles import CANDLE_ASKS, CANDLE_GAPS, CANDLES
from traderai_assets.strategies import months_made

_MONTHS_REMEMBERED = 20_000


class _Ledgers(NamedTuple):
    """What the ledgers of a month say: its gaps as `asked_for` tells them, and of all together.

    When the first of them is due, when the last was asked for, and whether all are believed.
    """

    told: pd.DataFrame
    first_due: datetime | None
    last_asked: datetime | None
    believed: bool

    def says_nothing_at(self, now: datetime) -> bool:
        """Whether nothing is due by then and nothing doubted: most months at most ticks."""
        due = self.first_due is not None and self.first_due <= now
        ahead = self.last_asked is not None and self.last_asked > now + CLOCK_DOUBT
        return self.believed and not due and not ahead


_remembered: Remembered[_Ledgers] = Remembered(_MONTHS_REMEMBERED)
_known: Remembered[datetime | None] = Remembered(2_000)
_whole: Remembered[bool] = Remembered(_MONTHS_REMEMBERED)


class AbsentBars:
    """What one tick finds of a market's gaps, as far back as its history is kept.

    Attributes
    ----------
    due : list of Month
        Months that hold absent bars which are to be asked for now, oldest first.
    since : datetime
        Since when the first of them is due.
    """

    def __init__(self, view: TickView, market: Market, now: datetime) -> None:
        self._market = market
        self._now = now
        self.due: list[Month] = []
        self.since = now
        self._months_made = months_made(view.settings, market.bar)
        self._due_bars = 0
        self._doubted: list[pd.DataFrame] = []
        oldest = Month.of(now - timedelta(days=view.settings.history_days))
        for key in view.table(CANDLE_GAPS).content_hashes(market):
            month = Month.parse(key)
            if month < oldest:
                continue
            ledgers = _ledgers(view, market, month)
            if not ledgers.says_nothing_at(now):
                self._look_at(month, _followed(view, market, month, ledgers.told))

    def _look_at(self, month: Month, told: pd.DataFrame) -> None:
        due = told[is_due(told, self._now, clock_doubt=CLOCK_DOUBT)]
        if len(due):
            self.due.append(month)
            self._due_bars += int(due["absent_bars"].sum())
            self.since = min(self.since, due["next_ask"].min().to_pydatetime())
        doubted = told[~believed(told)]
        if len(doubted):
            self._doubted.append(doubted)

    @property
    def months(self) -> list[Month]:
        """What a run has to take: all from the first to the last, and what is made of those."""
        last = min(self.due[-1].shift(self._months_made), Month.of(self._now))
        return months_between(self.due[0].start, last.end)

    @property
    def sentence(self) -> str:
        """What is asked for again."""
        months = ", ".join(month.key for month in self.due[:3])
        more = f" and {len(self.due) - 3} more" if len(self.due) > 3 else ""
        return (
            f"{self._due_bars} absent bars of {self._market.key} in {months}{more} are due to be "
            "asked for again"
        )

    @property
    def doubted(self) -> str:
        """What nobody believes yet, and when it is asked for again; empty where all is believed."""
        if not self._doubted:
            return ""
        doubted = pd.concat(self._doubted)
        return (
            f"{doubted['absent_bars'].sum()} absent bars from {doubted['start'].min():%Y-%m-%d} on "
            f"are not believed to be absent, and asked for again from "
            f"{doubted['next_ask'].min():%Y-%m-%d %H:%M} UTC on"
        )


def known_until_of(view: TickView, market: Market) -> datetime | None:
    """Return `known_until`, worked out once for what it is read from."""
    candles, gaps = view.table(CANDLES), view.table(CANDLE_GAPS)
    month = gaps.last_month(market)
    version = market.key, candles.last(market), month and gaps.content_hash(market, month)
    return _known.of(version, lambda: known_until(candles, gaps, market))


def ends_in_gap(view: TickView, market: Market, month: Month) -> bool:
    """Whether a gap that has an end reaches the end of the month."""
    gaps = view.table(CANDLE_GAPS)

    def worked_out() -> bool:
        ended = without_end(gaps.read(market, [month]))
        return bool((ended["end"] >= month.end).any())

    return _whole.of(gaps.content_hash(market, month), worked_out)


def _ledgers(view: TickView, market: Market, month: Month) -> _Ledgers:
    gaps, asks = view.table(CANDLE_GAPS), view.table(CANDLE_ASKS)
    version = gaps.content_hash(market, month), asks.content_hash(market, month)
    return _remembered.of(
        version, lambda: _summed_up(*(table.read(market, [month]) for table in (gaps, asks)))
    )


def _summed_up(gaps: pd.DataFrame, asks: pd.DataFrame) -> _Ledgers:
    told = asked_for(gaps, asks)
    first_due, last_asked = told["next_ask"].min(), told["last_asked"].max()
    return _Ledgers(
        told,
        None if pd.isna(first_due) else first_due.to_pydatetime(),
        None if pd.isna(last_asked) else last_asked.to_pydatetime(),
        bool(believed(told).all()),
    )


def _followed(view: TickView, market: Market, month: Month, told: pd.DataFrame) -> pd.DataFrame:
    """Return the gaps that candles follow, or the next month; silence up to now is the update's."""
    last = view.table(CANDLES).summary(market, month).last
    followed = told["end"] <= (pd.NaT if last is None else pd.Timestamp(last))
    return told[followed | (told["end"] == month.end)]
