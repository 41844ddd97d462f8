"""How much is proved of a month in one run, so that it is seconds for years and a blink live.

A short stretch of bars around a midnight costs little and finds whatever needs the next bars, or
all of those at hand. The whole month also finds what reaches far ahead.
"""

from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from traderai_assets.domain.features.catalogue import CATALOGUE
from traderai_assets.domain.features.lookahead import Leak, find_leaks
from traderai_assets.domain.features.spec import FeatureSpec
from traderai_assets.domain.months import Month

# Bars compared before a cut beyond the longest warm-up, and bars altered after it
COMPARED_BARS = 96
ALTERED_BARS = 192


def month_cuts(
    candles: pd.DataFrame, *, month: Month, seed: int, count: int
) -> tuple[datetime, ...]:
    """Draw `count` bars of the month, besides the last of a day and the first of the next.

    The last candle is never drawn: nothing comes after it.
    """
    opened = candles["open_time"].iloc[:-1]
    inside = opened[opened.searchsorted(pd.Timestamp(month.start)) :]
    inside = inside[: inside.searchsorted(pd.Timestamp(month.end))]
    if inside.empty:
        return ()
    random = np.random.default_rng(seed)
    starts = np.flatnonzero(inside.dt.day.diff().to_numpy() != 0)
    start = int(random.choice(starts))
    rows = {start, max(start - 1, 0), *random.integers(0, len(inside), count).tolist()}
    return tuple(inside.iloc[row].to_pydatetime() for row in sorted(rows))


def prove_month(
    candles: pd.DataFrame,
    *,
    month: Month,
    bar: timedelta,
    seed: int,
    count: int = 1,
    catalogue: tuple[FeatureSpec, ...] = CATALOGUE,
) -> list[Leak]:
    """Try every altered future of a whole month at `count` bars and one midnight of it."""
    cuts = month_cuts(candles, month=month, seed=seed, count=count)
    return find_leaks(candles, month=month, bar=bar, cuts=cuts, seed=seed, catalogue=catalogue)


def prove_stretch(
    candles: pd.DataFrame,
    *,
    month: Month,
    bar: timedelta,
    seed: int,
    count: int = 2,
    catalogue: tuple[FeatureSpec, ...] = CATALOGUE,
) -> list[Leak]:
    """Try every altered future of a few bars around one midnight of the month."""
    drawn = month_cuts(candles, month=month, seed=seed, count=0)
    if not drawn:
        return []
    middle = int(candles["open_time"].searchsorted(pd.Timestamp(drawn[-1])))
    memory = max(spec.warm_up_bars for spec in catalogue) + COMPARED_BARS
    stretch = candles.iloc[max(middle - memory, 0) : middle + ALTERED_BARS].reset_index(drop=True)
    near = stretch.iloc[max(min(middle, memory) - COMPARED_BARS // 2, 0) : -ALTERED_BARS // 2]
    cuts = {*drawn, *month_cuts(near, month=month, seed=seed, count=count)}
    return find_leaks(
        stretch, month=month, bar=bar, cuts=sorted(cuts), seed=seed, catalogue=catalogue
    )
