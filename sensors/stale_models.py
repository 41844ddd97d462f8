"""Asks for a model where there is none or it is too old, once its look-back is complete."""

from datetime import datetime, timedelta

import dagster as dg

from sensors.market_sensor import Finding, market_sensor, request_months
from sensors.tick_view import TickView
from traderai_assets.domain.freshness.judging import judge
from traderai_assets.domain.freshness.models import ModelVerdict, stale_models
from traderai_assets.domain.freshness.training_data import Refusal
from traderai_assets.domain.freshness.waiting import GateFinding, WaitingMarket
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.domain.spans.look_back import LookBack
from traderai_assets.domain.states.tries import LONGEST_REST
from traderai_assets.gate.facts import FactsReader
from traderai_assets.instance.gate_notes import note_gate_finding
from traderai_assets.plan import expanding
from traderai_assets.schemas.models import MODELS
from traderai_assets.settings import Settings


def stale_models_sensor(settings: Settings) -> dg.SensorDefinition:
    """Build the sensor."""
    return market_sensor(
        settings,
        name="stale_models",
        jobs=("train",),
        description="Retrains models that are too old, never before their look-back is complete.",
        decide=decide,
        each_strategy=True,
        keep=keep_waiting,
    )


def decide(view: TickView, market: Market) -> Finding:
    """Ask for the market's next model if it is due and can be made."""
    if view.busy(market, "train"):
        return Finding(f"a model of {market.key} is being trained")
    refused = view.refusal(market)
    if refused is not None:
        return Finding(f"no model of {market.key} is trained: it {refused.sentence}")
    trained_until = view.last_time(MODELS, market)
    finding, waiting = _verdict(view, market, trained_until, {}), None
    if finding.action == "train":  # Only then is it worth reading the look-back
        found = judged_look_back(view, market, finding.served_month)
        if isinstance(found, Refusal):
            waiting = WaitingMarket.of(found, view.strategy.folder)
            finding = _verdict(view, market, trained_until, {market.key: found})
    if finding.action != "train":
        return Finding(finding.reason, waiting=waiting)
    # One try a day for one cause, by the wall's clock: the exchange's may stand still.
    cause = f"{trained_until}:{view.wall():%Y-%m-%d}"
    request = request_months("train", market, [finding.served_month], cause)
    return Finding(finding.reason, request, first_rest=LONGEST_REST)


def keep_waiting(view: TickView, findings: list[Finding]) -> None:
    """Write down which markets wait for data, for `traderai status` and whoever else reads it."""
    waiting = tuple(one.waiting for one in findings if one.waiting is not None)
    note_gate_finding(view.instance, GateFinding(view.wall(), waiting))


def judged_look_back(view: TickView, market: Market, served: Month) -> LookBack | Refusal:
    """Read what a model of the month would learn from, and say whether the gate lets it."""
    facts = FactsReader(view.lake, view.instance, table=view.table, clock=view.now)
    days, less = view.settings.training.lookback_days, expanding(view.settings)
    return judge(facts.read(market, served, days, less))


def _verdict(
    view: TickView, market: Market, trained_until: datetime | None, refusals: dict[str, Refusal]
) -> ModelVerdict:
    training = view.settings.training
    [finding] = stale_models(
        {market.key: trained_until},
        view.now(market),
        max_age=timedelta(days=training.max_model_age_days),
        expires_after=timedelta(days=training.silent_after_days),
        look_back_days=training.lookback_days,
        refusals=refusals,
    )
    return finding
