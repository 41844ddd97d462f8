"""Asks for signals where bars have closed of which the champion has not spoken."""

from datetime import datetime

import dagster as dg
import pandas as pd

from sensors.market_sensor import Finding, market_sensor, request_months
from sensors.tick_view import TickView
from traderai_assets.domain.champions.periods import champion_periods
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import months_between
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.predictions import PREDICTIONS
from traderai_assets.schemas.tables import ALL_MONTHS
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
    """Ask for signals of the bars that closed since the champion last spoke."""
    reigning = champion_periods(view.table(CHAMPIONS).read(market.key, [ALL_MONTHS]))
    if not reigning:
        return Finding(f"{market.key} has no champion")
    start, end = _silence(view, market, reigning[0].since.to_pydatetime())
    if end <= start:
        return Finding(f"the champion of {market.key} has spoken of every bar")
    bars = (end - start) // market.bar
    if bars > 1 and _is_cold(view, market, start, end):
        return Finding(
            f"nothing is known of the bars of {market.key} yet: their features are warming up "
            "behind a stretch that learning may not cross"
        )
    if view.busy(market, "generate_signals"):
        return Finding(f"the champion of {market.key} is being asked")
    return Finding(
        f"{bars} bars of {market.key} have closed since its champion spoke",
        request_months(
            "generate_signals", market, months_between(start, end), f"{end.isoformat()}"
        ),
    )


def _is_cold(view: TickView, market: Market, start: datetime, end: datetime) -> bool:
    """Whether no bar of the stretch has features, as behind a cut."""
    from traderai_assets.domain.features.month import undefined_rows

    months = [month.key for month in months_between(start, end)]
    known = view.table(FEATURES).read(market.key, months)
    return bool(undefined_rows(known[known["open_time"] >= pd.Timestamp(start)]).all())


def _silence(view: TickView, market: Market, reign_began: datetime) -> tuple[datetime, datetime]:
    """Return the stretch [start, end) of bars with features and without a word."""
    spoken = view.last_time(PREDICTIONS, market)
    known = view.last_time(FEATURES, market)
    start = reign_began if spoken is None else spoken + market.bar
    return start, start if known is None else known + market.bar
