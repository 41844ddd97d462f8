"""Absent bars of a market: which are due to be asked for again, and which nobody believes yet.

What the ledgers say of a month is worked out once for each version of them: a tick looks at every
market, and a ledger seldom changes.
"""

from collections import OrderedDict
from datetime import datetime, timedelta

import pandas as pd

from sensors.tick_view import TickView
from traderai_assets.domain.candles.ask_ledger import CLOCK_DOUBT
from traderai_assets.domain.candles.gap_classes import believed
from traderai_assets.domain.candles.gap_confirmation import asked_for, is_due
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month, months_between
from traderai_assets.schemas.candles import CANDLE_ASKS, CANDLE_GAPS, CANDLES
from traderai_assets.strategies import months_made

_MONTHS_REMEMBERED = 20_000
# Content hashes of both ledgers -> the gaps as `asked_for` tells them; the oldest go first
_remembered: OrderedDict[tuple[str, str], pd.DataFrame] = OrderedDict()


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
        for key in view.table(CANDLE_GAPS).content_hashes(market.key):
            month = Month.parse(key)
            if month >= oldest:
                self._look_at(month, _told(view, market, month))

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


def _told(view: TickView, market: Market, month: Month) -> pd.DataFrame:
    """Return the month's gaps as the ledgers tell them; silence up to now is the update's."""
    gaps, asks = view.table(CANDLE_GAPS), view.table(CANDLE_ASKS)
    version = gaps.content_hash(market.key, month.key), asks.content_hash(market.key, month.key)
    if version not in _remembered:
        known, asked = (table.read(market.key, [month.key]) for table in (gaps, asks))
        _remembered[version] = asked_for(known, asked)
        if len(_remembered) > _MONTHS_REMEMBERED:
            _remembered.popitem(last=False)
    told = _remembered[version]
    last = view.table(CANDLES).summary(market.key, month.key).last
    followed = told["end"] <= (pd.NaT if last is None else pd.Timestamp(last))
    return told[followed | (told["end"] == month.end)]
