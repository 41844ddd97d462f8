"""What the page of a market is made of, read from the lake once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from resources.lake.resource import LakeResource
from traderai_assets.domain.strategies.revisions import newest_revisions
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.registry.stored_records import by_market
from traderai_assets.report.market_pictures import MarketPicture, market_pictures
from traderai_assets.report.period import Period
from traderai_assets.report.signals_read import live_signals
from traderai_assets.report.trades_read import served_trades
from traderai_assets.schemas.candles import CANDLE_GAPS, CANDLE_QUARANTINE, CANDLES
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.schemas.drift_metrics import DRIFT_METRICS
from traderai_assets.schemas.record import RECORD_DAYS
from traderai_assets.schemas.tables import ALL_MONTHS
from traderai_assets.settings import Settings
from traderai_assets.strategies import strategies_of


@dataclass(frozen=True, eq=False)
class MarketFacts:
    """What is known of a market, and of what a strategy did there.

    Attributes
    ----------
    market, strategy : str
    period : Period
    months : DataFrame
        One row a month of candles: month, candles, first, last, absent_bars, flat_bars,
        quarantined.
    gaps : DataFrame
        As `candle_gaps` stores them, of the period.
    quarantine : DataFrame
        Of the period's months: reason and rows.
    records : mapping of str to DataFrame
        By strategy, its days here, of the period.
    trades, signals : DataFrame
        Of the strategy, in the period.
    drift : DataFrame
        The last window that was measured of the strategy here.
    pictures : sequence of MarketPicture
    champions : DataFrame
        All events.
    """

    market: str
    strategy: str
    period: Period
    months: pd.DataFrame
    gaps: pd.DataFrame
    quarantine: pd.DataFrame
    records: Mapping[str, pd.DataFrame]
    trades: pd.DataFrame
    signals: pd.DataFrame
    drift: pd.DataFrame
    pictures: Sequence[MarketPicture]
    champions: pd.DataFrame


def read_market_facts(
    lake: LakeResource, settings: Settings, strategy: Strategy, market: str, period: Period
) -> MarketFacts:
    """Read all facts of a market whose candles are stored."""
    own = lake.of(strategy)
    months = period.months(lake.snapshot(CANDLES).months(market))
    gaps = period.of(lake.snapshot(CANDLE_GAPS).read(market, months), "start")
    bad = lake.snapshot(CANDLE_QUARANTINE).read(market, months)
    trades, signals = served_trades(own, period), live_signals(own, period)
    drift = own.snapshot(DRIFT_METRICS)
    measured = drift.read(market, drift.months(market)[-1:])
    last = measured["window_end"].max() if len(measured) else None
    return MarketFacts(
        market=market,
        strategy=strategy.name,
        period=period,
        months=_months(lake, market, months, gaps),
        gaps=gaps,
        quarantine=bad.groupby("reason").size().rename("rows").reset_index(),
        records={
            one.name: _days(lake.of(one), market, one.id, period) for one in strategies_of(settings)
        },
        trades=trades.get(market, pd.DataFrame()),
        signals=signals.get(market, pd.DataFrame()),
        drift=measured[measured["window_end"] == last],
        pictures=market_pictures(
            lake, settings, strategy, period, trades, signals, markets=[market]
        ),
        champions=lake.snapshot(CHAMPIONS).read(market, [ALL_MONTHS]),
    )


def _months(
    lake: LakeResource, market: str, months: Sequence[str], gaps: pd.DataFrame
) -> pd.DataFrame:
    candles = lake.snapshot(CANDLES)
    told = [candles.summary(market, month) for month in months]
    of_gap = gaps["start"].dt.strftime("%Y-%m")
    return pd.DataFrame(
        {
            "month": list(months),
            "candles": [one.rows for one in told],
            "first": [one.first for one in told],
            "last": [one.last for one in told],
            **{
                name: [int(gaps.loc[of_gap == month, name].sum()) for month in months]
                for name in ("absent_bars", "flat_bars")
            },
        }
    )


def _days(own: LakeResource, market: str, strategy: str, period: Period) -> pd.DataFrame:
    record = own.snapshot(RECORD_DAYS)
    stored = by_market(
        {
            key: record.read(key.market, [key.month])
            for key in record.partitions()
            if key.market == market
        }
    )
    days = stored.get(market, RECORD_DAYS.empty())
    return period.of(newest_revisions(days, strategy), "day")
