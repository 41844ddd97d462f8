"""Has the record of each strategy go on: day by day, as candles of the served month come in.

It goes on from where it ends. The months before its beginning are made by `traderai walk-forward`.
"""

from datetime import datetime, timedelta

import dagster as dg

from sensors.market_sensor import Finding, market_sensor, request_months
from sensors.tick_view import TickView
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month, months_between
from traderai_assets.domain.states.tries import LONGEST_REST
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.models import MODELS
from traderai_assets.schemas.record import RECORD_DAYS
from traderai_assets.settings import Settings

_DAY = timedelta(days=1)


def short_records_sensor(settings: Settings) -> dg.SensorDefinition:
    """Build the sensor."""
    return market_sensor(
        settings,
        name="short_records",
        jobs=("extend_record",),
        description="Has each strategy's record go on when a day is over.",
        decide=decide,
        each_strategy=True,
    )


def decide(view: TickView, market: Market) -> Finding:
    """Ask for the days that are over and not recorded, once a day."""
    known = view.last_time(CANDLES, market)
    if known is None:
        return Finding(f"{market.key} has no candles")
    last_over = known.replace(hour=0, minute=0, second=0, microsecond=0) - _DAY
    recorded = view.last_time(RECORD_DAYS, market)
    if recorded is not None and recorded >= last_over:
        return Finding(f"{market.key} is recorded until {recorded:%Y-%m-%d}")
    if view.busy(market, "train", "extend_record"):
        return Finding(f"the record of {market.key} is being made")
    months = _months(view, market, recorded, last_over)
    if not months:
        return Finding(f"{market.key} has no model of {last_over:%Y-%m}")
    cause = f"{recorded}:{last_over:%Y-%m-%d}"
    request = request_months("extend_record", market, months, cause)
    sentence = f"{market.key} is not recorded until {last_over:%Y-%m-%d}"
    return Finding(sentence, request, first_rest=LONGEST_REST)


def _months(
    view: TickView, market: Market, recorded: datetime | None, last_over: datetime
) -> list[Month]:
    """Return the months that lack days; of a record that is not begun, the one being served."""
    if recorded is not None:
        return months_between(recorded, last_over + _DAY)
    served = Month.of(last_over)
    return [served] if served.key in view.table(MODELS).months(market) else []
