"""Has a market's newest model trained and tested again where its run ended before it was tested."""

from datetime import timedelta

import dagster as dg

from sensors.market_sensor import Finding, market_sensor, request_months
from sensors.tick_view import TickView
from traderai_assets.domain.markets import Market
from traderai_assets.domain.states.tries import LONGEST_REST
from traderai_assets.registry.stored_models import newest_model
from traderai_assets.schemas.backtests import BACKTEST_METRICS
from traderai_assets.schemas.models import MODELS
from traderai_assets.settings import Settings

# A run that lost its worker is tried again within this
UNTESTED_GRACE = timedelta(hours=1)


def untested_models_sensor(settings: Settings) -> dg.SensorDefinition:
    """Build the sensor."""
    return market_sensor(
        settings,
        name="untested_models",
        jobs=("train",),
        description="Tests the newest model of each market whose run ended before it was tested.",
        decide=decide,
        each_strategy=True,
    )


def decide(view: TickView, market: Market) -> Finding:
    """Ask for the training again, where the run that made the model has ended without a test."""
    newest = newest_model(view.table(MODELS), market)
    if newest is None:
        return Finding(f"{market.key} has no model")
    name = f"model {newest.model_id[:8]} of {market.key}"
    tested = view.table(BACKTEST_METRICS).read(market.key, [newest.served.key])
    if newest.model_id in set(tested["model_id"]):
        return Finding(f"{name} is tested")
    ended = view.last_ended(market, "train")
    if view.busy(market, "train") or ended is None or view.wall() - ended < UNTESTED_GRACE:
        return Finding(f"{name} is not tested yet")
    request = request_months("train", market, [newest.served], f"untested:{name}")
    return Finding(f"{name} was never tested", request, first_rest=LONGEST_REST)
