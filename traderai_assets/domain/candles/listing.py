"""The listing of a market: when its first candle opened, as its first stored month tells it."""

from datetime import datetime

import pandas as pd

from traderai_assets.domain.months import Month


def listed_from(
    candles: pd.DataFrame, after: datetime | None, start: datetime, end: datetime
) -> datetime | None:
    """Return when a market's first candle opened, if the month may hold it; else None.

    Parameters
    ----------
    candles : DataFrame
        Stored bars of a month before which nothing is stored, oldest first.
    after : datetime or None
        When the first bar stored in the next month opens.
    start, end : datetime
        When the month begins, and as far as it was asked for.

    Returns
    -------
    datetime or None
        `end` where the month holds no candle: it was not listed then. None where the next month
        has its first bar: more likely this one was not served.
    """
    if not candles.empty:
        first: datetime = candles["open_time"].min().to_pydatetime()
        return first
    return None if after == Month.of(start).end else end
