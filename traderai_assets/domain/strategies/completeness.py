"""Completeness: up to which day the records of all markets are whole, so that they can be judged.

A look is spent once. One that is taken while a market's past is still being made would be taken of
another record than the strategy has.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from traderai_assets.domain.months import Month

_DAY = pd.Timedelta(days=1)


@dataclass(frozen=True)
class RecordedMarket:
    """What is known of one market of a record.

    Attributes
    ----------
    recorded : sequence of Month
        Months with recorded days, rising, at least one.
    last_day : Timestamp
        The last recorded day.
    candles : sequence of Month
        Months with candles.
    known_until : datetime or None
        Close of the last candle; None where the candles are gone.
    """

    recorded: Sequence[Month]
    last_day: pd.Timestamp
    candles: Sequence[Month]
    known_until: datetime | None

    def whole_until(self) -> pd.Timestamp | None:
        """Return the first moment that is not recorded and could be; None where all of it is."""
        have = set(self.recorded)
        for month in self.candles:
            if self.recorded[0] < month < self.recorded[-1] and month not in have:
                return pd.Timestamp(month.start)
        end = self.last_day + _DAY
        return end if self.known_until and pd.Timestamp(self.known_until) > end else None


def whole_until(markets: Mapping[str, RecordedMarket]) -> pd.Timestamp | None:
    """Return the midnight before which the record lacks nothing; None where there is no record.

    A market whose candles have ended is waited for no longer, once they are recorded.
    """
    if not markets:
        return None
    ends = [end for one in markets.values() if (end := one.whole_until()) is not None]
    return min(ends) if ends else max(one.last_day for one in markets.values()) + _DAY
