"""Asks for a model where there is none or it is too old, once its look-back is complete."""

from datetime import datetime, timedelta

import dagster as dg

from sensors.look import Look
from sensors.market_sensor import Verdict, market_sensor, request_months
from traderai_assets.assets.look_back import Gate
from traderai_assets.domain.freshness.look_back import Refusal
from traderai_assets.domain.freshness.models import ModelVerdict, stale_models
from traderai_assets.domain.markets import Market
from traderai_assets.domain.states.tries import LONGEST_REST
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
    )


def decide(look: Look, market: Market) -> Verdict:
    """Ask for the market's next model if it is due and can be made."""
    if look.busy(market, "train"):
        return Verdict(f"a model of {market.key} is being trained")
    refused = look.refusal(market)
    if refused is not None:
        return Verdict(f"no model of {market.key} is trained: it {refused.sentence}")
    trained_until = look.last_time(MODELS, market)
    verdict = _verdict(look, market, trained_until, {})
    if verdict.action == "train":  # Only then is it worth reading the look-back
        found = _gate(look).judge(market, verdict.served_month)
        if isinstance(found, Refusal):
            verdict = _verdict(look, market, trained_until, {market.key: found})
    if verdict.action != "train":
        return Verdict(verdict.reason)
    # One try a day for one cause, by the wall's clock: the exchange's may stand still.
    cause = f"{trained_until}:{look.wall():%Y-%m-%d}"
    request = request_months("train", market, [verdict.served_month], cause)
    return Verdict(verdict.reason, request, first_rest=LONGEST_REST)


def _gate(look: Look) -> Gate:
    return Gate(
        look.lake,
        look.instance,
        table=look.table,
        clock=look.now,
        days=look.settings.training.lookback_days,
    )


def _verdict(
    look: Look, market: Market, trained_until: datetime | None, refusals: dict[str, Refusal]
) -> ModelVerdict:
    training = look.settings.training
    [verdict] = stale_models(
        {market.key: trained_until},
        look.now(market),
        max_age=timedelta(days=training.max_model_age_days),
        look_back_days=training.lookback_days,
        refusals=refusals,
    )
    return verdict
