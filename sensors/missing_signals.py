"""Asks for signals where bars have closed of which a strategy that speaks has said nothing."""

from datetime import datetime

import dagster as dg
import pandas as pd

from sensors.market_sensor import Finding, market_sensor, request_months
from sensors.speaking import periods_of
from sensors.tick_view import TickView
from traderai_assets.domain.champions.periods import ChampionPeriod
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import months_between
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.predictions import PREDICTIONS
from traderai_assets.settings import Settings


def missing_signals_sensor(settings: Settings) -> dg.SensorDefinition:
    """Build the sensor."""
    return market_sensor(
        settings,
        name="missing_signals",
        jobs=("generate_signals",),
        description="Generates signals for newly closed bars.",
        decide=decide,
        each_strategy=True,
    )


def decide(view: TickView, market: Market) -> Finding:
    """Ask for signals of the bars that closed, since it last spoke, while a strategy speaks."""
    periods = periods_of(view, market)
    if not periods:
        return Finding(f"strategy {view.strategy.name} does not speak for {market.key}")
    start, end = silence(view, market, periods)
    if end <= start:
        return Finding(f"strategy {view.strategy.name} has spoken of every bar of {market.key}")
    bars = (end - start) // market.bar
    if bars > 1 and is_cold(view, market, start, end):
        return Finding(
            f"nothing is known of the bars of {market.key} yet: their features are warming up "
            "behind a stretch that learning may not cross"
        )
    if view.is_a_live_ticks(market, end):
        return Finding(f"{view.strategy.name} is asked about {market.key} by the live update")
    if view.busy(market, "generate_signals"):
        return Finding(f"strategy {view.strategy.name} is being asked about {market.key}")
    return Finding(
        f"{bars} bars of {market.key} have closed of which {view.strategy.name} said nothing",
        request_months(
            "generate_signals", market, months_between(start, end), f"{end.isoformat()}"
        ),
    )


def is_cold(view: TickView, market: Market, start: datetime, end: datetime) -> bool:
    """Whether no bar of the stretch has features, as behind a cut."""
    from traderai_assets.domain.features.month import undefined_rows

    months = [month.key for month in months_between(start, end)]
    return bool(undefined_rows(view.table(FEATURES).read_since(market.key, months, start)).all())


def silence(
    view: TickView, market: Market, periods: list[ChampionPeriod]
) -> tuple[datetime, datetime]:
    """Return the stretch [start, end) of bars with features and without a word.

    Bars that closed while nobody, or another strategy, spoke are none of them.
    """
    spoken, known = view.last_time(PREDICTIONS, market), view.last_time(FEATURES, market)
    after = periods[0].since if spoken is None else pd.Timestamp(spoken + market.bar)
    before = after if known is None else pd.Timestamp(known + market.bar)
    owed = [(max(one.since, after), min(one.until, before)) for one in periods]
    owed = [(start, end) for start, end in owed if start < end]
    if not owed:
        return after.to_pydatetime(), after.to_pydatetime()
    return owed[0][0].to_pydatetime(), owed[-1][1].to_pydatetime()
