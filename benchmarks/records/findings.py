"""What `make records` found: each strategy's verdict, as stored, and its record measured."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.records.platform import History, RecordsPlatform
from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.markets import Market
from traderai_assets.domain.statistics.hac import mean_test
from traderai_assets.domain.strategies.measures import DAYS_A_YEAR
from traderai_assets.domain.strategies.pool import pool_days
from traderai_assets.domain.strategies.record import NO_MODEL, SERVED, StrategyRecord
from traderai_assets.domain.strategies.revisions import strategy_record
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.registry.stored_records import by_market
from traderai_assets.schemas.record import RECORD_DAYS
from traderai_assets.status.verdicts import last_verdict
from traderai_assets.strategies import strategies_of, strategy_settings

CONFIDENCE = 0.9
_QUANTILE = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)


@dataclass(frozen=True)
class Interval:
    """An estimate between its bounds, which hold the truth with 90 %."""

    estimate: float
    lower: float
    upper: float


@dataclass(frozen=True)
class MarketFindings:
    """One strategy in one market.

    Attributes
    ----------
    symbol : str
    months, days, traded_days, trades : int
        Months with a record, its days, those with a position or a fill, trades opened.
    sharpe : Interval or None
        Annual, after costs; None where nothing was earned or lost.
    net, held : float
        Growth of an account in this market alone over the record, and of buy-and-hold.
    veto : str
        Why the strategy would not speak here; empty where nothing is said against it.
    """

    symbol: str
    months: int
    days: int
    traded_days: int
    trades: int
    sharpe: Interval | None
    net: float
    held: float
    veto: str


@dataclass(frozen=True, eq=False)
class StrategyFindings:
    """One strategy over all its markets.

    Attributes
    ----------
    name : str
    settings : dict
        Every setting by its dotted name.
    verdict : dict
        As `status.verdicts.last_verdict` reads it.
    pool : DataFrame
        As `pool.pool_days` gives it, of the days that were judged.
    markets : tuple of MarketFindings
    sharpe : Interval or None
        Annual, of the pool.
    day, held_day : Interval
        Mean day of the pool after costs, and of buy-and-hold.
    gross_day, cost_day : float
        Mean market-day before costs, and what fees and slippage took of it.
    no_model_days : int
        Market-days of months whose training was refused; zeros in the record.
    """

    name: str
    settings: dict[str, Any]
    verdict: dict[str, Any]
    pool: pd.DataFrame
    markets: tuple[MarketFindings, ...]
    sharpe: Interval | None
    day: Interval
    held_day: Interval
    gross_day: float
    cost_day: float
    no_model_days: int


@dataclass(frozen=True, eq=False)
class Findings:
    """All of it.

    Attributes
    ----------
    timeframe : str
    histories : tuple of History
        Every market that the folder has whole months enough of.
    strategies : tuple of StrategyFindings
    unserved : tuple of str
        Names of the strategies without any record.
    """

    timeframe: str
    histories: tuple[History, ...]
    strategies: tuple[StrategyFindings, ...]
    unserved: tuple[str, ...]


def annual_sharpe(returns: FloatArray) -> Interval | None:
    """Annual Sharpe ratio of daily returns; its interval is that of the mean (Newey and West).

    None where the returns never vary, or are fewer than two.
    """
    if returns.size < 2 or not (scale := float(returns.std(ddof=1))):
        return None
    mean = mean_interval(returns)
    factor = math.sqrt(DAYS_A_YEAR) / scale
    return Interval(mean.estimate * factor, mean.lower * factor, mean.upper * factor)


def mean_interval(returns: FloatArray) -> Interval:
    """Mean of days with an interval that knows of heteroscedasticity and autocorrelation."""
    test = mean_test(returns)
    half = _QUANTILE * test.error
    return Interval(test.estimate, test.estimate - half, test.estimate + half)


def read_findings(platform: RecordsPlatform, kept: Sequence[History]) -> Findings:
    """Read what is stored of every strategy, and measure it."""
    named = strategies_of(platform.settings)
    served = [one for one in named if platform.lake.of(one).snapshot(RECORD_DAYS).partitions()]
    return Findings(
        platform.settings.timeframe,
        tuple(kept),
        strategies=tuple(_strategy(platform, one) for one in served),
        unserved=tuple(one.name for one in named if one not in served),
    )


def _strategy(platform: RecordsPlatform, strategy: Strategy) -> StrategyFindings:
    stored = platform.lake.of(strategy).snapshot(RECORD_DAYS)
    rows = {key: stored.read(key.market, [key.month]) for key in stored.partitions()}
    verdict = last_verdict(platform.lake, strategy)
    until = pd.Timestamp(verdict["judged_until"], tz="UTC")
    record = strategy_record(by_market(rows), strategy.id).before(until)
    pool, days = pool_days(record), record.days
    net = pool["net"].to_numpy(np.float64)
    vetoes = {one["about"]: one["reason"] for one in verdict["vetoes"]}
    return StrategyFindings(
        name=strategy.name,
        settings=strategy_settings(platform.settings, strategy.name),
        verdict=verdict,
        pool=pool,
        markets=tuple(
            _market(record, market, vetoes.get(market, ""))
            for market in sorted(days["market"].unique())
        ),
        sharpe=annual_sharpe(net),
        day=mean_interval(net),
        held_day=mean_interval(pool["buy_and_hold"].to_numpy(np.float64)),
        gross_day=float(days["gross"].mean()),
        cost_day=float(days["costs"].mean()),
        no_model_days=int((days["state"] == NO_MODEL).sum()),
    )


def _market(record: StrategyRecord, market: str, veto: str) -> MarketFindings:
    own = record.days[record.days["market"] == market]
    net, held = (own[name].to_numpy(np.float64) for name in ("net", "buy_and_hold"))
    return MarketFindings(
        symbol=Market.parse(market).symbol,
        months=own["day"].dt.strftime("%Y-%m").nunique(),
        days=len(own),
        traded_days=int((own["state"] == SERVED).sum()),
        trades=int(own["trades"].sum()),
        sharpe=annual_sharpe(net),
        net=float(np.prod(1.0 + net)),
        held=float(np.prod(1.0 + held)),
        veto=veto,
    )
