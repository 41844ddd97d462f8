"""The end of a market in the ledger of gaps: from its last candle on it was delisted.

Such a stretch is no silence that somebody might have missed: the venue itself lists the market no
more. It is asked for again where the market is listed again.
"""

from datetime import datetime, timedelta

import pandas as pd

from traderai_assets.domain.candles.gap_classes import ENDED


def with_end(gaps: pd.DataFrame, start: datetime, end: datetime, bar: timedelta) -> pd.DataFrame:
    """Return the ledger with [start, end) as the end of the market, whatever it was before.

    Parameters
    ----------
    gaps : DataFrame
        Of one month, oldest first; what lies behind `start` is absent.
    start : datetime
        Close of the last candle, or the month's start behind it.
    end : datetime
        As far as the month has come.
    bar : timedelta
    """
    before = gaps[gaps["start"] < start].copy()
    cut = before["end"] > start
    # Flat bars before the last candle's close may have been one silence with what came after it
    lost = (before.loc[cut, "end"] - start) // bar
    before.loc[cut, "absent_bars"] = (before.loc[cut, "absent_bars"] - lost).clip(lower=0)
    before.loc[cut, "end"] = start
    row = {
        "start": start,
        "end": end,
        "absent_bars": (end - start) // bar,
        "flat_bars": 0,
        "kind": ENDED.name,
    }
    over = pd.DataFrame([row]).reindex(columns=gaps.columns).astype(gaps.dtypes.to_dict())
    return pd.concat([before, over], ignore_index=True) if len(before) else over


def without_end(gaps: pd.DataFrame) -> pd.DataFrame:
    """Return the ledger without the end of the market."""
    return gaps[gaps["kind"] != ENDED.name]
