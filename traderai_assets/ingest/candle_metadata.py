"""What the page of a month of candles tells: how many bars are absent, why, what is doubted."""

from typing import Any

import dagster as dg
import numpy as np
import pandas as pd

from traderai_assets.domain.candles.gap_classes import believed
from traderai_assets.domain.candles.gap_confirmation import asked_for, rows
from traderai_assets.domain.numbers import PRICE_DIGITS, shown, significant
from traderai_assets.domain.pictures.candle_chart import Ohlc, candle_chart
from traderai_assets.runs.page import in_percent, overview, picture, trend


def month_metadata(
    candles: pd.DataFrame,
    gaps: pd.DataFrame,
    asks: pd.DataFrame,
    quarantine: pd.DataFrame,
    *,
    title: str,
    is_over: bool,
) -> dict[str, Any]:
    """Return what a person checks first: how many bars are absent and why, and what is doubted.

    Parameters
    ----------
    candles, gaps, asks, quarantine : DataFrame
        Of the month, as they are stored.
    title : str
        Of the picture: market and month.
    is_over : bool
        Whether the month is; of an open one, told at every bar, the whole picture is not drawn.
    """
    told = asked_for(gaps.head(20), asks)
    table = [
        dg.TableRecord(
            {
                "start": str(gap.start),
                "end": str(gap.end),
                "absent": int(gap.absent_bars),
                "flat": int(gap.flat_bars),
                "kind": str(gap.kind),
                "times asked": int(gap.times_asked),
                "asked again": "" if pd.isna(gap.next_ask) else str(gap.next_ask),
            }
        )
        for gap in rows(told)
    ]
    return {
        "absent_bars": int(gaps["absent_bars"].sum()),
        "doubted_bars": int(gaps.loc[~believed(gaps), "absent_bars"].sum()),
        **(_prices(candles, title, is_over=is_over) if len(candles) else {}),
        "gaps": len(gaps),
        "refused_rows": len(quarantine),
        **({"first_gaps": dg.MetadataValue.table(table)} if table else {}),
    }


def _prices(candles: pd.DataFrame, title: str, *, is_over: bool) -> dict[str, Any]:
    opens, highs, lows, closes = (
        candles[name].to_numpy(np.float64) for name in ("open", "high", "low", "close")
    )
    last, volume = float(closes[-1]), float(candles["volume"].sum())
    of_month = (opens[0], highs.max(), lows.min(), last)
    row = [*(shown(float(price), PRICE_DIGITS) for price in of_month), shown(volume)]
    told = {
        "close": last,
        "month_return_percent": in_percent(last / opens[0] - 1.0),
        **trend(closes, f"close, {title}"),
        **overview(["open", "high", "low", "close", "volume in base"], [row]),
        "volume": significant(volume),
    }
    if is_over:
        times = candles["open_time"].to_numpy("datetime64[ms]")
        drawn = candle_chart(Ohlc(times, opens, highs, lows, closes), title=title, unit="in quote")
        told |= picture(drawn, f"candles, {title}")
    return told
