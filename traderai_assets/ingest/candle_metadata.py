"""What the page of a month of candles tells: how many bars are absent, why, what is doubted."""

from typing import Any

import dagster as dg
import pandas as pd

from traderai_assets.domain.candles.gap_classes import believed
from traderai_assets.domain.candles.gap_confirmation import asked_for, rows


def month_metadata(
    gaps: pd.DataFrame, asks: pd.DataFrame, quarantine: pd.DataFrame
) -> dict[str, Any]:
    """Return what a person checks first: how many bars are absent and why, and what is doubted."""
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
        "gaps": len(gaps),
        "refused_rows": len(quarantine),
        **({"first_gaps": dg.MetadataValue.table(table)} if table else {}),
    }
