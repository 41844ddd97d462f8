"""Strategy facts: all that the page of a strategy is made of, read from the lake once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from resources.lake.resource import LakeResource
from traderai_assets.domain.strategies.pool import pool_days
from traderai_assets.domain.strategies.record import StrategyRecord
from traderai_assets.domain.strategies.registered import (
    ever_registered,
    names_registered,
    registration_of,
)
from traderai_assets.domain.strategies.revisions import newest_revisions, strategy_record
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.registry.stored_records import by_market
from traderai_assets.report.forecasts_read import Forecasts, read_forecasts
from traderai_assets.report.market_pictures import MarketPicture, market_pictures
from traderai_assets.report.model_facts import ModelSummary, model_summaries
from traderai_assets.report.period import Period
from traderai_assets.report.signals_read import live_signals
from traderai_assets.report.trades_read import served_trades
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.schemas.model_notes import MODEL_NOTES
from traderai_assets.schemas.record import RECORD_DAYS
from traderai_assets.schemas.strategies import STRATEGIES
from traderai_assets.schemas.tables import ALL_MARKETS, ALL_MONTHS
from traderai_assets.settings import Settings
from traderai_assets.status.strategies import setting_rows
from traderai_assets.status.verdicts import all_looks, last_verdict


@dataclass(frozen=True, eq=False)
class StrategyFacts:
    """What is known of a strategy, within a period.

    Attributes
    ----------
    name, strategy_id : str
    period : Period
    verdict : dict
        As `status.verdicts.last_verdict`, of all its days whatever the period; looks with all that
        is stored of them.
    record : StrategyRecord
        Days of the period.
    revisions : DataFrame
        Of its days: market, day, revision, cause, of those written more than once.
    trades : mapping of str to DataFrame
        By market, served months of the period, as `backtest_trades` stores them.
    signals : mapping of str to DataFrame
        By market, live signals of the period beside how each ended.
    pictures : sequence of MarketPicture
        Candles of some markets, with what was done and said on them.
    forecasts : Forecasts
        What its models said out of sample, and what happened.
    models : sequence of ModelSummary
        Oldest first.
    notes : DataFrame
        On any model of its markets: market beside what `model_notes` stores.
    champions : mapping of str to DataFrame
        By market, all events.
    settings : sequence of dict
    strategies_ever : int
    registered_at, names : str, tuple of str
        When it was first registered, empty where never, and under which names.
    """

    name: str
    strategy_id: str
    period: Period
    verdict: Mapping[str, Any]
    record: StrategyRecord
    revisions: pd.DataFrame
    trades: Mapping[str, pd.DataFrame]
    signals: Mapping[str, pd.DataFrame]
    pictures: Sequence[MarketPicture]
    forecasts: Forecasts
    models: Sequence[ModelSummary]
    notes: pd.DataFrame
    champions: Mapping[str, pd.DataFrame]
    settings: Sequence[Mapping[str, Any]]
    strategies_ever: int
    registered_at: str = ""
    names: Sequence[str] = field(default_factory=tuple)

    @cached_property
    def pool(self) -> pd.DataFrame:
        """The days of all markets as one account."""
        return pool_days(self.record)


def read_strategy(
    lake: LakeResource, settings: Settings, strategy: Strategy, period: Period
) -> StrategyFacts:
    """Read all facts of a strategy."""
    own = lake.of(strategy)
    days = _days(own)
    record = strategy_record(days, strategy.id)
    registry = lake.snapshot(STRATEGIES).read(ALL_MARKETS, [ALL_MONTHS])
    registration = registration_of(registry, strategy.id)
    trades = served_trades(own, period)
    signals = live_signals(own, period)
    models = model_summaries(own)
    markets = sorted({*days, *trades, *signals, *(one.market for one in models)})
    champions = lake.snapshot(CHAMPIONS)
    return StrategyFacts(
        name=strategy.name,
        strategy_id=strategy.id,
        period=period,
        verdict=last_verdict(lake, strategy) | {"looks": all_looks(lake, strategy)},
        record=StrategyRecord(strategy.id, period.of(record.days, "day")),
        revisions=_revisions(days, strategy.id),
        trades=trades,
        signals=signals,
        pictures=market_pictures(lake, settings, strategy, period, trades, signals),
        forecasts=read_forecasts(lake, strategy, period),
        models=models,
        notes=read_notes(lake, markets),
        champions={
            key: champions.read(key, [ALL_MONTHS]) for key in champions.markets() if key in markets
        },
        settings=setting_rows(settings, strategy.name),
        strategies_ever=ever_registered(registry) or len(names_registered(registry)),
        registered_at=f"{registration.registered_at:%Y-%m-%d %H:%M}" if registration else "",
        names=registration.names if registration else (),
    )


def read_notes(lake: LakeResource, markets: Sequence[str]) -> pd.DataFrame:
    """Return the notes on models of markets, with the market before them."""
    table = lake.snapshot(MODEL_NOTES)
    frames = [
        table.read(key, [ALL_MONTHS]).assign(market=key)
        for key in table.markets()
        if key in markets
    ]
    columns = ["market", "at", "by", "model_id", "text"]
    return (
        pd.concat(frames, ignore_index=True)[columns] if frames else pd.DataFrame(columns=columns)
    )


def _days(own: LakeResource) -> dict[str, pd.DataFrame]:
    record = own.snapshot(RECORD_DAYS)
    return by_market({key: record.read(key.market, [key.month]) for key in record.partitions()})


def _revisions(days: Mapping[str, pd.DataFrame], strategy: str) -> pd.DataFrame:
    frames = []
    for market, rows in days.items():
        newest = newest_revisions(rows, strategy)
        again = newest[newest["revision"] > 1]
        frames.append(again[["day", "revision", "cause"]].assign(market=market))
    columns = ["market", "day", "revision", "cause"]
    joined = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)
    return joined[columns]
