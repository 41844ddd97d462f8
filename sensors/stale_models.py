"""Asks for a model where there is none or it is too old, once its look-back is complete."""

from datetime import UTC, datetime, timedelta

import dagster as dg

from sensors.look import Look
from sensors.market_sensor import Verdict, market_sensor, request_months
from traderai_assets.assets.look_back import missing_history
from traderai_assets.domain.freshness.models import MissingHistory, ModelVerdict, stale_models
from traderai_assets.domain.markets import Market
from traderai_assets.domain.training.window import look_back, served_month
from traderai_assets.schemas.candles import CANDLE_GAPS, CANDLES
from traderai_assets.schemas.features import FEATURES
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
    if look.busy(market, "train", "backfill"):
        return Verdict(f"{market.key} is being fetched or trained")
    trained_until = look.last_time(MODELS, market)
    verdict = _verdict(look, market, trained_until, ready={})
    if verdict.action != "fresh":  # Only then is it worth reading the look-back
        verdict = _verdict(look, market, trained_until, ready=_ready(look, market))
    if verdict.action != "train":
        return Verdict(verdict.reason)
    if look.last_time(FEATURES, market) != look.last_time(CANDLES, market):
        return Verdict(f"{verdict.reason}, but features of its newest candles are not made yet")
    # One try a day for one cause, by the wall's clock: the exchange's may stand still.
    cause = f"{trained_until}:{datetime.now(UTC):%Y-%m-%d}"
    return Verdict(verdict.reason, request_months("train", market, [verdict.served_month], cause))


def _verdict(
    look: Look,
    market: Market,
    trained_until: datetime | None,
    *,
    ready: dict[str, MissingHistory | None],
) -> ModelVerdict:
    training = look.settings.training
    [verdict] = stale_models(
        {market.key: trained_until},
        look.now(market),
        max_age=timedelta(days=training.max_model_age_days),
        look_back_days=training.lookback_days,
        ready=ready,
    )
    return verdict


def _ready(look: Look, market: Market) -> dict[str, MissingHistory | None]:
    """Return what the look-back of a model made now lacks; empty where nothing is stored."""
    if look.last_time(CANDLES, market) is None:
        return {}
    now, days = look.now(market), look.settings.training.lookback_days
    closed = now - (now - datetime.fromtimestamp(0, UTC)) % market.bar
    window = look_back(served_month(closed, days), closed, days)
    stored, gaps = look.table(CANDLES), look.table(CANDLE_GAPS)
    return {market.key: missing_history(stored, gaps, market, window)}
