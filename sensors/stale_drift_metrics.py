"""Asks for drift metrics when the last ones are too old."""

from datetime import timedelta

import dagster as dg

from sensors.market_sensor import Finding, market_sensor, request_months
from sensors.speaking import periods_of
from sensors.tick_view import TickView
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.schemas.drift_metrics import DRIFT_METRICS
from traderai_assets.schemas.features import FEATURES
from traderai_assets.settings import Settings


def stale_drift_metrics_sensor(settings: Settings) -> dg.SensorDefinition:
    """Build the sensor."""
    return market_sensor(
        settings,
        name="stale_drift_metrics",
        jobs=("monitor_drift",),
        description="Measures drift of markets with a champion, every few hours of market time.",
        decide=decide,
        each_strategy=True,
    )


def decide(view: TickView, market: Market) -> Finding:
    """Ask for drift metrics of the market if its champion has none that are fresh enough."""
    periods = periods_of(view, market)
    if not (periods and periods[-1].stands):
        return Finding(f"strategy {view.strategy.name} does not speak for {market.key}")
    last_bar = view.last_time(FEATURES, market)
    if last_bar is None:
        return Finding(f"{market.key} has no features")
    end = last_bar + market.bar
    measured = view.last_time(DRIFT_METRICS, market)
    every = timedelta(hours=view.settings.sensors.drift_every_hours)
    if measured is not None and end - measured < every:
        return Finding(f"drift of {market.key} was measured at {measured:%Y-%m-%d %H:%M} UTC")
    if view.busy(market, "monitor_drift"):
        return Finding(f"drift of {market.key} is being measured")
    request = request_months("monitor_drift", market, [Month.of(last_bar)], end.isoformat())
    return Finding(f"drift of {market.key} was not measured for {every}", request)
