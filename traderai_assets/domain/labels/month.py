"""The labels of one month: those that became known in it."""

from datetime import timedelta

import pandas as pd

from traderai_assets.domain.labels.barriers import MINIMUM_WIDTH, label_memory
from traderai_assets.domain.labels.outcomes import label_bars
from traderai_assets.domain.months import Month


def month_labels(
    candles: pd.DataFrame,
    *,
    month: Month,
    bar: timedelta,
    horizon_bars: int,
    multiple: float,
    minimum_width: float = MINIMUM_WIDTH,
) -> pd.DataFrame:
    """Labels that became known in `month`: month.start < label_end <= month.end.

    A pure function of the candles that open in [month.start - label_memory, month.end): others
    are left aside first. Arguments and columns are those of `label_bars`.

    Raises
    ------
    InvalidSettings
        If the horizon is so long that the month before would not hold the look-back.
    """
    opened = candles["open_time"]
    first = month.start - label_memory(bar, horizon_bars)
    labels = label_bars(
        candles[(opened >= first) & (opened < month.end)],
        bar=bar,
        horizon_bars=horizon_bars,
        multiple=multiple,
        minimum_width=minimum_width,
    )
    return labels[labels["label_end"] > month.start].reset_index(drop=True)
