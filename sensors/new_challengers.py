"""Lets a market's newest model challenge its champion, once a model."""

from datetime import UTC, datetime

import dagster as dg

from sensors.look import Look
from sensors.market_sensor import Verdict, market_sensor
from traderai_assets.assets.candidates import newest_model
from traderai_assets.domain.markets import Market
from traderai_assets.domain.states.tries import LONGEST_REST
from traderai_assets.schemas.backtests import BACKTEST_METRICS
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.schemas.models import MODELS
from traderai_assets.schemas.tables import ALL_MONTHS
from traderai_assets.settings import Settings


def new_challengers_sensor(settings: Settings) -> dg.SensorDefinition:
    """Build the sensor."""
    return market_sensor(
        settings,
        name="new_challengers",
        jobs=("choose_champion",),
        description="Lets the newest model of each market challenge its champion.",
        decide=decide,
    )


def decide(look: Look, market: Market) -> Verdict:
    """Ask for a judgement of the newest model, when it is tested and not judged yet."""
    challenger = newest_model(look.table(MODELS), market.key)
    if challenger is None:
        return Verdict(f"{market.key} has no model")
    model_id = str(challenger.row["model_id"])
    name = f"model {model_id[:8]} of {market.key}"
    history = look.table(CHAMPIONS).read(market.key, [ALL_MONTHS])
    if model_id in {*history["challenger_id"], *history["model_id"]}:
        return Verdict(f"{name} was judged")
    tested = look.table(BACKTEST_METRICS).read(market.key, [challenger.served.key])
    if look.busy(market, "train", "choose_champion") or model_id not in set(tested["model_id"]):
        return Verdict(f"{name} is not tested yet")
    # One try a day: a judgement that was interrupted must not leave a market without a champion.
    request = dg.RunRequest(
        run_key=f"choose_champion:{market.key}:{model_id}:{datetime.now(UTC):%Y-%m-%d}",
        job_name="choose_champion",
        partition_key=market.key,
    )
    return Verdict(f"{name} challenges", request, first_rest=LONGEST_REST)
