"""Has a market's newest model trained and tested again where its run ended before it was tested."""

from datetime import timedelta

import dagster as dg

from resources.lake.remembered import Remembered
from sensors.market_sensor import Finding, market_sensor, request_months
from sensors.tick_view import TickView
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.domain.states.tries import LONGEST_REST
from traderai_assets.registry.model_facts import model_facts
from traderai_assets.schemas.backtests import BACKTEST_METRICS
from traderai_assets.schemas.models import MODELS
from traderai_assets.settings import Settings

# A run that lost its worker is tried again within this
UNTESTED_GRACE = timedelta(hours=1)
_remembered: Remembered[frozenset[str]] = Remembered(20_000)


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
    models = view.table(MODELS)
    served = models.last_month(market)
    if served is None:
        return Finding(f"{market.key} has no model")
    newest = model_facts(models, market, served)[0]
    name = f"model {newest.model_id[:8]} of {market.key}"
    if newest.model_id in _tested(view, market, served):
        return Finding(f"{name} is tested")
    if view.busy(market, "train"):
        return Finding(f"{name} is not tested yet")
    ended = view.last_ended(market, "train")
    if ended is None or view.wall() - ended < UNTESTED_GRACE:
        return Finding(f"{name} is not tested yet")
    request = request_months("train", market, [served], f"untested:{name}")
    return Finding(f"{name} was never tested", request, first_rest=LONGEST_REST)


def _tested(view: TickView, market: Market, served: Month) -> frozenset[str]:
    """Return the models of a month that were tested."""
    metrics = view.table(BACKTEST_METRICS)
    return _remembered.of(
        metrics.content_hash(market, served),
        lambda: frozenset(map(str, metrics.read(market, [served])["model_id"])),
    )
