"""Market pictures: candles with what a strategy did, said and left unsaid on them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pandas as pd

from resources.lake.resource import LakeResource
from traderai_assets.domain.candles.frames import first_bar_from
from traderai_assets.domain.candles.resampling import longer_bar, resampled_candles
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month, months_between
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.report.decided_again import DecidedBars, decided_again
from traderai_assets.report.period import Period
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.models import OUT_OF_SAMPLE
from traderai_assets.schemas.predictions import PREDICTIONS
from traderai_assets.settings import Settings
from traderai_assets.status.words import words_between

MOST_BARS, MOST_MARKETS = 800, 3


@dataclass(frozen=True, eq=False)
class MarketPicture:
    """Candles of one market over one stretch, joined to as many as fit.

    Attributes
    ----------
    market, title : str
    bar, length : timedelta
        Of the stored bars, and of those that are drawn.
    candles : DataFrame
        As `CANDLES`, resampled.
    trades, signals : DataFrame
        Of the stretch.
    words : DataFrame
        open_time and word of stored bars; empty where bars are joined: which word stands for many?
    said, tested : DataFrame
        open_time and probability, of bars as they are drawn: said live, and by folds of later
        models that had not learnt from the bar.
    decided : DecidedBars or None
        What the model of each month says of bars that stand one by one; None where they are joined.
    """

    market: str
    title: str
    bar: timedelta
    length: timedelta
    candles: pd.DataFrame
    trades: pd.DataFrame
    signals: pd.DataFrame
    words: pd.DataFrame
    said: pd.DataFrame
    tested: pd.DataFrame
    decided: DecidedBars | None = None


def market_pictures(
    lake: LakeResource,
    settings: Settings,
    strategy: Strategy,
    period: Period,
    trades: Mapping[str, pd.DataFrame],
    signals: Mapping[str, pd.DataFrame],
    *,
    markets: Sequence[str] = (),
) -> list[MarketPicture]:
    """Return two pictures of each market: the whole period, and the latest bars one by one.

    Parameters
    ----------
    lake, settings, strategy, period
    trades, signals : mapping of str to DataFrame
        By market, of the period.
    markets : sequence of str
        Keys; empty is the three with the most trades and signals.
    """
    known = set(lake.snapshot(CANDLES).markets())
    counts = {
        key: sum(len(found.get(key, ())) for found in (trades, signals))
        for key in {*trades, *signals} & known
    }
    chosen = markets or sorted(counts, key=lambda key: (-counts[key], key))[:MOST_MARKETS]
    found = []
    for key in chosen:
        ends = _ends(lake, Market.parse(key), period)
        if ends is None:
            continue
        start, end = ends
        bar = Market.parse(key).bar
        latest = max(start, end - MOST_BARS * bar)
        stretches = [("latest bars", latest)] if latest > start else []
        for title, first in [("whole period", start), *stretches]:
            own = Period(first, end)
            empty = pd.DataFrame()
            found.append(
                _picture(
                    lake, settings, strategy, Market.parse(key), title, first, end,
                    trades=own.of(trades[key], "entry_time") if key in trades else empty,
                    signals=own.of(signals[key], "open_time") if key in signals else empty,
                )
            )  # fmt: skip
    return found


def _ends(lake: LakeResource, market: Market, period: Period) -> tuple[datetime, datetime] | None:
    """Return where the period begins and ends within what is stored; None where nothing is."""
    table = lake.snapshot(CANDLES)
    months = table.months(market)
    first = table.summary(market, months[0]).first if months else None
    last = table.last(market)
    if first is None or last is None:
        return None
    end = last + market.bar
    start = max(first, first_bar_from(period.since, market.bar)) if period.since else first
    end = min(end, first_bar_from(period.until, market.bar)) if period.until else end
    return (start, end) if start < end else None


def _picture(
    lake: LakeResource,
    settings: Settings,
    strategy: Strategy,
    market: Market,
    title: str,
    start: datetime,
    end: datetime,
    *,
    trades: pd.DataFrame,
    signals: pd.DataFrame,
) -> MarketPicture:
    months = [month.key for month in months_between(start, end)]
    own, stretch = lake.of(strategy), Period(start, end)
    stored = stretch.of(lake.snapshot(CANDLES).read(market, months), "open_time")
    length = longer_bar(market.bar, int((end - start) / market.bar), MOST_BARS)
    whole = length == market.bar
    words = pd.DataFrame({"open_time": stored["open_time"][:0], "word": pd.Series(dtype="str")})
    if whole:
        words = words_between(lake, settings, strategy, market, start, end)
    return MarketPicture(
        market=market.key,
        title=title,
        bar=market.bar,
        length=length,
        candles=stored if whole else resampled_candles(stored, length),
        trades=trades,
        signals=signals,
        words=words,
        said=_means(
            stretch.of(own.snapshot(PREDICTIONS).read(market, months), "open_time"), length
        ),
        tested=_means(_tested(own, market, stretch), length),
        decided=decided_again(lake, settings, strategy, market, stretch) if whole else None,
    )


def _tested(own: LakeResource, market: Market, stretch: Period) -> pd.DataFrame:
    """Return what folds said of the bars, of each bar that of the model made first after it."""
    table = own.snapshot(OUT_OF_SAMPLE)
    first = Month.of(stretch.since).key if stretch.since else ""
    frames = [
        stretch.of(table.read(market, [month]), "open_time")
        for month in table.months(market)
        if month >= first
    ]
    some = [one for one in frames if len(one)]
    if not some:
        return OUT_OF_SAMPLE.empty()
    return pd.concat(some).drop_duplicates("open_time").sort_values("open_time")


def _means(rows: pd.DataFrame, length: timedelta) -> pd.DataFrame:
    """Return the mean probability of each bar as it is drawn."""
    opened = rows["open_time"].dt.floor(length)
    return rows.groupby(opened)["probability"].mean().reset_index()
