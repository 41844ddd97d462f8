"""Asks for a new model, or for a verdict, where drift of the model that speaks says so.

Once for a cause, which is a model and its kinds of drift. What is judged, and whether a strategy is
suspended then, is the verdict's own rule; here nobody is silenced.
"""

from datetime import timedelta

import dagster as dg

from resources.lake.remembered import Remembered
from sensors.market_sensor import Finding, market_sensor, own_request, request_months
from sensors.speaking import periods_of
from sensors.stale_models import judged_look_back
from sensors.tick_view import TickView
from traderai_assets.domain.drift.alarm import JUDGE, RETRAIN, Alarm, drift_alarm
from traderai_assets.domain.freshness.training_data import Refusal
from traderai_assets.domain.freshness.waiting import WaitingMarket
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.domain.spans.look_back import served_month
from traderai_assets.domain.states.tries import LONGEST_REST
from traderai_assets.registry.model_facts import model_facts
from traderai_assets.schemas.drift_metrics import DRIFT_METRICS
from traderai_assets.schemas.models import MODELS
from traderai_assets.settings import Settings

_remembered: Remembered[tuple[Alarm | None]] = Remembered(2_000)


def drifted_models_sensor(settings: Settings) -> dg.SensorDefinition:
    """Build the sensor."""
    return market_sensor(
        settings,
        name="drifted_models",
        jobs=("train", "judge"),
        description="Has a model that drifted trained anew, and its strategy judged; once a cause.",
        decide=decide,
        each_strategy=True,
    )


def decide(view: TickView, market: Market) -> Finding:
    """Ask for what the market's last drift metrics ask for, if nobody did."""
    periods = periods_of(view, market)
    if not (periods and periods[-1].stands):
        return Finding(f"strategy {view.strategy.name} does not speak for {market.key}")
    metrics = view.table(DRIFT_METRICS)
    month = metrics.last_month(market)
    if month is None:
        return Finding(f"drift of {market.key} was never measured")
    alarm = _alarm(view, market, month)
    if alarm is None:
        return Finding(f"drift of {market.key} asks for nothing")
    if alarm.model_id != periods[-1].model_id:
        return Finding(f"what drifted of {market.key} is a model that speaks no longer")
    if JUDGE in alarm.asks:
        request = dg.RunRequest(f"judge:drift:{market.key}:{alarm.cause}", job_name="judge")
        own = own_request(request, view.strategy)
        if not (view.succeeded(own) or view.was_asked(own)):  # What succeeded is never asked again
            return Finding(f"{market.key}: {alarm.reason}", request, first_rest=LONGEST_REST)
    if RETRAIN not in alarm.asks:
        return Finding(f"{market.key}: {alarm.reason}")
    return _retrained(view, market, alarm)


def _alarm(view: TickView, market: Market, month: Month) -> Alarm | None:
    metrics = view.table(DRIFT_METRICS)
    [alarm] = _remembered.of(
        metrics.content_hash(market, month),
        lambda: (drift_alarm(metrics.read(market, [month])),),
    )
    return alarm


def _retrained(view: TickView, market: Market, alarm: Alarm) -> Finding:
    """Ask for a model, where none came after the one that drifted, and its look-back is whole."""
    models = view.table(MODELS)
    newest = models.last_month(market)
    if newest is not None and model_facts(models, market, newest)[0].model_id != alarm.model_id:
        return Finding(f"a model of {market.key} came after the one that drifted")
    if view.busy(market, "train"):
        return Finding(f"a model of {market.key} is being trained")
    refused = view.refusal(market)
    if refused is not None:
        return Finding(f"no model of {market.key} is trained: it {refused.sentence}")
    now, trained_until = view.now(market), view.last_time(MODELS, market)
    cool_down = timedelta(days=view.settings.sensors.drift_cool_down_days)
    if trained_until is not None and now - trained_until < cool_down:
        return Finding(f"the model of {market.key} drifted, but knows all until {cool_down} ago")
    served = served_month(now, view.settings.training.lookback_days)
    request = request_months("train", market, [served], f"drift:{alarm.cause}")
    if view.succeeded(own_request(request, view.strategy)):
        return Finding(f"{market.key}: drift had a model trained, and none came of it")
    found = judged_look_back(view, market, served)
    if isinstance(found, Refusal):
        waiting = WaitingMarket.of(found, view.strategy.folder)
        return Finding(f"the model of {market.key} drifted, but {found.way_out}", waiting=waiting)
    return Finding(f"{market.key}: {alarm.reason}", request, first_rest=LONGEST_REST)
