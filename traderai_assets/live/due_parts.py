"""What of a market and month a live tick has to make; what is up to date is left alone."""

import zlib
from datetime import datetime, timedelta

import pandas as pd

from resources.lake.snapshot import LakeSnapshot
from traderai_assets.domain.champions.periods import ChampionPeriod, champion_periods
from traderai_assets.domain.markets import Market
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.runs.partition import Partition
from traderai_assets.runs.publication import Publication
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.predictions import PREDICTIONS

LABELS_EVERY = timedelta(hours=1)
# Bars of before a strategy was silenced may still be owed a word
_LATELY = timedelta(days=1)


def periods_of_late(part: Partition, strategy: Strategy, now: datetime) -> list[ChampionPeriod]:
    """Return the periods in which the strategy spoke for the market that may still be owed bars."""
    periods = champion_periods(part.read(CHAMPIONS), strategy.name)
    return [one for one in periods if one.until > pd.Timestamp(now - _LATELY)]


def labels_due(
    market: Market, now: datetime, candles: LakeSnapshot, labels: LakeSnapshot, horizon: int
) -> bool:
    """Whether the market's labels are made at the bar that has just closed: once an hour.

    Nobody waits for them: a training takes what is made. Each market has its own bar of the hour,
    so that not all are made at once; where that was missed, the next bar will do.

    Parameters
    ----------
    market : Market
    now : datetime
        At its exchange.
    candles, labels : LakeSnapshot
    horizon : int
        Bars after which a label is known at the latest.
    """
    bars = max(LABELS_EVERY // market.bar, 1)
    closed = int(now.timestamp() // market.bar.total_seconds())
    if closed % bars == zlib.crc32(market.key.encode()) % bars:
        return True
    known, labelled = candles.last(market), labels.last(market)
    if known is None or labelled is None:
        return known is not None
    return known - labelled > horizon * market.bar + LABELS_EVERY


def unspoken(part: Partition, publication: Publication, periods: list[ChampionPeriod]) -> bool:
    """Whether there are features of a bar in a period of which nothing is predicted yet."""
    bar = part.market.bar
    known = publication.source(FEATURES).summary(*part.key).last
    if known is None:
        return False
    spoken = publication.beside(PREDICTIONS).last(part.market)
    return any(
        max(one.since, pd.Timestamp(spoken + bar) if spoken is not None else one.since)
        < min(one.until, pd.Timestamp(known + bar))
        for one in periods
    )
