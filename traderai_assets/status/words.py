"""Words: what a strategy said of each of a market's latest bars, as a person asks for it.

Derived on read from what is stored; intervals too, for they cost a live update nothing so.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from resources.lake.resource import LakeResource
from resources.lake.snapshot import LakeSnapshot
from traderai_assets.domain.champions.silence import silent_words
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import months_between
from traderai_assets.domain.numbers import percent, significant
from traderai_assets.domain.signals.bar_words import bar_words
from traderai_assets.domain.signals.intervals import return_intervals
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.domain.words import OUTLIER
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.labels import LABELS
from traderai_assets.schemas.predictions import PREDICTIONS
from traderai_assets.schemas.signals import SIGNALS
from traderai_assets.schemas.tables import ALL_MONTHS, Table
from traderai_assets.settings import Settings

# What intervals are learnt from, before the first that is shown
_LEARNT_FROM = timedelta(days=31)
Read = Callable[[Table], pd.DataFrame]


@dataclass(frozen=True)
class BarWords:
    """The words of some bars, and what they come to.

    Attributes
    ----------
    rows : list of dict
        A row a bar, newest first: bar, word, and of those predicted probability, lower and upper
        end of the return's interval.
    counts : dict
        How often each word was said.
    outlier_rate, coverage : float or None
        Share of outliers among predicted bars, and of known returns inside of their interval; None
        of none.
    """

    rows: list[dict[str, Any]]
    counts: dict[str, int]
    outlier_rate: float | None
    coverage: float | None


def words_between(
    lake: LakeResource,
    settings: Settings,
    strategy: Strategy,
    market: Market,
    start: datetime,
    end: datetime,
) -> pd.DataFrame:
    """Return open_time and word of each bar from that which opens at `start` to before `end`.

    Both are times at which bars open. Bars before the market's first features have no word.
    """
    read = _reader(lake, strategy, market, start, end)
    times = pd.date_range(start, end, freq=market.bar, inclusive="left", unit="ms")
    times = times[times >= _first_bar(lake.snapshot(FEATURES), market, end)]
    last = lake.snapshot(CANDLES).last(market)
    history = lake.snapshot(CHAMPIONS).read(market, [ALL_MONTHS])
    closes = pd.Series(times + market.bar, times)
    return bar_words(
        read(CANDLES)[["open_time"]],
        read(FEATURES),
        read(PREDICTIONS),
        read(SIGNALS),
        silent_words(history, strategy.name, closes),
        known_until=None if last is None else last + market.bar,
        bar=market.bar,
        horizon_bars=settings.of(strategy.name).longest_horizon,
    )


def _first_bar(features: LakeSnapshot, market: Market, end: datetime) -> pd.Timestamp:
    """When the market's first bar with features opened; `end` where there is none."""
    months = features.months(market)
    first = features.summary(market, months[0]).first if months else None
    return pd.Timestamp(end if first is None else first)


def latest_words(
    lake: LakeResource, settings: Settings, strategy: Strategy, market: Market, bars: int
) -> BarWords:
    """Say the words of the market's latest closed bars, with intervals and how these held."""
    last = lake.snapshot(CANDLES).last(market)
    if last is None:
        return BarWords([], {}, None, None)
    end = last + market.bar
    start = end - bars * market.bar
    words = words_between(lake, settings, strategy, market, start, end)
    # Intervals need what was said before
    read = _reader(lake, strategy, market, start - _LEARNT_FROM, end)
    predictions = read(PREDICTIONS)
    intervals = return_intervals(predictions, read(LABELS), bar=market.bar)
    told = words.merge(predictions[["open_time", "probability"]], on="open_time", how="left")
    told = told.merge(intervals, on="open_time", how="left")
    predicted = told["probability"].notna()
    covered = told["covered"].dropna()
    return BarWords(
        [_row(one) for one in told.iloc[::-1].to_dict("records")],
        {str(word): int(n) for word, n in told["word"].value_counts().items()},
        float((told.loc[predicted, "word"] == OUTLIER).mean()) if predicted.any() else None,
        float(covered.mean()) if len(covered) else None,
    )


def _reader(
    lake: LakeResource, strategy: Strategy, market: Market, start: datetime, end: datetime
) -> Read:
    months = [month.key for month in months_between(start, end)]
    own = lake.of(strategy)
    return lambda table: own.snapshot(table).read(market, months)


def _row(bar: dict[Any, Any]) -> dict[str, Any]:
    row = {"bar": f"{bar['open_time']:%Y-%m-%d %H:%M}", "word": bar["word"]}
    if pd.isna(bar["probability"]):
        return row
    row["probability"] = significant(bar["probability"], 4)
    return row | {name: percent(bar[name], 3) for name in ("lower", "upper")}
